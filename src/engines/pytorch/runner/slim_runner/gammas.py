"""Statistics of abs(gamma) per layer, as the `gamma` event wants them (events.ts)."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import torch

from .summaries import BINS, MAXIMUM

NEAR_ZERO = 0.01


def gamma_layers(gammas: Sequence[Tuple[str, torch.Tensor]]) -> List[Dict[str, Any]]:
    """One entry a layer; `gammas` are (name of the BN, its weight). One copy from the device for all."""
    if not gammas:
        return []
    with torch.no_grad():
        flat = torch.cat([gamma.detach().float() for _, gamma in gammas]).abs().cpu().numpy()
    layers = []
    begin = 0
    for name, gamma in gammas:
        values = flat[begin : begin + gamma.numel()]
        begin += gamma.numel()
        values = values[np.isfinite(values)]
        if not values.size:
            values = np.zeros(1, dtype=np.float32)
        counts = np.bincount(
            np.minimum((values * (BINS / MAXIMUM)).astype(np.int64), BINS - 1), minlength=BINS
        )
        layers.append(
            {
                "name": name,
                "histogram": [int(count) for count in counts],
                "nearZero": int((values < NEAR_ZERO).sum()),
                "quantiles": [float(np.percentile(values, q)) for q in (0, 25, 50, 75, 100)],
            }
        )
    return layers
