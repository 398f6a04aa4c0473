"""Calls before and after the optimizer's own step, whoever calls it (train.py itself or a GradScaler)."""

from __future__ import annotations

import functools
import importlib
from typing import Any, Callable, List

import torch

StepHook = Callable[[torch.optim.Optimizer], None]


def install_step_hooks(before: StepHook, after: StepHook) -> str:
    """Installs the hooks for every optimizer of this process; must run before train.py makes one, since a
    scheduler keeps the step method it finds. Returns the mechanism used."""
    module: Any = importlib.import_module("torch.optim.optimizer")
    if hasattr(module, "register_optimizer_step_pre_hook"):
        module.register_optimizer_step_pre_hook(lambda optimizer, args, kwargs: before(optimizer))
        module.register_optimizer_step_post_hook(lambda optimizer, args, kwargs: after(optimizer))
        return "register_optimizer_step_pre_hook"
    for cls in _optimizer_classes():
        _wrap_step(cls, before, after)
    return "wrapped step"


def _optimizer_classes() -> List[Any]:
    found = [getattr(torch.optim, name) for name in dir(torch.optim)]
    base = torch.optim.Optimizer
    return [
        c
        for c in found
        if isinstance(c, type) and issubclass(c, base) and c is not base and "step" in vars(c)
    ]


def _wrap_step(cls: Any, before: StepHook, after: StepHook) -> None:
    step = cls.step

    @functools.wraps(step)
    def stepped(self: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> Any:
        before(self)
        result = step(self, *args, **kwargs)
        after(self)
        return result

    cls.step = stepped
