"""What a release's own functions find and score: `make_evaluation.py CHECKOUT RELEASE`.

Writes test/golden/evaluation/RELEASE.json:

    images    of each: labels (rows of class, left, upper, right, lower) and candidates (rows of left, upper, right,
              lower, confidence, class); kept, what the release's non_max_suppression leaves of them at IoU 0.6; and
              correct, of each that is left the IoU thresholds at which the release's val.py counts it as right, as bits
    metrics   precision, recall, mAP50, mAP50_95 and, by class, AP50 and AP of the release's ap_per_class
"""

from __future__ import annotations

import json
import os
import random
import sys
import types
from pathlib import Path
from typing import Any, List

import numpy as np
import torch
from PIL import ImageFont

FOLDER = Path(__file__).resolve().parent / "evaluation"
CLASSES, IMAGES, SIZE = 3, 24, 320


def some_box(rng: random.Random) -> List[float]:
    w, h = rng.uniform(20, 140), rng.uniform(20, 140)
    x, y = rng.uniform(0, SIZE - w), rng.uniform(0, SIZE - h)
    return [round(v, 2) for v in (x, y, x + w, y + h)]


def scene(rng: random.Random) -> Any:
    labels, candidates = [], []
    for _ in range(rng.randrange(5)):
        box, cls = some_box(rng), rng.randrange(CLASSES)
        labels.append([cls, *box])
        for _ in range(rng.randrange(6)):
            near = [round(v + rng.gauss(0, 9), 2) for v in box]
            guess = cls if rng.random() < 0.85 else rng.randrange(CLASSES)
            candidates.append([*near, round(rng.uniform(0.002, 0.99), 4), guess])
    for _ in range(rng.randrange(4)):
        candidates.append(
            [*some_box(rng), round(rng.uniform(0.002, 0.6), 4), rng.randrange(CLASSES)]
        )
    return labels, candidates


def predictions(candidates: Any) -> torch.Tensor:
    rows = torch.zeros(1, len(candidates), 5 + CLASSES, dtype=torch.float64)
    for row, (x1, y1, x2, y2, confidence, cls) in zip(rows[0], candidates):
        row[:5] = torch.tensor([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, 1.0])
        row[5 + cls] = confidence
    return rows


def greedy(
    box_iou: Any, kept: torch.Tensor, labels: torch.Tensor, iouv: torch.Tensor
) -> torch.Tensor:
    """The loop of v5.0's test.py, which is no function there."""
    correct = torch.zeros(len(kept), len(iouv), dtype=torch.bool)
    for cls in torch.unique(labels[:, 0]):
        ti = (labels[:, 0] == cls).nonzero().view(-1)
        pi = (kept[:, 5] == cls).nonzero().view(-1)
        if not len(pi):
            continue
        ious, best = box_iou(kept[pi, :4], labels[ti, 1:]).max(1)
        found = set()
        for j in (ious > iouv[0]).nonzero().view(-1):
            label = int(ti[best[j]])
            if label not in found:
                found.add(label)
                correct[pi[j]] = ious[j] > iouv
    return correct


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
    sys.argv = sys.argv[:1]
    torch.hub.download_url_to_file = lambda *args, **kwargs: None
    ImageFont.truetype = lambda *args, **kwargs: ImageFont.load_default()
    from utils.general import non_max_suppression
    from utils.metrics import ap_per_class

    if release == "v5.0":
        from utils.general import box_iou
    else:
        from val import process_batch

    rng = random.Random(7)
    iouv = torch.linspace(0.5, 0.95, 10)
    images, stats = [], []
    for _ in range(IMAGES):
        labels, candidates = scene(rng)
        kept = torch.zeros(0, 6)
        if candidates:
            kept = non_max_suppression(predictions(candidates), 0.001, 0.6, multi_label=True)[
                0
            ].float()
        target = torch.tensor(labels).view(-1, 5)
        correct = torch.zeros(len(kept), 10, dtype=torch.bool)
        if len(kept) and labels:
            correct = (
                greedy(box_iou, kept, target, iouv)
                if release == "v5.0"
                else torch.as_tensor(process_batch(kept, target, iouv))
            )
        bits = [sum(1 << i for i, right in enumerate(row) if right) for row in correct.tolist()]
        images.append(
            {
                "labels": labels,
                "candidates": candidates,
                "kept": [[round(v, 4) for v in row] for row in kept.tolist()],
                "correct": bits,
            }
        )
        stats.append(
            (correct.numpy(), kept[:, 4].numpy(), kept[:, 5].numpy(), target[:, 0].numpy())
        )
    joined = [np.concatenate(x, 0) for x in zip(*stats)]
    scores = ap_per_class(*joined, names={c: str(c) for c in range(CLASSES)})
    p, r, f1, ap = scores[2:6] if len(scores) == 7 else (scores[0], scores[1], scores[3], scores[2])
    metrics = {
        "precision": p.mean(),
        "recall": r.mean(),
        "mAP50": ap[:, 0].mean(),
        "mAP50_95": ap.mean(),
        "ap50": ap[:, 0].tolist(),
        "ap": ap.mean(1).tolist(),
    }
    FOLDER.mkdir(exist_ok=True)
    data = json.dumps({"images": images, "metrics": metrics}, separators=(",", ":"), default=float)
    (FOLDER / f"{release}.json").write_text(data + "\n")


if __name__ == "__main__":
    main()
