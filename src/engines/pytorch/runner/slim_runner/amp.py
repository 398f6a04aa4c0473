"""Whether stock lets a training use mixed precision: check_amp of utils/general.py, v6.2 to master."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Callable, Optional

from .texts import t

Warn = Callable[[str, str, Optional[str]], None]

# What stock compares with where the outputs of the training's own model are too far apart.
REFERENCE = Path("yolov5n.pt")


def watch_amp(warn: Warn) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """check_amp takes every exception for a check that failed, also that of a reference which is not there and
    not downloaded; and what it prints is easily missed."""

    def watch(check: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(check)
        def checked(model: Any, *args: Any, **kwargs: Any) -> Any:
            passed = check(model, *args, **kwargs)
            # On other devices no release uses it.
            if not passed and next(model.parameters()).device.type == "cuda":
                text = t(
                    "YOLOv5's own check of mixed precision failed: this training does without it, which is slower and takes more GPU memory."
                )
                remedy = t(
                    "Put {0} into {1}: the check may need it, and nothing is downloaded during a run.",
                    *(REFERENCE, Path.cwd()),
                )
                warn("amp/off", text, None if REFERENCE.exists() else remedy)
            return passed

        return checked

    return watch
