"""Save a model of a YOLOv5 checkout as its train.py would, with random BatchNorms, so that every channel matters.

python random_checkpoint.py CHECKOUT models/yolov5n.yaml OUT.pt
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch


def main() -> None:
    root, cfg, out = (Path(argument) for argument in sys.argv[1:4])
    from models.yolo import Model

    torch.manual_seed(0)
    model = Model(str(root / cfg), ch=3, nc=3)
    model.nc, model.hyp = 3, {}
    model.names = ["circle", "square", "triangle"]
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.weight.copy_(torch.rand(module.num_features) * 1.2)
                module.bias.copy_(torch.randn(module.num_features) * 0.5)
                module.running_mean.copy_(torch.randn(module.num_features) * 0.3)
                module.running_var.copy_(torch.rand(module.num_features) + 0.5)
    keys = ("best_fitness", "ema", "updates", "optimizer")
    torch.save({"epoch": -1, "model": model.eval().half(), **dict.fromkeys(keys)}, out)


if __name__ == "__main__":
    main()
