"""Training a pruned checkpoint: the freshly built model is shrunk to the checkpoint's shapes.

Stock train.py builds the model from its yaml and then copies the tensors whose shapes match, which silently
un-prunes a pruned checkpoint. So the model is given the checkpoint's shapes and values, anchors included, the
moment it is built; stock then copies everything, and EMA, optimizer, resume and DDP see the small model.
"""

from __future__ import annotations

import copy
import functools
import pickle
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Tuple

import torch

from .failures import Failure
from .texts import t

Warn = Callable[[str, str, Optional[str]], None]


def _not_matched_remedy() -> str:
    return t("Pass the --cfg that the checkpoint was trained with, or leave --cfg out.")


class Weights:
    """Follows the checkpoint from torch.load through the model's constructor to the first step."""

    def __init__(self, stage: str, resume: bool, warn: Warn) -> None:
        self._stage = stage
        self._resume = resume
        self._warn = warn
        self._source: Optional[torch.nn.Module] = None
        self._file = ""
        self._fitted = False
        self.shrunk = False

    def watch_load(self) -> None:
        load: Any = torch.load

        @functools.wraps(load)
        def loaded(f: Any, *args: Any, **kwargs: Any) -> Any:
            name = str(f) if isinstance(f, (str, Path)) else ""
            try:
                result = load(f, *args, **kwargs)
            except (pickle.UnpicklingError, ModuleNotFoundError, AttributeError, EOFError) as error:
                if name.endswith(".pt"):
                    raise Failure(
                        "weights/unreadable",
                        t("{0} cannot be loaded by this YOLOv5 release: {1}", name, error),
                        t(
                            "Use weights saved by this release or an older one; `yolov5-slim inspect` says which."
                        ),
                    ) from error
                raise
            if (
                name.endswith(".pt")
                and isinstance(result, dict)
                and isinstance(result.get("model"), torch.nn.Module)
            ):
                self._loaded(result, name)
            return result

        torch.load = loaded

    def _loaded(self, checkpoint: Dict[str, Any], file: str) -> None:
        checkpoint.setdefault("optimizer", None)
        checkpoint.setdefault("epoch", -1)
        checkpoint.setdefault("best_fitness", None)
        average = checkpoint.get("ema")
        if (
            self._stage in ("sparse", "finetune")
            and not self._resume
            and checkpoint["optimizer"] is not None
        ):
            # v6.1 and older would otherwise take up the unfinished run's optimizer and epoch without --resume.
            if isinstance(average, torch.nn.Module):
                checkpoint["model"] = average
            checkpoint.update(optimizer=None, epoch=-1, ema=None)
            for key in ("updates", "training_results", "wandb_id"):
                if key in checkpoint:
                    checkpoint[key] = None
        # Between the model and its first batch check_amp loads another checkpoint, to try mixed precision on.
        if not self._fitted:
            self._source, self._file = checkpoint["model"], file

    def watch_model(self, model_class: Any) -> None:
        """Wraps the constructor rather than the class, which v5.0 names in its own super() call."""
        construct = model_class.__init__

        @functools.wraps(construct)
        def constructed(model: Any, *args: Any, **kwargs: Any) -> None:
            construct(model, *args, **kwargs)
            if self._source is not None and not self._fitted:
                self._fitted = True
                self._fit(model, self._source, construct)

        model_class.__init__ = constructed

    def _fit(
        self, model: torch.nn.Module, source: torch.nn.Module, construct: Callable[..., None]
    ) -> None:
        ours, theirs = tensors(model), tensors(source)
        verdict, detail = compare(ours, theirs, source)
        strict = self._stage == "finetune" or self._resume
        smaller = verdict == "pruned" or (
            verdict == "classes" and _has_smaller_body(ours, theirs, source)
        )
        related = _widths(model) == _widths(source)
        if smaller and not related:
            unlike = t(
                "its yaml scales widths by {0}, the --cfg by {1}",
                *(_widths(source), _widths(model)),
            )
            if is_pruned(source, construct):
                # Stock would copy the few tensors that fit and train all else anew, at full size.
                raise Failure(
                    "weights/not-matched",
                    t("{0} does not fit the model that train.py builds: {1}.", self._file, unlike),
                    t("Leave --cfg out: pruned weights bring their own shapes."),
                )
            if verdict == "pruned":
                verdict, detail = "other", unlike
        if verdict == "classes":
            if smaller and related:
                raise Failure(
                    "data/class-mismatch",
                    t(
                        "{0} is a pruned model of {1} classes; the data has {2}.",
                        *(self._file, _classes(source), _classes(model)),
                    ),
                    t(
                        "Use the data set it was pruned for, or prune a model that was trained on this one."
                    ),
                )
            self._warn(
                "weights/class-count",
                t(
                    "{0} was trained for {1} classes and the data has {2}: its output layers start afresh.",
                    *(self._file, _classes(source), _classes(model)),
                ),
                None,
            )
            return
        if verdict == "pruned":
            shrink(model, source)
            self.shrunk = True
            print(f"slim: model shrunk to the shapes of {self._file}, anchors kept", flush=True)
        elif verdict == "other":
            if strict:
                raise Failure(
                    "weights/not-matched",
                    t("{0} does not fit the model that train.py builds: {1}.", self._file, detail),
                    _not_matched_remedy(),
                )
            self._warn(
                "weights/partial",
                t(
                    "{0} does not fit the model that train.py builds ({1}): only some weights are used.",
                    *(self._file, detail),
                ),
                _not_matched_remedy(),
            )

    def verify(self, model: torch.nn.Module, given: Any) -> Optional[str]:
        """After stock has copied: every tensor of the checkpoint must be in the model, in number and value.

        Compared at half precision, to which stock rounds the model once before training. `given` is train()'s own
        `weights`. Raises Failure weights/not-matched. Returns a sentence to log, or None when no checkpoint was
        loaded.
        """
        source, self._source = self._source, None
        self._fitted = False
        if source is None:
            if self._stage != "train" and str(given or "").endswith(".pt"):
                # Whether it was a pruned one, which stock has un-pruned by now, is not known.
                raise Failure(
                    "weights/not-matched",
                    t("train.py loaded {0} in a way that cannot be followed.", given),
                    t("Use the train.py of a YOLOv5 release."),
                )
            return None
        ours, theirs = tensors(model), tensors(source)
        matched = sum(1 for key, value in theirs.items() if key in ours and _same(ours[key], value))
        figures = (matched, len(theirs), self._file, len(ours))
        if self.shrunk and (matched != len(theirs) or len(ours) != len(theirs)):
            missing = [
                key
                for key, value in theirs.items()
                if key not in ours or not _same(ours[key], value)
            ]
            raise Failure(
                "weights/not-matched",
                t(
                    "Only {0} of {1} tensors of {2} matched, the model has {3}; first without a match: {4}.",
                    *(*figures, ", ".join(missing[:3]) or t("none")),
                ),
                _not_matched_remedy(),
            )
        return "{} of {} tensors of {} matched, the model has {}".format(*figures)

    def watch_anchors(self, check_anchors: Callable[..., Any]) -> Callable[..., Any]:
        """Autoanchor would replace the anchors that a pruned model was trained with."""

        @functools.wraps(check_anchors)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if self.shrunk:
                print("slim: autoanchor skipped, the pruned model keeps its anchors", flush=True)
                return None
            return check_anchors(*args, **kwargs)

        return checked


State = Dict[str, torch.Tensor]


def tensors(model: torch.nn.Module) -> State:
    """The model's state but for anchor_grid, the anchors once more: a buffer up to v5.0, and from v6.0 on a plain
    attribute, which the weights of an older release need not fill."""
    state = model.state_dict()
    return {key: value for key, value in state.items() if not key.endswith(".anchor_grid")}


def compare(ours: State, theirs: State, source: torch.nn.Module) -> Tuple[str, str]:
    """How a checkpoint fits a fresh model: `same`, `pruned` (some tensors smaller, none larger), `classes`
    (output layers of another class count) or `other`, with the first difference."""
    if set(ours) != set(theirs):
        odd = sorted(set(ours) ^ set(theirs))
        return "other", t("{0} tensors exist on one side only, such as {1}", len(odd), odd[0])
    head = head_prefix(source)
    smaller = False
    classes = False
    for key, fresh in ours.items():
        kept = theirs[key].shape
        if fresh.shape == kept:
            continue
        if key.startswith(head) and (len(kept) == 0 or fresh.shape[:1] != kept[:1]):
            classes = True
            continue
        if len(fresh.shape) != len(kept) or fresh.shape[2:] != kept[2:]:
            return "other", t("{0} is {1} instead of {2}", key, tuple(kept), tuple(fresh.shape))
        if any(after > before for before, after in zip(fresh.shape, kept)):
            return "other", t("{0} is {1} instead of {2}", key, tuple(kept), tuple(fresh.shape))
        smaller = True
    if classes:
        return "classes", "another class count"
    return ("pruned" if smaller else "same"), ""


def head_prefix(model: torch.nn.Module) -> str:
    """`model.24.m.`: the output convolutions, whose first dimension follows the class count."""
    body: Any = getattr(model, "model", None)
    return f"model.{len(body) - 1}.m." if body is not None else "\0"


def _has_smaller_body(ours: State, theirs: State, source: torch.nn.Module) -> bool:
    head = head_prefix(source)
    return any(
        ours[key].shape != value.shape for key, value in theirs.items() if not key.startswith(head)
    )


def _classes(model: torch.nn.Module) -> Any:
    body: Any = getattr(model, "model", None)
    return getattr(body[-1], "nc", "?") if body is not None else "?"


def _widths(model: torch.nn.Module) -> Any:
    described = getattr(model, "yaml", None)
    if not isinstance(described, dict):
        return None
    return described.get("width_multiple"), described.get("depth_multiple")


def is_pruned(source: torch.nn.Module, construct: Callable[..., None]) -> bool:
    """Whether `source` has fewer channels than the model of its own yaml. A smaller relative of the --cfg, as
    yolov5n's weights are of yolov5s.yaml, has not: stock takes what fits of it."""
    described = getattr(source, "yaml", None)
    if not isinstance(described, dict):
        return False
    whole = object.__new__(type(source))
    # The training shall draw the same numbers as without this look.
    with torch.random.fork_rng(devices=[]):
        try:
            construct(whole, copy.deepcopy(described))
        except Exception:
            return False  # The yaml of a fork whose layers this checkout does not know.
    full, kept = tensors(whole), tensors(source)
    fits = compare(full, kept, source)[0] in ("pruned", "classes")
    return fits and _has_smaller_body(full, kept, source)


def shrink(model: torch.nn.Module, source: torch.nn.Module) -> None:
    """Gives every module of `model` the parameters, buffers and whole-number attributes (in_channels, groups,
    num_features, …) of the module of the same name in `source`, in FP32."""
    originals = dict(source.named_modules())
    for name, module in model.named_modules():
        original = originals.get(name)
        if original is None:
            # Since v7.0 all layers share one activation, which has a name once and nothing to shrink.
            continue
        for key, parameter in original._parameters.items():
            if parameter is not None:
                kept = parameter.detach().clone().float()
                module._parameters[key] = torch.nn.Parameter(kept, requires_grad=True)
        for key, buffer in original._buffers.items():
            # anchor_grid of an older release, see above, would hide the attribute of its name.
            if buffer is not None and key in module._buffers:
                kept = buffer.detach().clone()
                module._buffers[key] = kept.float() if kept.is_floating_point() else kept
        for key, value in vars(original).items():
            plain = isinstance(value, int) and not isinstance(value, bool)
            if plain and isinstance(vars(module).get(key), int):
                setattr(module, key, value)


def _same(ours: torch.Tensor, theirs: torch.Tensor) -> bool:
    if ours.shape != theirs.shape:
        return False
    a, b = ours.detach().cpu(), theirs.detach().cpu()
    if a.is_floating_point():
        return bool(torch.equal(a.half(), b.half()))
    return bool(torch.equal(a, b.to(a.dtype)))
