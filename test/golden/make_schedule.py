"""Records what a release's own train.py does to its optimizer: `make_schedule.py CHECKOUT OUTPUT.json [ARGS…]`.

A tiny model is trained on a few drawn rectangles. Of each optimizer step the output holds the iteration it came
after, and the learning rate and momentum of the BN group and of the biases' group:

    {"epochs": 90, "batches": 12, "batchSize": 1, "hyp": {…}, "steps": [[iteration, lr, biasLr, momentum], …]}

Runs: v5.0 to v7.0, with `--adam` or `--optimizer Adam` and with the other learning rate schedule as ARGS.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import sys
import tempfile
import types
from pathlib import Path
from typing import Any, List

import cv2
import numpy as np
import torch
import yaml
from PIL import ImageFont

STUBS = (
    ("torch.utils.tensorboard", "SummaryWriter"),
    ("IPython", "display"),
    ("IPython.display", "display"),
)
IMAGES, SIZE, EPOCHS = 12, 64, 90


class Quiet:
    """Stands in for what only writes logs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


def draw(root: Path) -> Path:
    random = np.random.default_rng(0)
    for kind in ("images", "labels"):
        (root / kind).mkdir(parents=True)
    for i in range(IMAGES):
        image = np.full((SIZE, SIZE, 3), 100, np.uint8)
        x, y = random.integers(4, 30, 2)
        image[y : y + 24, x : x + 24] = random.integers(0, 255, 3)
        cv2.imwrite(str(root / "images" / f"{i}.png"), image)
        label = f"0 {(x + 12) / SIZE} {(y + 12) / SIZE} {24 / SIZE} {24 / SIZE}\n"
        (root / "labels" / f"{i}.txt").write_text(label)
    data = root / "data.yaml"
    images = str(root / "images")
    data.write_text(yaml.safe_dump({"train": images, "val": images, "nc": 1, "names": ["box"]}))
    return data


def main(checkout: Path, output: Path, extra: List[str]) -> None:
    np.int = int  # type: ignore[attr-defined]  # what v5.0 to v6.1 expect of an older numpy
    os.environ["WANDB_MODE"] = "disabled"
    for name, member in STUBS:
        stub: Any = types.ModuleType(name)
        setattr(stub, member, Quiet)
        stub.get_ipython = lambda: None
        sys.modules[name] = stub
    work = Path(tempfile.mkdtemp())
    copy = work / "checkout"
    shutil.copytree(checkout, copy)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    data = draw(work / "data")
    model = yaml.safe_load((copy / "models" / "yolov5s.yaml").read_text())
    model.update(nc=1, width_multiple=0.125)
    cfg = work / "tiny.yaml"
    cfg.write_text(yaml.safe_dump(model))

    import utils.general

    utils.general.check_requirements = lambda *args, **kwargs: None
    utils.general.check_git_status = lambda *args, **kwargs: None
    import utils.torch_utils

    # v7.0 asks a git package, which says what it is told.
    utils.general.check_git_info = lambda *args, **kwargs: {}
    # Fonts of plots, which nobody looks at here.
    torch.hub.download_url_to_file = lambda *args, **kwargs: None
    ImageFont.truetype = lambda *args, **kwargs: ImageFont.load_default()

    steps: List[List[float]] = []
    state = {"iteration": -1}

    def record(optimizer: Any) -> None:
        groups = optimizer.param_groups
        # The group of the biases is the last up to v6.1 and the first from v6.2.
        bias = 0 if hasattr(utils.torch_utils, "smart_optimizer") else 2
        norm = 2 if bias == 0 else 0
        momentum = groups[norm].get("momentum", groups[norm].get("betas", [0])[0])
        steps.append([state["iteration"], groups[norm]["lr"], groups[bias]["lr"], momentum])

    for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
        original = kind.step

        def step(self: Any, *args: Any, _original: Any = original, **kwargs: Any) -> Any:
            record(self)
            return _original(self, *args, **kwargs)

        kind.step = step  # type: ignore[method-assign]

    import utils.loss

    call = utils.loss.ComputeLoss.__call__

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        state["iteration"] += torch.is_grad_enabled()
        return call(self, *args, **kwargs)

    utils.loss.ComputeLoss.__call__ = counted
    clamp = torch.Tensor.clamp_

    def clamp_(self: torch.Tensor, low: Any, high: Any) -> torch.Tensor:
        whole = not self.is_floating_point()
        return clamp(self, int(low), int(high)) if whole else clamp(self, low, high)

    torch.Tensor.clamp_ = clamp_  # type: ignore[method-assign,assignment]
    old = not (copy / "val.py").exists()
    arguments = ["--weights", "", "--cfg", str(cfg), "--data", str(data), "--epochs", str(EPOCHS)]
    arguments += ["--batch-size", "1", "--workers", "0", "--device", "cpu", "--nosave"]
    arguments += ["--img-size", str(SIZE), *([str(SIZE)] if old else []), "--noautoanchor"]
    arguments += ["--notest" if old else "--noval", "--project", str(work / "runs"), *extra]
    sys.argv = ["train.py", *arguments]
    runpy.run_path(str(copy / "train.py"), run_name="__main__")
    hyp = yaml.safe_load(next((work / "runs").rglob("hyp.yaml")).read_text())
    result = {
        "epochs": EPOCHS,
        "batches": IMAGES,
        "batchSize": 1,
        "arguments": extra,
        "hyp": {k: hyp[k] for k in sorted(hyp) if k.startswith(("lr", "warmup", "momentum"))},
        # Enough of them to pin every phase down; all of them would fill pages.
        "count": len(steps),
        "steps": [[round(v, 12) for v in row] for row in steps[:: max(len(steps) // 120, 1)]],
    }
    output.write_text(json.dumps(result) + "\n")
    shutil.rmtree(work)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:])
