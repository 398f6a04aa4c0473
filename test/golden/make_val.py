"""What a release's own val scores: `make_val.py CHECKOUT RELEASE DATA.yaml WEIGHTS [KEY]`.

Adds to test/golden/evaluation/val.json, under RELEASE or KEY, precision, recall, mAP50 and mAP50_95 on the validation
images of `yolov5-slim sample DIR --train 1 --val 64 --size 96`, evaluated at 64 px so that they shrink and scores are
not all 1. WEIGHTS are media/sample/baseline.pt, and for the KEY `pruned`, with v6.2, what
`yolov5-slim prune --weights media/sample/baseline.pt --percent 0.2 --round 1` makes of them.

The baseline is of v7.0. What earlier releases lack to load it is a class name and, in v5.0, a module and a buffer,
which are given to them here: what they do with its outputs is their own.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
import types
from pathlib import Path
from typing import Any, Dict

import numpy as np
import torch
from PIL import ImageFont

FILE = Path(__file__).resolve().parent / "evaluation" / "val.json"


class Pooled(torch.nn.Module):
    """SPPF for v5.0: three poolings in a row, all four stages joined."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        stages = [self.cv1(x)]
        for _ in range(3):
            stages.append(self.m(stages[-1]))
        return self.cv2(torch.cat(stages, 1))


def prepare(release: str) -> None:
    np.int = int  # type: ignore[attr-defined]
    for name in ("IPython", "IPython.display"):
        stub: Any = types.ModuleType(name)
        stub.display = None
        stub.get_ipython = lambda: None
        sys.modules[name] = stub
    torch.hub.download_url_to_file = lambda *args, **kwargs: None
    ImageFont.truetype = lambda *args, **kwargs: ImageFont.load_default()
    import models.common
    import models.yolo
    import utils.general

    # Where suppression takes long, on a busy machine, it leaves images out.
    utils.general.time = types.SimpleNamespace(**{**vars(time), "time": lambda: 0.0})

    if not hasattr(models.yolo, "DetectionModel"):
        models.yolo.DetectionModel = models.yolo.Model
    if release == "v5.0":
        models.common.SPPF = Pooled


def with_buffer(model: Any) -> Any:
    head = model.model[-1]
    grid = head.anchors.float() * head.stride.view(-1, 1, 1)
    del head.anchor_grid
    head.register_buffer("anchor_grid", grid.view(head.nl, 1, -1, 1, 1, 2))
    return model


def scores(release: str, data: Path, weights: Path, folder: Path) -> Any:
    common = {"batch_size": 32, "imgsz": 64, "plots": False}
    if release != "v5.0":
        import val

        out = {"device": "cpu", "half": False, "project": folder}
        return val.run(str(data), weights=str(weights), **common, **out)[0][:4]
    import test
    import yaml
    from utils.datasets import create_dataloader

    model = with_buffer(torch.load(weights, map_location="cpu")["model"].float().eval())
    settings = yaml.safe_load(data.read_text())
    images = settings["val"]
    options = types.SimpleNamespace(single_cls=False)
    # A loader and a model of one's own is how train.py calls it.
    loader = create_dataloader(images, 64, 32, 32, options, pad=0.5, rect=True, workers=0)[0]
    return test.test(settings, None, **common, model=model, dataloader=loader, save_dir=folder)[0][
        :4
    ]


def main() -> None:
    checkout, release = Path(sys.argv[1]).resolve(), sys.argv[2]
    data, weights = Path(sys.argv[3]).resolve(), Path(sys.argv[4]).resolve()
    key = sys.argv[5] if len(sys.argv) > 5 else release
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(checkout, folder / "checkout")
    os.chdir(folder / "checkout")
    sys.path.insert(0, str(folder / "checkout"))
    sys.argv = sys.argv[:1]
    prepare(release)
    names = ("precision", "recall", "mAP50", "mAP50_95")
    values = [float(f"{float(v):.6g}") for v in scores(release, data, weights, folder)]
    known: Dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
    known[key] = dict(zip(names, values))
    FILE.write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
