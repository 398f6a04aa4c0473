"""What a release's own model computes: `make_network.py CHECKOUT NAME [--cfg YAML] [--weights FILE] [--fp32]`.

Writes test/golden/network/NAME.pt, a tiny model with uneven BatchNorms, and NAME.json. A tensor is stored as max |value|,
samples [index, value], and sums over all of it: eight of them, of every eighth value, signs as `signs` scatters them.
Outputs count their elements in NHWC order, parameters in torch's. With --weights only the JSON is written.

    size      pixels of an image's side
    targets   rows of image, class, x, y, w, h
    clips     whether the release clips gradients
    eval, train
              output of each layer but Detect
    raw       raw outputs of Detect in training mode, of each level, channel = anchor * (5 + nc) + k
    losses    by variant of the hyperparameters: hyp (gains scaled as train.py does), parts (the release's
              ComputeLoss on `raw`: box, obj, cls), and slopes, the gradient of loss times batch size by `raw`
    gradients of each parameter, of the plain variant
    statistics
              running mean and variance of each BatchNorm after that forward pass
    steps     how far parameters have moved after three optimizer steps of the release on the same batch

The files are of, each with `--width 0.03125` but v6.2:

    v5.0 to v7.0 under their own names, v6.1 with --fp32
    csp       v5.0 --cfg models/hub/yolov5-panet.yaml
    p6        v6.2 --cfg models/hub/yolov5n6.yaml --size 192
    ghost     v7.0 --cfg models/hub/yolov5s-ghost.yaml --activation 'nn.Hardswish()'
    leaky     v7.0 --cfg models/hub/yolov5s-LeakyReLU.yaml
    depthwise v7.0 --cfg test/golden/network/depthwise.yaml --width 1
    pruned    v6.2 --weights pruned.pt, which `yolov5-slim prune --weights v6.2.pt --percent 0.5 --round 1` wrote

All is computed in float64, so that differences are ours. Images come from a linear congruential generator
(`images`), which the test repeats.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
import types
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import torch
import yaml
from PIL import ImageFont

BATCH, CLASSES, SAMPLES, SUMS = 2, 3, 10, 8
FOLDER = Path(__file__).resolve().parent / "network"
HYP = {
    "box": 0.05,
    "cls": 0.5,
    "cls_pw": 1.0,
    "obj": 1.0,
    "obj_pw": 1.0,
    "fl_gamma": 0.0,
    "anchor_t": 4.0,
    "label_smoothing": 0.0,
}
VARIANTS: Dict[str, Dict[str, float]] = {
    "plain": {},
    "focal": {"fl_gamma": 1.5},
    "weighted": {"cls_pw": 2.0, "obj_pw": 0.7, "label_smoothing": 0.1, "anchor_t": 3.0},
}
TARGETS = [
    [0, 0, 0.30, 0.40, 0.25, 0.30],
    [0, 2, 0.70, 0.62, 0.55, 0.45],
    [1, 1, 0.52, 0.51, 0.20, 0.15],
    [1, 2, 0.95, 0.08, 0.10, 0.14],
    [1, 0, 0.48, 0.55, 0.90, 0.85],
]


def images(size: int) -> torch.Tensor:
    state, values = 1, np.empty(BATCH * size * size * 3, np.uint8)
    for i in range(values.size):
        state = (state * 1103515245 + 12345) % 2**31
        values[i] = state >> 16 & 255
    nhwc = values.reshape(BATCH, size, size, 3)
    return torch.from_numpy(nhwc).permute(0, 3, 1, 2).double() / 255


def number(value: Any) -> float:
    return float(f"{float(value):.6g}")


def signs(count: int) -> torch.Tensor:
    mixed = (np.arange(count, dtype=np.uint64) * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    return torch.from_numpy(1.0 - 2.0 * (mixed >> np.uint64(31)).astype(np.float64))


def sampled(tensor: torch.Tensor, count: int = SAMPLES) -> Dict[str, Any]:
    flat = tensor.detach().double().flatten()
    # The largest value, and others from end to end.
    largest = int(flat.abs().argmax())
    picks = sorted({largest, *(i * flat.numel() // count for i in range(count))})
    return {
        "max": number(flat.abs().max()),
        "at": [[i, number(flat[i])] for i in picks],
        "sums": [number((flat * signs(flat.numel()))[k::SUMS].sum()) for k in range(SUMS)],
    }


def nhwc(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.permute(0, 2, 3, 1).contiguous()


def raw_nhwc(level: torch.Tensor) -> torch.Tensor:
    """[batch, anchor, y, x, k] to [batch, y, x, anchor * k]."""
    batch, anchors, height, width, k = level.shape
    return level.permute(0, 2, 3, 1, 4).reshape(batch, height, width, anchors * k)


def uneven(model: torch.nn.Module) -> None:
    generator = torch.Generator().manual_seed(0)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            n = module.num_features
            module.weight.data = torch.rand(n, generator=generator) * 1.2 + 0.2
            module.bias.data = torch.randn(n, generator=generator) * 0.3
            module.running_mean = torch.randn(n, generator=generator) * 0.2
            module.running_var = torch.rand(n, generator=generator) + 0.5


def layer_outputs(model: Any, x: torch.Tensor) -> List[torch.Tensor]:
    seen: List[torch.Tensor] = []
    handles = [
        layer.register_forward_hook(lambda m, i, output: seen.append(nhwc(output.detach())))
        for layer in list(model.model)[:-1]
    ]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return seen


def optimizer_of(model: torch.nn.Module) -> torch.optim.Optimizer:
    """SGD as every release sets it up: decay on kernels alone."""
    norms = {m.weight for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)}
    named = list(model.parameters())
    decayed = [p for p in named if p.dim() > 1]
    return torch.optim.SGD(
        [
            {"params": [p for p in named if p in norms]},
            {"params": decayed, "weight_decay": 0.0005},
            {"params": [p for p in named if p.dim() == 1 and p not in norms]},
        ],
        # Small, lest rounding grows from step to step.
        lr=0.001,
        momentum=0.937,
        nesterov=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("name")
    parser.add_argument("--cfg", default="models/yolov5s.yaml")
    parser.add_argument("--width", type=float, default=0.0625)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--activation")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--fp32", action="store_true")
    options = parser.parse_args()
    if options.weights:
        options.weights = options.weights.resolve()
    np.int = int  # type: ignore[attr-defined]
    for name in ("IPython", "IPython.display"):
        stub: Any = types.ModuleType(name)
        stub.display = None
        stub.get_ipython = lambda: None
        sys.modules[name] = stub
    checkout = options.checkout.resolve()
    os.chdir(checkout)
    sys.path.insert(0, str(checkout))
    # Fonts of plots, which nobody looks at here.
    torch.hub.download_url_to_file = lambda *args, **kwargs: None
    ImageFont.truetype = lambda *args, **kwargs: ImageFont.load_default()
    import models.yolo
    from utils.loss import ComputeLoss

    torch.manual_seed(1)
    if options.weights:
        model = torch.load(options.weights, map_location="cpu")["model"].float()
    else:
        config = yaml.safe_load(Path(options.cfg).read_text())
        config["width_multiple"] = options.width
        if options.activation:
            config["activation"] = options.activation
        kind = getattr(models.yolo, "DetectionModel", models.yolo.Model)
        model = kind(config, ch=3, nc=CLASSES)
        model.names = ["circle", "square", "triangle"]
        uneven(model)
        stored = copy.deepcopy(model)
        checkpoint = {"epoch": -1, "best_fitness": None, "model": stored, "optimizer": None}
        FOLDER.mkdir(exist_ok=True)
        if not options.fp32:
            stored.half()
        torch.save(checkpoint, FOLDER / f"{options.name}.pt")
        model = copy.deepcopy(stored).float()
    model.double()
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    clips = (checkout / "utils" / "dataloaders.py").exists()
    scale = 3 / model.model[-1].nl
    hyp = dict(HYP)
    hyp["box"] *= scale
    hyp["cls"] *= CLASSES / 80 * scale
    hyp["obj"] *= (options.size / 640) ** 2 * scale
    model.hyp, model.gr = hyp, 1.0
    clamp = torch.Tensor.clamp_

    def clamp_(self: torch.Tensor, low: Any, high: Any) -> torch.Tensor:
        whole = not self.is_floating_point()
        return clamp(self, int(low), int(high)) if whole else clamp(self, low, high)

    torch.Tensor.clamp_ = clamp_  # type: ignore[method-assign,assignment]
    x, targets = images(options.size), torch.tensor(TARGETS).double()

    model.eval()
    result: Dict[str, Any] = {"size": options.size, "targets": TARGETS, "clips": clips}
    result["eval"] = [sampled(t) for t in layer_outputs(model, x)]
    model.train()
    probe = copy.deepcopy(model)
    result["train"] = [sampled(t) for t in layer_outputs(probe, x)]

    optimizer = optimizer_of(model)
    result["losses"] = {}
    for name, changes in VARIANTS.items():
        model.hyp = {**hyp, **changes}
        outputs = [output.detach().requires_grad_() for output in copy.deepcopy(model)(x)]
        loss, parts = ComputeLoss(model)(outputs, targets)
        loss.backward()
        result["losses"][name] = {
            "hyp": model.hyp,
            "parts": [number(v) for v in parts[:3]],
            "slopes": [sampled(raw_nhwc(o.grad), 200) for o in outputs],
        }
    model.hyp = hyp
    started = {name: p.detach().clone() for name, p in model.named_parameters()}
    loss_of = ComputeLoss(model)
    for step in range(3):
        outputs = model(x)
        loss, parts = loss_of(outputs, targets)
        loss.backward()
        if step == 0:
            result["raw"] = [sampled(raw_nhwc(o), 200) for o in outputs]
            result["shapes"] = [list(raw_nhwc(o).shape) for o in outputs]
            result["gradients"] = {
                name: sampled(p.grad) for name, p in model.named_parameters() if p.grad is not None
            }
            result["statistics"] = {
                name: sampled(b) for name, b in model.named_buffers() if "running" in name
            }
        if clips:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=10.0)
        optimizer.step()
        optimizer.zero_grad()
    result["steps"] = {name: sampled(p - started[name]) for name, p in model.named_parameters()}
    (FOLDER / f"{options.name}.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
