"""What only train() of a checkout knows, from its local variables."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, List, Optional

from .failures import Failure
from .texts import t


class TrainFrame:
    """Read access to the local variables of the running train()."""

    def __init__(self, frame: FrameType) -> None:
        self._frame: Optional[FrameType] = frame

    @staticmethod
    def find() -> TrainFrame:
        frame: Optional[FrameType] = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_name == "train" and "optimizer" in frame.f_code.co_varnames:
                return TrainFrame(frame)
            if frame.f_code.co_name == "train" and "optimizer" in frame.f_locals:
                return TrainFrame(frame)
            frame = frame.f_back
        raise Failure(
            "train/unknown-loop",
            t(
                "The training loop of this checkout is not inside a function train() with an optimizer."
            ),
            t("Use a checkout of YOLOv5 v5.0 or later whose train.py keeps that function."),
        )

    def read(self, *names: str) -> List[Any]:
        if self._frame is None:
            return [None for _ in names]
        snapshot = self._frame.f_locals
        values = [snapshot.get(name) for name in names]
        if type(snapshot) is dict and sys.gettrace() is None:
            # Before Python 3.13 the frame keeps the snapshot, which would hold the batch's tensors alive.
            snapshot.clear()
        return values

    def same(self, other: TrainFrame) -> bool:
        return self._frame is other._frame

    def release(self) -> None:
        self._frame = None
