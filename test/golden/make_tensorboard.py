"""Writes TensorBoard event files for the reader's tests, with PyTorch's SummaryWriter and TensorBoard's own summaries.

    python test/golden/make_tensorboard.py

Needs torch and tensorboard. `torch.tfevents` holds what training scripts log: scalars, and a histogram of gammas an
epoch; `second.tfevents` the same numbers as TensorFlow 2 spells them, as tensors. `values.json` says what is in them.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from torch.utils.tensorboard import SummaryWriter

FOLDER = Path(__file__).parent / "tensorboard"
STEPS = 3


def gammas(step):
    """400 scale factors that move towards zero."""
    rng = np.random.default_rng(step)
    return np.abs(rng.normal(1 / (1 + step), 0.2, 400)).astype(np.float32)


def add_histogram(writer, tag, values, step):
    """SummaryWriter.add_histogram, whose own counting torch 1.13 cannot do with numpy 1.24."""
    counts, edges = np.histogram(values, bins=30)
    writer.add_histogram_raw(
        tag,
        min=float(values.min()),
        max=float(values.max()),
        num=len(values),
        sum=float(values.sum()),
        sum_squares=float((values**2).sum()),
        bucket_limits=edges[1:].tolist(),
        bucket_counts=counts.tolist(),
        global_step=step,
        walltime=1000 + step,
    )


def only_file(folder):
    (file,) = Path(folder).iterdir()
    return file.read_bytes()


def main():
    FOLDER.mkdir(exist_ok=True)
    scores = [0.1, 0.375, 0.62]
    with tempfile.TemporaryDirectory() as folder:
        writer = SummaryWriter(folder)
        for step in range(STEPS):
            writer.add_scalar("metrics/mAP_0.5", scores[step], step, walltime=1000 + step)
            add_histogram(writer, "bn_weights/hist", gammas(step), step)
        writer.close()
        (FOLDER / "torch.tfevents").write_bytes(only_file(folder))
    with tempfile.TemporaryDirectory() as folder:
        writer = EventFileWriter(folder)
        for step in range(STEPS):
            for summary in (
                scalar_pb("metrics/mAP_0.5", scores[step]),
                histogram_pb("bn_weights/hist", gammas(step)),
            ):
                writer.add_event(Event(wall_time=1000 + step, step=step, summary=summary))
        writer.close()
        (FOLDER / "second.tfevents").write_bytes(only_file(folder))
    values = [
        {
            "step": step,
            "mAP": float(np.float32(scores[step])),
            "count": 400,
            "min": float(gammas(step).min()),
            "max": float(gammas(step).max()),
            "median": float(np.median(gammas(step))),
            "belowTenth": int((gammas(step) < 0.1).sum()),
        }
        for step in range(STEPS)
    ]
    (FOLDER / "values.json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
