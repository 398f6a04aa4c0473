"""One write at the end of a file, so that what several processes append never mixes."""

from __future__ import annotations

import os
from pathlib import Path


def append(file: Path, data: bytes) -> None:
    """Raises OSError, as where the disk is full; the part of `data` that still fitted is in the file then."""
    # Windows takes a file for text that is not called binary, and writes a 0x0A as two bytes.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    handle = os.open(str(file), flags, 0o644)
    try:
        rest = memoryview(data)
        while len(rest) > 0:
            # A disk that gets full takes a part without an error, and says so when it is given the others.
            rest = rest[os.write(handle, rest) :]
    finally:
        os.close(handle)
