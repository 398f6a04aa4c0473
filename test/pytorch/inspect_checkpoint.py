"""Prints facts of a checkpoint as JSON: `inspect_checkpoint.py <checkout> <file>`."""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any, Dict


def main() -> None:
    sys.dont_write_bytecode = True
    checkout, file = sys.argv[1:3]
    sys.path.insert(0, checkout)
    import inspect
    import types

    import torch

    if importlib.util.find_spec("pkg_resources") is None:
        # The stand-in imports it as YOLOv5 does; reading a checkpoint needs no more than the name.
        sys.modules["pkg_resources"] = types.ModuleType("pkg_resources")

    whole: Dict[str, Any] = {}
    if "weights_only" in inspect.signature(torch.load).parameters:
        whole["weights_only"] = False
    checkpoint = torch.load(file, map_location="cpu", **whole)
    model = checkpoint["model"]
    gammas = {
        name: [float(value) for value in module.weight]
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.BatchNorm2d)
    }
    facts = {
        "epoch": checkpoint["epoch"],
        "finite": all(bool(torch.isfinite(t.float()).all()) for t in model.state_dict().values()),
        "shapes": {name: list(tensor.shape) for name, tensor in model.state_dict().items()},
        "anchors": model.model[-1].anchors.float().flatten().tolist(),
        "gammas": gammas,
    }
    json.dump(facts, sys.stdout)


main()
