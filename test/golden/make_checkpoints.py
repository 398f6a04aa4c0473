"""Makes the genuine checkpoints that the reader's tests open.

    python make_checkpoints.py plain            # needs torch
    python make_checkpoints.py release v6.2     # needs torch and YOLOV5_CHECKOUTS/v6.2

Run once and committed; the tests read the files and `*.json`, which holds what torch itself says is in them.
"""

import argparse
import collections
import datetime
import io
import json
import os
import pathlib
import sys
import zipfile

import numpy
import torch
from torch import nn

OUT = pathlib.Path(__file__).parent / "checkpoints"
DTYPES = [
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "bool",
]
TINY_YAML = {
    "nc": 3,
    "depth_multiple": 0.33,
    "width_multiple": 1.0,
    "anchors": [[10, 13, 16, 30, 33, 23]],
    "backbone": [
        [-1, 1, "Conv", [8, 3, 2]],
        [-1, 1, "Conv", [8, 3, 2]],
        [-1, 3, "C3", [8]],
        [-1, 1, "Conv", [16, 3, 2]],
        [-1, 1, "SPP", [16, [5, 9]]],
    ],
    "head": [
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 2], 1, "Concat", [1]],
        [-1, 1, "C3", [8, False]],
        [[7], 1, "Detect", ["nc", "anchors"]],
    ],
}


def every_kind():
    """All dtypes, views, sharing, cycles, and the odd things that people keep in a checkpoint."""
    torch.manual_seed(0)
    base = torch.arange(24, dtype=torch.float32)
    shared = torch.ones(3)
    cyclic = {"name": "cycle"}
    cyclic["self"] = cyclic
    by_dtype = {
        name: (torch.arange(6) - 2).to(getattr(torch, name)).reshape(2, 3)
        for name in DTYPES
        if name != "uint8"
    }
    by_dtype["uint8"] = torch.arange(250, 256).to(torch.uint8).reshape(2, 3)
    return {
        "dtypes": by_dtype,
        "base": base,
        "transposed": base.view(4, 6).t(),
        "slice": base[4:20:3],
        "expanded": torch.tensor([7.0]).expand(2, 5),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "first": shared,
        "second": shared,
        "parameter": nn.Parameter(torch.tensor([1.5, -2.0])),
        "complex": torch.tensor([1 + 2j]),
        "numpyScalar": numpy.float64(0.25),
        "numpyArray": numpy.arange(4, dtype=numpy.int16),
        "path": pathlib.PurePosixPath("runs/train/exp"),
        "options": argparse.Namespace(epochs=3, name="exp"),
        "date": datetime.datetime(2023, 4, 5, 6, 7, 8),
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "size": torch.Size([1, 2]),
        "ordered": collections.OrderedDict(a=1, b=2),
        "default": collections.defaultdict(list, {"k": [1]}),
        "set": {1, 2},
        "frozen": frozenset(["x"]),
        "bytes": b"\x00\xff",
        "bytearray": bytearray(b"ab"),
        "integers": [0, -1, 255, 256, 65536, -(2**31), 2**40, -(2**53), 2**70, -(2**70)],
        "text": "ünï\n",
        "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        "cycle": cyclic,
    }


def tiny_module():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.SiLU(), nn.Conv2d(4, 2, 1)
    )
    model[1].weight.data = torch.tensor([0.5, -0.001, 2.0, 0.0])
    return model.eval()


def rezip(source, target, method=zipfile.ZIP_STORED, zip64=False):
    limit = zipfile.ZIP64_LIMIT
    if zip64:
        zipfile.ZIP64_LIMIT = 0
    try:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
            for info in old.infolist():
                entry = zipfile.ZipInfo(info.filename)
                entry.compress_type = method
                new.writestr(entry, old.read(info))
    finally:
        zipfile.ZIP64_LIMIT = limit


def plain():
    tag = "torch" + torch.__version__.split(".")[0]
    kinds = every_kind()
    protocols = range(2, 6) if tag == "torch1" else [2]
    for protocol in protocols:
        torch.save(kinds, OUT / f"{tag}-kinds-p{protocol}.pt", pickle_protocol=protocol)
    numbers = {k: v.double().flatten().tolist() for k, v in kinds["dtypes"].items()}
    for key in ["transposed", "slice", "expanded", "scalar", "empty", "parameter"]:
        numbers[key] = kinds[key].detach().flatten().tolist()
    (OUT / f"{tag}-kinds.json").write_text(json.dumps(numbers))
    model = tiny_module()
    torch.save(model, OUT / f"{tag}-module.pt")
    if tag != "torch1":
        return
    rezip(OUT / "torch1-kinds-p2.pt", OUT / "deflated.pt", zipfile.ZIP_DEFLATED)
    rezip(OUT / "torch1-kinds-p2.pt", OUT / "zip64.pt", zip64=True)
    torch.save(model.state_dict(), OUT / "state-dict.pt")
    torch.save({"model": model.state_dict()}, OUT / "state-dict-inside.pt")
    torch.save({"model": model}, OUT / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.trace(model, torch.zeros(1, 3, 8, 8)).save(str(OUT / "torchscript.pt"))
    fused = nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU()).eval()
    torch.save({"model": fused}, OUT / "fused.pt")
    unfinished = {"epoch": 4, "model": nn.Sequential(nn.BatchNorm2d(2)), "ema": model, "updates": 9}
    unfinished["optimizer"] = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9).state_dict()
    torch.save(unfinished, OUT / "unfinished.pt")
    buffer = io.BytesIO()
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    buffer.write(len(header).to_bytes(8, "little") + header + bytes(4))
    (OUT / "weights.safetensors").write_bytes(buffer.getvalue())
    (OUT / "header.onnx").write_bytes(b"\x08\x07\x12\x07pytorch\x1a\x061.13.0:\x04\x0a\x02\x12\x00")


def release(name):
    root = pathlib.Path(os.environ["YOLOV5_CHECKOUTS"]) / name
    sys.path.insert(0, str(root))
    from models import yolo

    config = json.loads(json.dumps(TINY_YAML))
    if name not in ("v3.1", "v4.0", "v5.0"):
        config["backbone"][-1][2:] = ["SPPF", [16, 5]]
    kind = yolo.Model
    if name == "v7.0":
        config["head"][-1] = [[7], 1, "Segment", ["nc", "anchors", 4, 8]]
        kind = yolo.SegmentationModel
    torch.manual_seed(0)
    model = kind(config, ch=3)
    model.names = ["circle", "square", "triangle"]
    gammas = {}
    for path, module in model.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data = torch.rand(module.num_features)
            gammas[path] = module.weight.data.half().float().tolist()
    checkpoint = {
        "epoch": -1,
        "best_fitness": None,
        "model": model.half().eval(),
        "ema": None,
        "updates": None,
    }
    checkpoint["optimizer"] = None
    if name in ("v5.0", "v6.0"):
        checkpoint.update(training_results=None, wandb_id=None)
    if name == "v6.2":
        checkpoint.update(wandb_id=None, opt={"epochs": 3}, date="2022-08-17T00:00:00")
    if name == "v7.0":
        checkpoint.update(
            opt={"epochs": 3, "mask_ratio": 4}, git={"commit": None}, date="2022-11-22T00:00:00"
        )
    torch.save(checkpoint, OUT / f"{name}.pt")
    facts = {
        "gammas": gammas,
        "parameters": sum(p.numel() for p in model.parameters()),
        "modules": [path for path, _ in model.named_modules(remove_duplicate=False)],
        "shapes": {key: list(value.shape) for key, value in model.state_dict().items()},
    }
    (OUT / f"{name}.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    plain() if sys.argv[1] == "plain" else release(sys.argv[2])
