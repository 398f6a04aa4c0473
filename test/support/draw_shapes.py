"""Draw a small detection data set: circles, squares and triangles that do not overlap, on plain noise.

Each class has a colour of its own, varied: with three classes YOLOv5's class loss weighs 3/80 of its usual, so
shape alone would take hundreds of epochs to learn.

    python draw_shapes.py DIR --train 512 --val 128 --size 160

Deterministic for a seed. Needs numpy and OpenCV, which every YOLOv5 environment has.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import List, Tuple

import cv2
import numpy as np

NAMES = ["circle", "square", "triangle"]
COLORS = ((60, 90, 220), (70, 200, 80), (220, 120, 60))


def draw_image(rng: np.random.Generator, size: int) -> Tuple[np.ndarray, List[str]]:
    image = (rng.integers(0, 70, 3) + rng.integers(0, 30, (size, size, 3))).astype(np.uint8)
    placed: List[Tuple[int, int, int]] = []
    labels = []
    for _ in range(int(rng.integers(1, 5))):
        for _attempt in range(20):
            r = int(rng.integers(size // 12, size // 6))
            x, y = (int(v) for v in rng.integers(r + 1, size - r - 1, 2))
            if all(max(abs(x - a), abs(y - b)) > r + c + 2 for a, b, c in placed):
                break
        else:
            continue
        placed.append((x, y, r))
        shape = int(rng.integers(0, len(NAMES)))
        color = tuple(int(v) for v in np.clip(rng.normal(COLORS[shape], 25), 0, 255))
        if shape == 0:
            cv2.circle(image, (x, y), r, color, -1)
        elif shape == 1:
            cv2.rectangle(image, (x - r, y - r), (x + r, y + r), color, -1)
        else:
            cv2.fillPoly(image, [np.array([[x, y - r], [x - r, y + r], [x + r, y + r]])], color)
        labels.append(
            f"{shape} {x / size:.6f} {y / size:.6f} {2 * r / size:.6f} {2 * r / size:.6f}"
        )
    return image, labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--train", type=int, default=512)
    parser.add_argument("--val", type=int, default=128)
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    root = options.folder.resolve()
    rng = np.random.default_rng(options.seed)
    for split, count in (("train", options.train), ("val", options.val)):
        images, labels = root / "images" / split, root / "labels" / split
        images.mkdir(parents=True, exist_ok=True)
        labels.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            image, lines = draw_image(rng, options.size)
            cv2.imwrite(str(images / f"{number:05d}.jpg"), image)
            (labels / f"{number:05d}.txt").write_text("\n".join(lines) + "\n")
    yaml = [f"train: {root / 'images' / 'train'}", f"val: {root / 'images' / 'val'}"]
    yaml += [f"nc: {len(NAMES)}", f"names: {NAMES}"]
    (root / "data.yaml").write_text("\n".join(yaml) + "\n")


if __name__ == "__main__":
    main()
