"""Asks the planner which gammas are prunable and how strong the penalty is (contract.ts, PlannerRequest)."""

from __future__ import annotations

import json
import math
import subprocess
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Sequence

import torch

from .config import Config
from .failures import Failure
from .texts import t

TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Reply:
    layers: List[Dict[str, Any]] = field(default_factory=list)
    excluded: List[Dict[str, Any]] = field(default_factory=list)
    warnings: List[Dict[str, Any]] = field(default_factory=list)
    sr: List[float] = field(default_factory=list)
    explanation: str = ""
    # Share of the gammas at zero at which the penalty ends.
    hold: Optional[float] = None


def describe(module: torch.nn.Module) -> Dict[str, Any]:
    """`module` as ModuleJson: class path, plain attributes, tensor shapes, children in order."""
    tensors: Dict[str, List[int]] = {}
    for source in (module._parameters, module._buffers):
        for name, tensor in source.items():
            if tensor is not None:
                tensors[name] = [int(size) for size in tensor.shape]
    return {
        "className": class_path(module),
        "attributes": {
            key: value
            for key, value in vars(module).items()
            if not key.startswith("_") and plain(value)
        },
        "tensors": tensors,
        "children": {
            name: describe(child) for name, child in module._modules.items() if child is not None
        },
    }


def gammas(model: torch.nn.Module) -> Dict[str, List[float]]:
    """Weights of every BatchNorm by module name, as `describe` names them."""
    return {
        name: [
            value if math.isfinite(value) else 0.0
            for value in module.weight.detach().float().tolist()
        ]
        for name, module in model.named_modules()
        if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.SyncBatchNorm))
    }


def class_path(module: torch.nn.Module) -> str:
    """As pickle names it; a SyncBatchNorm stands for the BatchNorm2d it was converted from."""
    kind = type(module)
    if kind is torch.nn.SyncBatchNorm:
        kind = torch.nn.BatchNorm2d
    return f"{kind.__module__}.{kind.__qualname__}"


def plain(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if value is None or isinstance(value, (bool, int, str)):
        return True
    return isinstance(value, (list, tuple)) and all(plain(item) for item in value)


@dataclass(frozen=True)
class Loop:
    """The numbers of train.py's loop that decide where and how large its optimizer steps are."""

    epochs: int
    start_epoch: int
    batches: int
    # Iterations (batches) of warm-up; 0 without.
    warmup: int
    nominal_batch: float
    batch_size: float
    initial_lr: float
    # Factor on the learning rate by epoch.
    factor: Callable[[int], float]
    momentum: float
    warmup_momentum: float
    optimizer: str
    # v5.0 steps where the batch number divides by `accumulate`; later releases count since the last step.
    steps_by_modulo: bool

    @property
    def accumulate(self) -> float:
        return max(round(self.nominal_batch / self.batch_size), 1)

    def lr(self, epoch: int) -> float:
        """After warm-up. Every release sets scheduler.last_epoch one back before training, so epoch e runs at
        the factor of e - 1."""
        return self.initial_lr * float(self.factor(max(epoch - 1, 0)))


def training_schedule(loop: Loop) -> Dict[str, Any]:
    """TrainingSchedule of contract.ts."""
    warmup_steps, drive = _drive(loop)
    return {
        "epochs": loop.epochs,
        "startEpoch": loop.start_epoch,
        "stepsPerEpoch": max(round(loop.batches / loop.accumulate), 1),
        "lr": [loop.lr(epoch) for epoch in range(loop.epochs)],
        "warmupSteps": warmup_steps,
        "momentum": loop.momentum,
        "optimizer": loop.optimizer,
        "drive": drive,
    }


def _drive(loop: Loop) -> Any:
    """Number of optimizer steps in warm-up, and for each epoch the sum of lr / (1 - momentum) over its steps,
    warm-up included: times sr it is how far the penalty moves a gamma in that epoch."""
    warmup_steps = 0
    last_step = -1
    drive = []
    for epoch in range(loop.epochs):
        total = 0.0
        done = 0
        for batch in range(loop.batches):
            number = batch + loop.batches * epoch
            if number > loop.warmup or loop.warmup == 0:
                break
            done += 1
            share = number / loop.warmup
            accumulate = max(
                1.0, float(round(1 + (loop.nominal_batch / loop.batch_size - 1) * share))
            )
            due = (
                number % accumulate == 0
                if loop.steps_by_modulo
                else number - last_step >= accumulate
            )
            if due:
                last_step = number
                warmup_steps += 1
                momentum = loop.warmup_momentum + (loop.momentum - loop.warmup_momentum) * share
                total += loop.initial_lr * float(loop.factor(epoch)) * share / (1 - momentum)
        total += (loop.batches - done) / loop.accumulate * loop.lr(epoch) / (1 - loop.momentum)
        drive.append(total)
    return warmup_steps, drive


def ask(config: Config, model: torch.nn.Module, schedule: Dict[str, Any]) -> Reply:
    """Runs the planner; raises Failure planner/failed."""
    if not config.planner:
        return Reply()
    request: Dict[str, Any] = {
        "model": describe(model),
        "sparsity": config.sparsity.as_json() if config.sparsity else None,
        "schedule": schedule,
    }
    if config.sparsity:
        request["gammas"] = gammas(model)
    try:
        done = subprocess.run(
            config.planner,
            input=json.dumps(request).encode("utf-8"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(str(error)) from error
    complaint = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode != 0:
        raise _failed(_last_line(complaint) or t("it ended with status {0}", done.returncode))
    try:
        data = json.loads(done.stdout.decode("utf-8"))
        reply = Reply(
            layers=list(data["layers"]),
            excluded=list(data.get("excluded", [])),
            warnings=list(data.get("warnings", [])),
            sr=[float(value) for value in data.get("sr", [])],
            explanation=str(data.get("explanation", "")),
            hold=None if data.get("hold") is None else float(data["hold"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _failed(t("its answer is not understood ({0})", repr(error))) from error
    if config.sparsity and len(reply.sr) != schedule["epochs"]:
        raise _failed(t("it gave {0} strengths for {1} epochs", len(reply.sr), schedule["epochs"]))
    return reply


def _last_line(text: str) -> Optional[str]:
    lines: Sequence[str] = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else None


def _failed(why: str) -> Failure:
    return Failure(
        "planner/failed",
        t("Which channels are prunable could not be determined: {0}.", why),
        t(
            "Run `yolov5-slim inspect` on the weights; if it works there, report this with the run's log."
        ),
    )
