"""SIGINT and SIGTERM: stop at once, leaving the last complete checkpoint as it is."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Optional

from .failures import Stopped

GRACE_SECONDS = 10.0


class StopRequest:
    """Raises Stopped in the main thread. The flag stays, since an exception raised while Python runs a
    destructor is swallowed; `check` raises it again at the next batch."""

    def __init__(self) -> None:
        self.requested = False
        self._pid = os.getpid()
        self._quiet = False

    def install(self) -> None:
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is not None:
                signal.signal(number, self._handle)

    def _handle(self, number: int, frame: Optional[FrameType]) -> None:
        if os.getpid() != self._pid:
            os._exit(0)  # a forked data loader worker inherits the handler; it has nothing to save
        again = self.requested
        self.requested = True
        if self._quiet or again:
            return
        raise Stopped()

    def check(self) -> None:
        if self.requested and not self._quiet:
            raise Stopped()

    def silence(self) -> None:
        """From here on signals change nothing: the run is writing its last word."""
        self._quiet = True


def leave_within(seconds: float, code: int) -> None:
    """Ends the process even if a thread or a worker hangs on the way out."""

    timer = threading.Timer(seconds, lambda: os._exit(code))
    timer.daemon = True
    timer.start()
