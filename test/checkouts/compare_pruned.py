"""Compare a pruned checkpoint with its original, inside a YOLOv5 checkout.

The original's removed channels get gamma = 0 (and beta = 0 with --no-absorb); both models must then agree.
Absorbing a constant is inexact only where a kernel reads zero padding, so for the strict comparison both models
pad by replication, which keeps a constant constant. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, List

import torch
from torch import nn


def load(path: Path) -> nn.Module:
    try:
        checkpoint: Any = torch.load(path, map_location="cpu", weights_only=False)
    except TypeError:  # torch before 1.13 has no such argument
        checkpoint = torch.load(path, map_location="cpu")
    model: nn.Module = (checkpoint.get("ema") or checkpoint["model"]).float().eval()
    for module in model.modules():
        if isinstance(module, nn.Upsample):
            module.recompute_scale_factor = None  # missing in pickles of older torch
    return model


def kept_channels(before: nn.BatchNorm2d, after: nn.BatchNorm2d) -> List[int]:
    """Indices of `before` that survive, found as a subsequence of equal (gamma, beta, variance)."""
    rows = torch.stack([before.weight, before.bias, before.running_var], 1)
    kept, start = [], 0
    for row in torch.stack([after.weight, after.bias, after.running_var], 1):
        while not torch.equal(rows[start], row):
            start += 1
        kept.append(start)
        start += 1
    return kept


def raw(model: nn.Module, image: torch.Tensor) -> List[torch.Tensor]:
    """What the Detect convolutions give, before decoding."""
    found: List[torch.Tensor] = []
    head = model.model[-1]  # type: ignore[index]
    hooks = [conv.register_forward_hook(lambda _m, _i, out: found.append(out)) for conv in head.m]
    with torch.no_grad():
        model(image)
    for hook in hooks:
        hook.remove()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("original", type=Path)
    parser.add_argument("pruned", type=Path)
    parser.add_argument("--no-absorb", action="store_true")
    parser.add_argument("--size", type=int, default=128)
    options = parser.parse_args()
    sys.path.insert(0, str(Path.cwd()))
    original, pruned = load(options.original), load(options.pruned)
    before = {k: m for k, m in original.named_modules() if isinstance(m, nn.BatchNorm2d)}
    after = {k: m for k, m in pruned.named_modules() if isinstance(m, nn.BatchNorm2d)}
    removed = 0
    for name, norm in before.items():
        mask = torch.ones(norm.num_features, dtype=torch.bool)
        mask[kept_channels(norm, after[name])] = False
        removed += int(mask.sum())
        norm.weight.data[mask] = 0
        if options.no_absorb:
            norm.bias.data[mask] = 0
    for model in (original, pruned):
        for module in model.modules():
            if isinstance(module, nn.Conv2d) and any(module.padding) and not options.no_absorb:
                module.padding_mode = "replicate"
                module._reversed_padding_repeated_twice = [
                    p for p in reversed(module.padding) for _ in (0, 1)
                ]
    torch.manual_seed(0)
    image = torch.rand(1, 3, options.size, options.size)
    worst, scale = 0.0, 0.0
    for a, b in zip(raw(original, image), raw(pruned, image)):
        worst = max(worst, float((a - b).abs().max()))
        scale = max(scale, float(a.abs().max()))
    parameters = sum(p.numel() for p in pruned.parameters())
    print(
        json.dumps(
            {"difference": worst, "scale": scale, "removed": removed, "parameters": parameters}
        )
    )


if __name__ == "__main__":
    main()
