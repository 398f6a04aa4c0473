"""Runs a script beside a checkout's modules, with the runner's remedies: `with_remedies.py CHECKOUT SCRIPT …`."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

RUNNER = Path(__file__).resolve().parents[2] / "src" / "engines" / "pytorch" / "runner"


class Source:
    """What the remedies ask of a checkout: its text, and where its scripts lie."""

    def __init__(self, root: Path) -> None:
        self.script = root / "train.py"
        self.text = "\n".join(file.read_text(errors="replace") for file in root.rglob("*.py"))


def main() -> None:
    sys.dont_write_bytecode = True
    root = Path(sys.argv[1])
    sys.path[:0] = [str(RUNNER), str(root)]
    from slim_runner.shims import apply_shims

    source: Any = Source(root)
    apply_shims(source)
    sys.argv = sys.argv[2:]
    runpy.run_path(sys.argv[0], run_name="__main__")


main()
