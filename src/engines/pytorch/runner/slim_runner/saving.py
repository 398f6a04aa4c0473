"""Checkpoints are written aside and renamed, so that a full disk or a kill leaves the last good one whole."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any, Callable

import torch

from .failures import Failure, disk_full, is_disk_full
from .texts import t

KINDS = {"last.pt": "last", "best.pt": "best"}


def install_atomic_save(saved: Callable[[Path, str], None]) -> None:
    """Wraps torch.save; `saved` is told of each last.pt and best.pt that is in place."""
    save: Any = torch.save

    @functools.wraps(save)
    def save_aside(obj: Any, f: Any, *args: Any, **kwargs: Any) -> None:
        if not isinstance(f, (str, Path)):
            save(obj, f, *args, **kwargs)
            return
        target = Path(f)
        if target.name in KINDS:
            refuse_nan(obj, target.with_name("last.pt"))
        aside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with aside.open("wb") as stream:
                save(obj, stream, *args, **kwargs)
            os.replace(str(aside), str(target))
        except BaseException as error:
            full = is_disk_full(error, target.parent)
            try:
                aside.unlink()
            except OSError:
                pass
            if full:
                raise disk_full(target.parent) from error
            raise
        if target.name in KINDS:
            saved(target, KINDS[target.name])

    torch.save = save_aside


def refuse_nan(checkpoint: Any, last: Path) -> None:
    """A checkpoint with NaN in its weights would replace the last good one."""
    if not isinstance(checkpoint, dict):
        return
    for key in ("ema", "model"):
        model = checkpoint.get(key)
        if not isinstance(model, torch.nn.Module):
            continue
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point() and not bool(torch.isfinite(tensor.float().sum())):
                if bool(torch.isfinite(tensor).all()):
                    continue
                raise nan_failure(t("the weights ({0}, {1})", key, name), last)


def nan_failure(where: str, last: Path) -> Failure:
    """`last` is the last.pt that --resume would go on from, if the run got that far."""
    return Failure(
        "train/nan-loss",
        t("Training diverged: NaN or infinity in {0}.", where),
        t(
            "Lower --sr or the learning rate (lr0 of --hyp) and start from the last good checkpoint, {0}, which "
            "was kept.",
            last,
        )
        if last.is_file()
        else t("Lower --sr or the learning rate (lr0 of --hyp) and start again."),
    )
