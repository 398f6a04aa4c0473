"""What a person reads, in their language. The translations are those of the TypeScript side, by the English text."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Dict

LANGUAGE_VARIABLE = "YOLOV5_SLIM_LANGUAGE"

_translations: Dict[str, str] = {}


def speak(package: Path) -> None:
    """Lets this process speak the language that whoever started it has set; English where there is no other.

    `package` is the folder that holds media/l10n.
    """
    language = os.environ.get(LANGUAGE_VARIABLE, "")
    _translations.clear()
    if not re.match(r"[a-z]{2}(-[a-z]+)?$", language):
        return
    file = package / "media" / "l10n" / f"bundle.l10n.{language}.json"
    try:
        _translations.update(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        # A text that cannot be translated is better read in English than not at all.
        return


def t(text: str, *values: object) -> str:
    """`text` in the language of this process, with `{0}`, `{1}` and so on replaced by the values."""
    return _translations.get(text, text).format(*values)
