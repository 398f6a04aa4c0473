"""Losses and metrics by the names that the log has for them."""

from __future__ import annotations

import math
from typing import Any, Dict, Iterable, List, Tuple

LOSSES = ("box", "obj", "cls")


def finite(items: Iterable[Tuple[str, float]]) -> Dict[str, float]:
    """Readers of the log take numbers only; a loss that is none is left out."""
    return {key: value for key, value in items if math.isfinite(value)}


def fitness(metrics: Dict[str, Any]) -> float:
    """YOLOv5's own measure of best (utils/metrics.py): a tenth of mAP50 and nine of mAP50_95."""
    return 0.1 * float(metrics["mAP50"]) + 0.9 * float(metrics["mAP50_95"])


def metrics_of(results: List[float]) -> Dict[str, Any]:
    """(P, R, mAP50, mAP50_95, box, obj, cls), as test.test and val.run return it."""
    return {
        "precision": results[0],
        "recall": results[1],
        "mAP50": results[2],
        "mAP50_95": results[3],
        "val": finite(zip(LOSSES, results[4:7])),
    }
