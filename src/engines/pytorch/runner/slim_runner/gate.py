"""The process's half of src/runs/startGate.ts: it begins once the run's manifest names it."""

from __future__ import annotations

import os

GATE_VARIABLE = "YOLOV5_SLIM_GATE"


def may_begin() -> bool:
    """Waits at stdin; False when whoever starts the run was gone before it was on record."""
    # What this process starts has nothing to wait for.
    if os.environ.pop(GATE_VARIABLE, None) is None:
        return True
    try:
        is_open = os.read(0, 1) != b""
    except OSError:
        # Nothing that can be read is no reason not to train.
        is_open = True
    # The bytes meant for other workers must not answer a question that some library asks.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return is_open
