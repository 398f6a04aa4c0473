"""What OpenCV and a release's own functions make of small images: `make_images.py CHECKOUT` (v6.0 to v7.0).

Writes test/golden/images.json: cases with the operation, its arguments and the pixels, RGB as base64. The images come
from a linear congruential generator, which the test repeats, smoothed by enlarging a small one.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import types
from pathlib import Path
from typing import Any, Dict, List

import cv2
import numpy as np
import torch
from PIL import ImageFont

FILE = Path(__file__).resolve().parent / "images.json"
CASES: List[Dict[str, Any]] = []


def noise(width: int, height: int, seed: int) -> Any:
    state, values = seed, np.empty(width * height * 3, np.uint8)
    for i in range(values.size):
        state = (state * 1103515245 + 12345) % 2**31
        values[i] = state >> 16 & 255
    return values.reshape(height, width, 3)


def case(op: str, image: Any, result: Any, **rest: Any) -> None:
    height, width = image.shape[:2]
    pixels = base64.b64encode(np.ascontiguousarray(result).tobytes()).decode()
    size = [result.shape[1], result.shape[0]]
    CASES.append({"op": op, "input": [width, height], "size": size, "pixels": pixels, **rest})


def main() -> None:
    checkout = Path(sys.argv[1]).resolve()
    for name in ("IPython", "IPython.display"):
        stub: Any = types.ModuleType(name)
        stub.display = None
        stub.get_ipython = lambda: None
        sys.modules[name] = stub
    os.chdir(checkout)
    sys.path.insert(0, str(checkout))
    torch.hub.download_url_to_file = lambda *args, **kwargs: None
    ImageFont.truetype = lambda *args, **kwargs: ImageFont.load_default()
    from utils.augmentations import letterbox

    image = noise(37, 23, 1)
    for width, height in ((20, 11), (50, 41), (37, 30), (18, 11)):
        size = (width, height)
        case("linear", image, cv2.resize(image, size, interpolation=cv2.INTER_LINEAR))
    even = noise(40, 24, 1)
    case("linear", even, cv2.resize(even, (20, 12), interpolation=cv2.INTER_LINEAR))
    for width, height in ((20, 11), (17, 9), (36, 22)):
        case("area", image, cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))
    case("area", even, cv2.resize(even, (10, 6), interpolation=cv2.INTER_AREA))

    grey = (114, 114, 114)
    moves = [
        [[1.0, 0.0, 3.0], [0.0, 1.0, -2.0], [0, 0, 1]],
        [[1.3, 0.0, -4.2], [0.0, 1.3, 1.7], [0, 0, 1]],
        [[0.71, 0.33, 2.4], [-0.29, 0.81, 5.1], [0, 0, 1]],
        [[0.9, 0.1, 2.0], [0.05, 1.1, -1.0], [0.002, -0.001, 1]],
    ]
    for move in moves:
        matrix = np.array(move)
        if matrix[2, 0]:
            result = cv2.warpPerspective(image, matrix, (30, 26), borderValue=grey)
        else:
            result = cv2.warpAffine(image, matrix[:2], (30, 26), borderValue=grey)
        case("warp", image, result, matrix=move)

    # The table of colours is read with the channels in RGB order, as our images are.
    for gains in ((1.01, 1.6, 0.7), (0.99, 0.4, 1.35)):
        hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
        x = np.arange(0, 256, dtype=np.float64)
        tables = [
            ((x * gains[0]) % 180).astype(np.uint8),
            np.clip(x * gains[1], 0, 255).astype(np.uint8),
            np.clip(x * gains[2], 0, 255).astype(np.uint8),
        ]
        changed = cv2.merge([cv2.LUT(c, t) for c, t in zip(cv2.split(hsv), tables)])
        case("colors", image, cv2.cvtColor(changed, cv2.COLOR_HSV2RGB), gains=gains)

    for (height, width), enlarges in (
        ((32, 64), True),
        ((32, 32), False),
        ((64, 64), False),
        ((19, 32), True),
    ):
        result, ratio, pad = letterbox(image, (height, width), auto=False, scaleup=enlarges)
        rest = {"enlarges": enlarges, "ratio": ratio[0], "pad": [float(p) for p in pad]}
        case("letterbox", image, result, **rest)
    FILE.write_text(json.dumps(CASES, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
