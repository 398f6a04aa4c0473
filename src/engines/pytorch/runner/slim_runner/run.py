"""One run from its instructions to its last event."""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, NoReturn, Optional

from .config import Config, read_config
from .events import EventLog
from .failures import Failure, Stopped, classify, plain
from .gate import may_begin
from .stopping import GRACE_SECONDS, StopRequest, leave_within
from .texts import speak, t

if TYPE_CHECKING:
    from .weights import Weights

CONFIG_VARIABLE = "YOLOV5_SLIM_RUNNER_CONFIG"
STOPPED_STATUS = 130
# dist/runner/slim_runner/run.py lies so deep in the package.
PACKAGE = Path(__file__).resolve().parents[3]
STDERR_LINES = 20


def main(arguments: List[str]) -> int:
    """Runs; returns the exit status: 0 finished, 130 stopped, 1 failed, 2 when there is nothing to run."""
    if len(arguments) < 1:
        print("usage: main.py <run>/slim/runner.json", file=sys.stderr)
        return 2
    speak(PACKAGE)
    if not may_begin():
        print(
            t("Not begun: whoever was starting this run was gone, or it was stopped."),
            file=sys.stderr,
        )
        return 1
    file = Path(arguments[0]).resolve()
    config = read_config(file)
    os.environ[CONFIG_VARIABLE] = str(file)
    rank = int(os.environ.get("RANK", "-1"))
    events = EventLog(config.events_file, rank)
    stop = StopRequest()
    stop.install()
    began = time.time()
    epoch: Optional[int] = None
    run: Optional[Any] = None
    try:
        run = _Run(config, events, stop)
        summary = run.execute()
        stop.silence()
        events.write("finished", summary=summary)
        return 0
    except BaseException as error:  # noqa: BLE001: whatever ends the run, the log says how
        stop.silence()
        leave_within(GRACE_SECONDS, 1)
        if isinstance(error, SystemExit) and error.code in (0, None):
            events.write("finished", summary={"seconds": time.time() - began})
            return 0
        epoch = run.epoch if run is not None else None
        if stop.requested or isinstance(error, (Stopped, KeyboardInterrupt)):
            _leave(_stopped(events, epoch, time.time() - began))
        _leave(_failed(events, config, error))


def _leave(status: int) -> NoReturn:
    """Ends the process while the exception still holds its frames. Releasing them runs native destructors that
    may abort (torch's zip writer does after a full disk), and the last word is written already."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _stopped(events: EventLog, epoch: Optional[int], seconds: float) -> int:
    print("slim: stopped", flush=True)
    if not events.already_ended():
        fields: Dict[str, Any] = {"seconds": seconds}
        if epoch is not None and epoch >= 0:
            fields["epoch"] = epoch
        events.write("stopped", **fields)
    _end_workers()
    return STOPPED_STATUS


def _failed(events: EventLog, config: Config, error: BaseException) -> int:
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    print(text, file=sys.stderr, flush=True)
    if isinstance(error, SystemExit):
        failure = Failure(
            "train/failed",
            t("{0} ended with status {1}.", config.script.name, error.code),
            t("The reason is in the run's log; an option it does not know is the usual one."),
        )
    else:
        failure = classify(error, config.run_dir)
    print(
        f"slim: failed {failure.code}: {failure.text} {failure.remedy}", file=sys.stderr, flush=True
    )
    if not events.already_ended():
        tail = "\n".join(plain(text).rstrip().splitlines()[-STDERR_LINES:])
        events.write(
            "failed", code=failure.code, text=failure.text, remedy=failure.remedy, stderr=tail
        )
    _end_workers()
    return 1


def _end_workers() -> None:
    """Data loader workers that wait for a batch would keep the process from leaving."""
    import multiprocessing

    for child in multiprocessing.active_children():
        child.terminate()


def prepare_worker() -> None:
    """For a spawned data loader worker: the same path, remedies and silence as its parent."""
    from .checkout import Checkout
    from .offline import quiet_environment
    from .shims import apply_shims

    file = os.environ.get(CONFIG_VARIABLE)
    if file is None:
        return
    checkout = Checkout(read_config(Path(file)))
    checkout.enter()
    quiet_environment()
    apply_shims(checkout)


def local_rank(config: Config) -> List[str]:
    """v5.0 and older learn their GPU from --local_rank alone, which torch.distributed.run no longer passes."""
    rank = os.environ.get("LOCAL_RANK")
    if rank is None or config.stage == "val" or "--local_rank" in config.argv:
        return []
    source = config.script.read_text(encoding="utf-8", errors="replace")
    reads_environment = "LOCAL_RANK" in source
    return [] if reads_environment or "--local_rank" not in source else ["--local_rank", rank]


class _Run:
    def __init__(self, config: Config, events: EventLog, stop: StopRequest) -> None:
        self._config = config
        self._events = events
        self._stop = stop
        self._training: Optional[Any] = None

    @property
    def epoch(self) -> Optional[int]:
        return self._training.epoch if self._training is not None else None

    def execute(self) -> Dict[str, Any]:
        from .checkout import Checkout, Script
        from .offline import (
            block_unconfigured_loggers,
            keep_offline,
            quiet_environment,
            require_ultralytics,
        )
        from .shims import apply_shims

        config = self._config
        if not config.script.is_file():
            raise Failure(
                "train/no-script",
                t("{0} does not exist.", config.script),
                t("Check the checkout with detect."),
            )
        os.chdir(str(config.cwd))
        sys.argv = [str(config.script), *config.argv, *local_rank(config)]
        checkout = Checkout(config)
        checkout.enter()
        quiet_environment()
        block_unconfigured_loggers()
        weights = self._watch_weights()
        require_ultralytics(config.checkout)
        shims = apply_shims(checkout)
        print(f"slim: shims applied: {', '.join(shims) or 'none'}", flush=True)
        keep_offline(checkout)
        script = Script(config.script, checkout.prefix)
        if weights is None:
            return self._validate(script, checkout, shims)
        return self._train(script, checkout, shims, weights)

    def _watch_weights(self) -> Optional[Weights]:
        """Of a training. Before anything else may import the package ultralytics: several of its versions keep the
        torch.load that they find then, and train.py of later checkouts loads the weights by it."""
        from .weights import Weights

        if self._config.stage == "val":
            return None
        weights = Weights(self._config.stage, self._config.resume, self._events.warn)
        weights.watch_load()
        return weights

    def _patch_script(self, script: Any, checkout: Any) -> None:
        """What only came with the script's own imports; the rest was patched before they ran."""
        from .offline import patch_imported

        checkout.namespaces.append(script.namespace)
        patch_imported(checkout)

    def _train(
        self, script: Any, checkout: Any, shims: List[str], weights: Weights
    ) -> Dict[str, Any]:
        from .amp import watch_amp
        from .optimizer_hooks import install_step_hooks
        from .saving import install_atomic_save
        from .training import Training

        config = self._config
        training = Training(config, self._events, weights, self._stop, shims)
        self._training = training
        install_step_hooks(training.before_step, training.after_step)
        install_atomic_save(self._saved)
        script.define()
        self._patch_script(script, checkout)
        model_class = script.namespace.get("Model") or script.namespace.get("DetectionModel")
        if model_class is None or not script.replace("create_dataloader", training.watch_loader):
            raise Failure(
                "train/unknown-loop",
                t(
                    "{0} has no Model or create_dataloader: it is not YOLOv5's train.py.",
                    config.script,
                ),
                t("Use a checkout of YOLOv5 v5.0 or later."),
            )
        weights.watch_model(model_class)
        script.replace("check_anchors", weights.watch_anchors)
        script.replace("check_amp", watch_amp(self._events.warn))
        script.replace("ComputeLoss", training.watch_loss)
        for module, function in (("val", "run"), ("validate", "run"), ("test", "test")):
            evaluation = script.namespace.get(module)
            if hasattr(evaluation, function):
                setattr(
                    evaluation, function, training.watch_evaluation(getattr(evaluation, function))
                )
        script.run()
        summary = training.summary()
        training.end()
        return summary

    def _saved(self, path: Path, kind: str) -> None:
        self._events.write(
            "checkpoint", path=str(path.resolve()), kind=kind, bytes=path.stat().st_size
        )

    def _validate(self, script: Any, checkout: Any, shims: List[str]) -> Dict[str, Any]:
        from .validation import Validation

        validation = Validation(self._events, shims)
        script.define()
        self._patch_script(script, checkout)
        validation.follow(script)
        return validation.summary()
