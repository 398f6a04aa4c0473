"""Follows train.py's loop from its data loader: what an epoch and a batch are, when they begin and end.

Every release iterates a loader made by create_dataloader(…, augment=True) once an epoch inside train(). The
loader's iterator therefore runs at the four moments that matter, in the order stock does things:

    first batch asked for   the model, optimizer, scheduler and EMA are complete, nothing has been stepped
    next batch asked for    the previous batch is done
    no more batches         the epoch's steps are done; validation and saving follow
    evaluation returns      the epoch's metrics are known

What only train() knows (epoch, mean losses, …) is read from its local variables, by the names they have had
in every release since v3.
"""

from __future__ import annotations

import functools
import time
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import torch

from . import planner
from .config import Config
from .environment import devices, versions
from .events import EventLog
from .failures import Failure
from .gammas import gamma_layers
from .metrics import LOSSES, finite, fitness, metrics_of
from .saving import nan_failure
from .sparsity import AverageZeros, Penalty, group_momentum
from .stopping import StopRequest
from .texts import t
from .train_frame import TrainFrame
from .weights import Weights

PROGRESS_SECONDS = 0.5


def unwrap(model: Any) -> Any:
    """The YOLOv5 model inside DataParallel or DistributedDataParallel."""
    parallel = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)
    return model.module if isinstance(model, parallel) else model


class Training:
    def __init__(
        self,
        config: Config,
        events: EventLog,
        weights: Weights,
        stop: StopRequest,
        shims: List[str],
    ) -> None:
        self._config = config
        self._events = events
        self._weights = weights
        self._stop = stop
        self._shims = shims
        self._frame: Optional[TrainFrame] = None
        self._penalty: Optional[Penalty] = None
        self._reply = planner.Reply()
        self._gammas: List[Tuple[str, torch.nn.Parameter]] = []
        self._zeros: Optional[AverageZeros] = None
        self._bn_group: Dict[str, Any] = {}
        self._epochs = 0
        self._epoch = -1
        self._epoch_began = 0.0
        self._in_epoch = False
        self._pending: Optional[Dict[str, Any]] = None
        self._bad: Optional[torch.Tensor] = None
        self._last_progress = 0.0
        self._began = time.time()
        self._best: Optional[Dict[str, Any]] = None
        self._final: Optional[Dict[str, Any]] = None

    # Seams: what the script's names are replaced with.

    def watch_loader(self, create: Callable[..., Any]) -> Callable[..., Any]:
        training = self

        @functools.wraps(create)
        def created(*args: Any, **kwargs: Any) -> Any:
            result = create(*args, **kwargs)
            if kwargs.get("augment"):
                loader = result[0] if isinstance(result, tuple) else result
                kind = type(loader)

                def iterate(self: Any) -> Iterator[Any]:
                    return training._batches(kind.__iter__(self))

                loader.__class__ = type(kind.__name__, (kind,), {"__iter__": iterate})
            return result

        return created

    def watch_loss(self, loss_class: Any) -> Any:
        """Notes NaN without waiting for the device; it is looked at before each step and after each batch."""
        call = loss_class.__call__

        @functools.wraps(call)
        def called(loss: Any, *args: Any, **kwargs: Any) -> Any:
            result = call(loss, *args, **kwargs)
            if self._in_epoch:
                value = (result[0] if isinstance(result, tuple) else result).detach()
                bad = torch.logical_not(torch.isfinite(value)).any()
                self._bad = bad if self._bad is None else torch.logical_or(self._bad, bad)
            return result

        loss_class.__call__ = called
        return loss_class

    def watch_evaluation(self, evaluate: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(evaluate)
        def evaluated(*args: Any, **kwargs: Any) -> Any:
            result = evaluate(*args, **kwargs)
            self._evaluated([float(value) for value in result[0]])
            return result

        return evaluated

    def before_step(self, optimizer: torch.optim.Optimizer) -> None:
        if self._penalty is not None and optimizer is self._penalty.optimizer:
            self._refuse_nan()
            self._penalty.before_step()

    def after_step(self, optimizer: torch.optim.Optimizer) -> None:
        if self._penalty is not None and optimizer is self._penalty.optimizer:
            self._penalty.after_step()

    # The loop.

    def _batches(self, loader: Iterator[Any]) -> Iterator[Any]:
        frame = TrainFrame.find()
        if self._frame is None or not self._frame.same(frame):
            # With --evolve train() runs anew for each generation.
            self._flush_epoch(None)
            self._begin(frame)
        self._epoch_begin()
        for batch, item in enumerate(loader):
            self._stop.check()
            self._in_epoch = True
            yield item
            self._in_epoch = False
            self._stop.check()
            self._refuse_nan()
            self._progress(batch)
        self._epoch_end()

    def _begin(self, frame: TrainFrame) -> None:
        self._frame = frame
        wrapped, optimizer, ema, epochs = frame.read("model", "optimizer", "ema", "epochs")
        (given,) = frame.read("weights")
        model = unwrap(wrapped)
        matched = self._weights.verify(model, given)
        if matched:
            print(f"slim: {matched}", flush=True)
        self._epochs = int(epochs)
        loop = self._loop(frame, optimizer, model)
        self._reply = planner.ask(self._config, model, planner.training_schedule(loop))
        modules = dict(model.named_modules())
        names = [layer["name"] for layer in self._reply.layers]
        unknown = [
            name
            for name in names
            if not isinstance(getattr(modules.get(name), "weight", None), torch.nn.Parameter)
        ]
        if unknown:
            raise Failure(
                "planner/failed",
                t("The plan names {0}, which is no normalisation layer of this model.", unknown[0]),
                t("Report this with the run's log."),
            )
        self._gammas = [(name, modules[name].weight) for name in names]  # type: ignore[misc]
        sparsity = self._config.sparsity
        if ema is not None and sparsity is not None:
            averages = dict(unwrap(ema.ema).named_modules())
            means: List[Any] = [averages[name].weight for name in names]
            self._zeros = AverageZeros(means, [gamma for _, gamma in self._gammas])
        self._penalty = Penalty(
            optimizer,
            [gamma for _, gamma in self._gammas],
            sparsity.reg if sparsity else "none",
            self._reply.hold,
        )
        self._bn_group = self._penalty.group or _bn_group(optimizer, model)
        self._announce(frame, model, loop)

    def _loop(self, frame: TrainFrame, optimizer: Any, model: Any) -> planner.Loop:
        names = (
            "nb",
            "nw",
            "nbs",
            "batch_size",
            "total_batch_size",
            "lf",
            "hyp",
            "start_epoch",
            "last_opt_step",
        )
        batches, warmup, nominal, batch_size, total, factor, hyp, start, last_step = frame.read(
            *names
        )
        group = _bn_group(optimizer, model)
        momentum = (
            hyp["momentum"]
            if isinstance(hyp, dict) and "momentum" in hyp
            else group_momentum(group)
        )
        changing = "momentum" in group and isinstance(hyp, dict)
        return planner.Loop(
            epochs=self._epochs,
            start_epoch=int(start or 0),
            batches=int(batches or 1),
            warmup=int(warmup or 0),
            nominal_batch=float(nominal or 64),
            batch_size=float(total or batch_size or 16),
            initial_lr=float(group.get("initial_lr", group["lr"])),
            factor=factor or (lambda epoch: 1.0),
            momentum=float(momentum),
            warmup_momentum=float(hyp.get("warmup_momentum", momentum))
            if changing
            else float(momentum),
            optimizer=type(optimizer).__name__,
            steps_by_modulo=last_step is None,
        )

    def _announce(self, frame: TrainFrame, model: Any, loop: planner.Loop) -> None:
        (size,) = frame.read("imgsz")
        sparsity = self._config.sparsity
        fields: Dict[str, Any] = {}
        if sparsity is not None:
            fields["sparsity"] = {
                "reg": sparsity.reg,
                "sr": max(self._reply.sr, default=0.0),
                "schedule": sparsity.schedule,
                "hold": self._reply.hold,
                "explanation": self._reply.explanation,
            }
        self._events.write(
            "started",
            engine="pytorch",
            devices=devices(next(model.parameters()).device),
            versions=versions(),
            epochs=self._epochs,
            batchSize=int(loop.batch_size),
            imageSize=int(size[0] if isinstance(size, (list, tuple)) else size or 0),
            layers=self._reply.layers,
            shims=self._shims,
            resumed=self._config.resume,
            **fields,
        )
        for warning in self._reply.warnings:
            self._events.warn(str(warning.get("code")), str(warning.get("text")))
        if sparsity is None or self._penalty is None:
            return
        if self._penalty.count < len(self._gammas):
            frozen = len(self._gammas) - self._penalty.count
            self._events.warn(
                "sparsity/frozen",
                t("{0} prunable layers are frozen and get no penalty.", frozen),
            )

    def _epoch_begin(self) -> None:
        self._flush_epoch(None)
        assert self._frame is not None
        (epoch,) = self._frame.read("epoch")
        self._epoch = int(epoch)
        self._epoch_began = time.time()
        if self._penalty is not None:
            self._penalty.sr = self._strength()

    def _strength(self) -> float:
        """Indexed by the absolute epoch, so a resumed run goes on where it was."""
        return self._reply.sr[min(self._epoch, len(self._reply.sr) - 1)] if self._reply.sr else 0.0

    def _refuse_nan(self) -> None:
        bad, self._bad = self._bad, None
        if bad is not None and bool(bad):
            last = self._config.run_dir / "weights" / "last.pt"
            raise nan_failure(t("the loss in epoch {0}", self._epoch), last)

    def _losses(self) -> Dict[str, float]:
        assert self._frame is not None
        (mean,) = self._frame.read("mloss")
        return finite(zip(LOSSES, mean.tolist())) if isinstance(mean, torch.Tensor) else {}

    def _progress(self, batch: int) -> None:
        now = time.time()
        if self._events.rank > 0 or now - self._last_progress < PROGRESS_SECONDS:
            return
        self._last_progress = now
        assert self._frame is not None
        (batches,) = self._frame.read("nb")
        self._events.write(
            "progress",
            epoch=self._epoch,
            batch=batch,
            batches=int(batches or 0),
            losses=self._losses(),
            lr=self._bn_group["lr"],
            memory=torch.cuda.memory_reserved() if torch.cuda.is_available() else 0,
        )

    def _epoch_end(self) -> None:
        if self._zeros is not None:
            self._zeros.epoch_end(last=self._epoch + 1 == self._epochs)
        if self._events.rank > 0:
            return
        self._pending = {
            "epoch": self._epoch,
            "epochs": self._epochs,
            "train": self._losses(),
            "lr": self._bn_group["lr"],
            "sr": self._penalty.strength if self._penalty else 0.0,
        }

    def _evaluated(self, results: List[float]) -> None:
        metrics = metrics_of(results)
        if self._pending is not None:
            self._flush_epoch(metrics)
        else:
            self._final = metrics

    def _flush_epoch(self, metrics: Optional[Dict[str, Any]]) -> None:
        """Writes the epoch that has ended, once; without validation (--noval) its metrics are null."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        known = metrics or {}
        self._events.write(
            "epoch",
            **pending,
            val=known.get("val", {}),
            precision=known.get("precision"),
            recall=known.get("recall"),
            mAP50=known.get("mAP50"),
            mAP50_95=known.get("mAP50_95"),
            seconds=time.time() - self._epoch_began,
        )
        self._events.write("gamma", epoch=pending["epoch"], layers=gamma_layers(self._gammas))
        if metrics is not None and (self._best is None or fitness(metrics) >= fitness(self._best)):
            self._best = metrics

    @property
    def epoch(self) -> int:
        return self._epoch

    def summary(self) -> Dict[str, Any]:
        """Of the best checkpoint: its own validation where the release does one at the end (v6.0 and later)."""
        self._flush_epoch(None)
        best = self._final or self._best or {}
        keys = ("mAP50", "mAP50_95", "precision", "recall")
        result: Dict[str, Any] = {key: best.get(key) for key in keys}
        result.update(seconds=time.time() - self._began, epochs=self._epochs)
        if self._penalty is not None and self._config.sparsity is not None:
            result["optimizerSteps"] = self._penalty.steps
            if self._config.sparsity.reg == "prox":
                result["shrinkBudget"] = self._penalty.budget
        return result

    def end(self) -> None:
        if self._frame is not None:
            self._frame.release()


def _bn_group(optimizer: Any, model: Any) -> Dict[str, Any]:
    """The optimizer's group that holds the BN gammas (0 up to v6.1, 2 from v6.2)."""
    norms = (torch.nn.BatchNorm2d, torch.nn.SyncBatchNorm)
    gammas = {id(module.weight) for module in model.modules() if isinstance(module, norms)}
    for group in optimizer.param_groups:
        if any(id(parameter) in gammas for parameter in group["params"]):
            return group  # type: ignore[no-any-return]
    return optimizer.param_groups[0]  # type: ignore[no-any-return]
