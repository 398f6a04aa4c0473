"""Follows val.py or test.py: what it computes on, and the metrics that it finds."""

from __future__ import annotations

import functools
import time
from typing import Any, Callable, Dict, List

import torch

from .checkout import Script
from .environment import described, in_use, versions
from .events import EventLog
from .metrics import metrics_of


class Validation:
    """CUDA takes the GPUs that it may see from the environment when it is first asked anything. Stock's
    select_device puts those of --device there, so before it nothing here may ask."""

    def __init__(self, events: EventLog, shims: List[str]) -> None:
        self._events = events
        self._shims = shims
        self._announced = False
        self._metrics: Dict[str, Any] = {}
        self._began = time.time()

    def follow(self, script: Script) -> None:
        """Runs the script, of which the definitions are there."""
        script.replace("select_device", self._watch_device)
        for name in ("run", "test"):
            if callable(script.namespace.get(name)):
                script.replace(name, self._watch_evaluation)
        try:
            script.run()
        finally:
            # One that failed early has computed on nothing.
            self._announce([])

    def _watch_device(self, select: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(select)
        def selected(*args: Any, **kwargs: Any) -> Any:
            device = select(*args, **kwargs)
            if isinstance(device, torch.device):
                self._announce([described(device)])
            return device

        return selected

    def _watch_evaluation(self, evaluate: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(evaluate)
        def evaluated(*args: Any, **kwargs: Any) -> Any:
            result = evaluate(*args, **kwargs)
            # A fork may choose its device in a way of its own; by now it has.
            self._announce([described(in_use())])
            self._metrics = metrics_of([float(value) for value in result[0]])
            return result

        return evaluated

    def _announce(self, devices: List[str]) -> None:
        if self._announced:
            return
        self._announced = True
        self._events.write(
            "started",
            engine="pytorch",
            devices=devices,
            versions=versions(),
            epochs=0,
            batchSize=0,
            imageSize=0,
            layers=[],
            shims=self._shims,
        )

    def summary(self) -> Dict[str, Any]:
        return {**self._metrics, "seconds": time.time() - self._began}
