"""Where a release's random_perspective moves boxes, and which it drops: `make_movement.py CHECKOUT RELEASE`.

Writes test/golden/movement/RELEASE.json, a list of cases: hyp (degrees, translate, scale, shear, perspective), shares
(the random numbers, each a share of its range, in the order in which they are drawn), size and border of the square
image, boxes (rows of class, left, upper, right, lower), outlines (x, y pairs, one a box, or none at all), and moved,
the rows that are left.
"""

from __future__ import annotations

import json
import os
import random
import sys
import types
from pathlib import Path
from typing import Any, Callable, Dict, List

import numpy as np
import torch
from PIL import ImageFont

FOLDER = Path(__file__).resolve().parent / "movement"
SIZE, CASES = 128, 12


def outline_in(rng: random.Random, box: List[float]) -> List[float]:
    """A polygon of 3 to 7 corners that touches the box's sides."""
    _, left, top, right, bottom = box
    corners = [[left, rng.uniform(top, bottom)], [rng.uniform(left, right), top]]
    corners += [[right, rng.uniform(top, bottom)], [rng.uniform(left, right), bottom]]
    for _ in range(rng.randrange(4)):
        corners.append([rng.uniform(left, right), rng.uniform(top, bottom)])
    return [round(v, 2) for corner in corners for v in corner]


def scene(rng: random.Random) -> List[List[float]]:
    boxes = []
    for i in range(8):
        # Some so thin, so small or so far out that they are dropped.
        w, h = rng.uniform(3, 70), rng.uniform(3, 70)
        if i == 0:
            w, h = 2.5, 110.0
        x, y = rng.uniform(0, SIZE - w), rng.uniform(0, SIZE - h)
        boxes.append([float(i % 3), *(round(v, 2) for v in (x, y, x + w, y + h))])
    return boxes


def drawn_from(shares: List[float]) -> Callable[[float, float], float]:
    rest = iter(shares)
    return lambda low, high: low + (high - low) * next(rest)


def main() -> None:
    checkout, release = Path(sys.argv[1]).resolve(), sys.argv[2]
    np.int = int  # type: ignore[attr-defined]
    for name in ("IPython", "IPython.display"):
        stub: Any = types.ModuleType(name)
        stub.display = None
        stub.get_ipython = lambda: None
        sys.modules[name] = stub
    os.chdir(checkout)
    sys.path.insert(0, str(checkout))
    torch.hub.download_url_to_file = lambda *args, **kwargs: None
    ImageFont.truetype = lambda *args, **kwargs: ImageFont.load_default()
    if release == "v5.0":
        from utils.datasets import random_perspective
    else:
        from utils.augmentations import random_perspective

    rng = random.Random(5)
    cases: List[Dict[str, Any]] = []
    for i in range(CASES):
        plain = {"degrees": 0.0, "translate": 0.1, "scale": 0.5, "shear": 0.0, "perspective": 0.0}
        turned = {"degrees": 30.0, "translate": 0.1, "scale": 0.3, "shear": 8.0, "perspective": 0.0}
        hyp = turned if i % 2 else plain
        if i % 4 == 3:
            hyp = {**hyp, "perspective": 0.001}
        boxes = scene(rng)
        outlines = [outline_in(rng, box) for box in boxes] if i % 3 else []
        shares = [round(rng.random(), 6) for _ in range(8)]
        border = -SIZE // 4 if i < CASES // 2 else 0
        random.uniform = drawn_from(shares)  # type: ignore[assignment]
        _, moved = random_perspective(
            np.zeros((SIZE, SIZE, 3), np.uint8),
            np.array(boxes),
            [np.array(outline).reshape(-1, 2) for outline in outlines],
            **hyp,
            border=(border, border),
        )
        cases.append(
            {
                "hyp": hyp,
                "shares": shares,
                "size": SIZE,
                "border": border,
                "boxes": boxes,
                "outlines": outlines,
                "moved": [[round(float(v), 3) for v in row] for row in moved],
            }
        )
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(cases, separators=(",", ":"))
    (FOLDER / f"{release}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
