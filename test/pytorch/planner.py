"""A planner for the tests: every BatchNorm2d is prunable, except those that SLIM_TEST_KEEP names."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, List


def norms(module: Dict[str, Any], path: str) -> List[Dict[str, Any]]:
    found = []
    if module["className"] == "torch.nn.modules.batchnorm.BatchNorm2d":
        found.append({"name": path, "channels": module["tensors"]["weight"][0]})
    for name, child in module["children"].items():
        found += norms(child, f"{path}.{name}" if path else name)
    return found


def main() -> None:
    request = json.load(sys.stdin)
    if os.environ.get("SLIM_TEST_PLANNER_FAILS"):
        sys.exit("the test planner was told to fail")
    record = os.environ.get("SLIM_TEST_REQUEST")
    if record:
        with open(record, "w", encoding="utf-8") as file:
            json.dump(request, file)
    kept = os.environ.get("SLIM_TEST_KEEP", "").split()
    layers = [layer for layer in norms(request["model"], "") if layer["name"] not in kept]
    sparsity, epochs = request["sparsity"], request["schedule"]["epochs"]
    strengths: List[float] = []
    if sparsity:
        for epoch in range(epochs):
            fall = 1 - 0.9 * epoch / max(epochs - 1, 1)
            factor = fall if sparsity["schedule"] == "linear" else 1.0
            strengths.append(sparsity["sr"] * factor)
    reply = {
        "layers": layers,
        "excluded": [{"name": name, "reason": "kept by the test"} for name in kept],
        "warnings": [],
        "sr": strengths,
        "explanation": "as the test asked",
    }
    json.dump(reply, sys.stdout)


main()
