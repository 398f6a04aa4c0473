"""One write at the end of a file, so that what several processes append never mixes."""

from __future__ import annotations

import os
from pathlib import Path


def append(file: Path, data: bytes) -> None:
    """Raises OSError, as where the disk is full."""
    # Windows takes a file for text that is not called binary, and writes a 0x0A as two bytes.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    handle = os.open(str(file), flags, 0o644)
    try:
        os.write(handle, data)
    finally:
        os.close(handle)
