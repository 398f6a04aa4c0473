"""The run's event log (src/runs/events.ts): one JSON object a line, appended, flushed at once."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any, Dict, Optional

from .appending import append
from .summaries import SummaryLog

TERMINAL = ("finished", "stopped", "failed")


def jsonable(value: Any) -> Any:
    """`value` with numbers as Python's own and NaN and infinities, which JSON lacks, as None."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, int):
        return value
    number = float(value)
    return number if math.isfinite(number) else None


class EventLog:
    """Appends events. Rank 0 writes everything; other ranks write only how they failed.

    Each line is one write() to a file opened with O_APPEND, so lines of several processes never mix.
    """

    def __init__(self, file: Path, rank: int) -> None:
        self.file = file
        self.rank = rank
        self._summaries = SummaryLog(file.parent)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._begin = file.stat().st_size if file.exists() else 0
        # A crash or a full disk leaves a part of a line, which the next event must not become a part of.
        self._torn = rank <= 0 and self._ends_amid_a_line()

    def _ends_amid_a_line(self) -> bool:
        if not self.file.exists() or self.file.stat().st_size == 0:
            return False
        with self.file.open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) != b"\n"

    def write(self, event_type: str, **fields: Any) -> None:
        if self.rank > 0 and event_type != "failed":
            return
        event: Dict[str, Any] = {"v": 1, "t": int(time.time() * 1000), "type": event_type}
        event.update(fields)
        event = jsonable(event)
        line = json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n"
        try:
            append(self.file, (b"\n" if self._torn else b"") + line.encode("utf-8"))
            self._torn = False
        except OSError as error:
            self._torn = True
            # A full disk must not hide why the run ended: the log file of the process may still take it.
            print(f"slim: event {event_type} not written: {error}", file=sys.stderr, flush=True)
        self._summaries.write(event_type, event)

    def warn(self, code: str, text: str, remedy: Optional[str] = None) -> None:
        print(f"slim: warning {code}: {text}" + (f" {remedy}" if remedy else ""), flush=True)
        if remedy is None:
            self.write("warning", code=code, text=text)
        else:
            self.write("warning", code=code, text=text, remedy=remedy)

    def already_ended(self) -> bool:
        """True when this run has its last word already, e.g. the failure of another rank."""
        try:
            with self.file.open("rb") as stream:
                stream.seek(self._begin)
                lines = stream.read().split(b"\n")
        except OSError:
            return False
        for line in lines:
            try:
                if json.loads(line.decode("utf-8")).get("type") in TERMINAL:
                    return True
            except (ValueError, AttributeError):
                continue
        return False
