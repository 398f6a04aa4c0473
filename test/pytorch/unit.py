"""Unit tests of the runner's pieces: `python unit.py <runner folder>` (unittest, nothing else needed)."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Tuple
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv.pop(1))

import torch
from slim_runner import amp, offline, optimizer_hooks, planner, saving, shims, texts, weights
from slim_runner.checkout import Script
from slim_runner.config import Config
from slim_runner.events import EventLog
from slim_runner.failures import Failure, classify
from slim_runner.gammas import gamma_layers
from slim_runner.run import local_rank
from slim_runner.sparsity import AverageZeros, Penalty
from slim_runner.summaries import SummaryLog, gamma_summary
from slim_runner.validation import Validation

active: List[Penalty] = []
mechanism = optimizer_hooks.install_step_hooks(
    lambda optimizer: [p.before_step() for p in active if p.optimizer is optimizer] and None,
    lambda optimizer: [p.after_step() for p in active if p.optimizer is optimizer] and None,
)


def gammas(*values: float) -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.tensor(values))


class Scaler:
    """What a GradScaler does to one step: divides the scale out, skips the step at infinite gradients."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"]]
        live = [g for g in gradients if g is not None]
        for gradient in live:
            gradient.div_(self.scale)
        if all(bool(torch.isfinite(g).all()) for g in live):
            optimizer.step()


class PenaltyTest(unittest.TestCase):
    def setUp(self) -> None:
        active.clear()

    def penalty(self, optimizer: torch.optim.Optimizer, gamma: Any, reg: str, sr: float) -> Penalty:
        made = Penalty(optimizer, [gamma], reg)
        made.sr = sr
        active.append(made)
        return made

    def test_l1_arrives_unscaled_once_a_step_with_accumulation(self) -> None:
        gamma = gammas(1.0, -1.0)
        optimizer = torch.optim.SGD([gamma], lr=1.0)
        self.penalty(optimizer, gamma, "l1", 0.5)
        for _ in range(3):
            (gamma.sum() * 0.0 * 1024).backward()
        Scaler(1024).step(optimizer)
        torch.testing.assert_close(gamma.detach(), torch.tensor([0.5, -0.5]))

    def test_l1_with_torchs_own_scaler(self) -> None:
        if not hasattr(torch, "amp") or not hasattr(torch.amp, "GradScaler"):
            self.assertLess(tuple(int(p) for p in torch.__version__.split(".")[:2]), (2, 3))
            return
        gamma = gammas(2.0)
        optimizer = torch.optim.SGD([gamma], lr=1.0)
        self.penalty(optimizer, gamma, "l1", 0.5)
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        for _ in range(2):
            scaler.scale(gamma.sum() * 0.0).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_([gamma], max_norm=10.0)
        scaler.step(optimizer)
        self.assertAlmostEqual(float(gamma), 1.5, places=6)

    def test_a_skipped_step_adds_nothing(self) -> None:
        for reg in ("l1", "prox"):
            gamma = gammas(1.0)
            optimizer = torch.optim.SGD([gamma], lr=1.0)
            made = self.penalty(optimizer, gamma, reg, 0.5)
            (gamma.sum() * float("inf")).backward()
            Scaler(1024).step(optimizer)
            self.assertEqual(float(gamma), 1.0)
            self.assertEqual(made.steps, 0)

    def test_both_move_by_lr_sr_over_one_minus_momentum(self) -> None:
        moved = {}
        for reg in ("l1", "prox"):
            gamma = gammas(5.0)
            optimizer = torch.optim.SGD([gamma], lr=0.1, momentum=0.9, nesterov=True)
            self.penalty(optimizer, gamma, reg, 0.02)
            before = 0.0
            for _ in range(200):
                before = float(gamma.detach())
                optimizer.zero_grad()
                (gamma.sum() * 0.0).backward()
                optimizer.step()
            moved[reg] = before - float(gamma.detach())
            self.assertAlmostEqual(moved[reg], 0.1 * 0.02 / 0.1, places=5)

    def test_prox_stops_at_exactly_zero(self) -> None:
        gamma = gammas(0.03, -0.03, 0.5, -0.5)
        optimizer = torch.optim.SGD([gamma], lr=0.1, momentum=0.0)
        self.penalty(optimizer, gamma, "prox", 0.4)
        gamma.grad = torch.zeros(4)
        optimizer.step()
        self.assertEqual(gamma.detach()[:2].tolist(), [0.0, 0.0])
        torch.testing.assert_close(gamma.detach()[2:], torch.tensor([0.46, -0.46]))

    def test_prox_means_the_same_with_adam(self) -> None:
        gamma = gammas(5.0)
        optimizer = torch.optim.Adam([gamma], lr=0.01, betas=(0.9, 0.999))
        self.penalty(optimizer, gamma, "prox", 0.1)
        gamma.grad = torch.zeros(1)
        optimizer.step()
        self.assertAlmostEqual(float(gamma), 5.0 - 0.01 * 0.1 / 0.1, places=6)

    def test_a_scheduler_does_not_hide_the_step(self) -> None:
        gamma = gammas(1.0)
        optimizer = torch.optim.SGD([gamma], lr=1.0)
        torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0)
        self.penalty(optimizer, gamma, "l1", 0.25)
        gamma.grad = torch.zeros(1)
        optimizer.step()
        self.assertEqual(float(gamma), 0.75)

    def test_other_parameters_and_frozen_gammas_are_left(self) -> None:
        gamma, weight, frozen = gammas(1.0), gammas(1.0), gammas(1.0)
        frozen.requires_grad = False
        optimizer = torch.optim.SGD([gamma, weight, frozen], lr=1.0)
        made = Penalty(optimizer, [gamma, frozen], "prox")
        made.sr = 0.5
        active.append(made)
        for parameter in (gamma, weight):
            parameter.grad = torch.zeros(1)
        optimizer.step()
        values = (float(gamma.detach()), float(weight.detach()), float(frozen))
        self.assertEqual(values, (0.5, 1.0, 1.0))
        self.assertEqual(made.count, 1)

    def test_prox_holds_the_zeros_and_frees_the_rest_once_enough_are_zero(self) -> None:
        # The step would take the third along: just the wanted share goes, the smallest.
        gamma = gammas(0.4, 0.5, 0.45, 3.0)
        optimizer = torch.optim.SGD([gamma], lr=1.0)
        made = Penalty(optimizer, [gamma], "prox", hold=0.5)
        made.sr = 0.5
        active.append(made)
        gamma.grad = torch.zeros(4)
        optimizer.step()
        torch.testing.assert_close(gamma.detach(), torch.tensor([0.0, 0.5, 0.0, 3.0]))
        self.assertEqual(made.strength, 0.0)
        gamma.grad = torch.full((4,), -1.0)
        optimizer.step()
        torch.testing.assert_close(gamma.detach(), torch.tensor([0.0, 1.5, 0.0, 4.0]))

    def test_prox_holds_zeros_from_the_first_step_of_a_run_that_goes_on(self) -> None:
        gamma = gammas(0.0, 0.5, 0.0, 3.0)
        optimizer = torch.optim.SGD([gamma], lr=1.0)
        made = Penalty(optimizer, [gamma], "prox", hold=0.5)
        made.sr = 0.5
        active.append(made)
        self.assertEqual(made.strength, 0.0)
        gamma.grad = torch.full((4,), -1.0)
        optimizer.step()
        torch.testing.assert_close(gamma.detach(), torch.tensor([0.0, 1.5, 0.0, 4.0]))
        another = Penalty(optimizer, [gamma], "prox", hold=0.6)
        another.sr = 0.5
        self.assertEqual(another.strength, 0.5)

    def test_average_is_zero_where_the_gamma_is(self) -> None:
        mean, live = torch.tensor([0.3, 0.4, 0.2]), torch.tensor([0.0, 0.5, 0.0])
        zeros = AverageZeros([mean], [live])
        zeros.epoch_end(last=False)
        torch.testing.assert_close(mean, torch.tensor([0.3, 0.4, 0.2]))
        live[2] = 0.1
        zeros.epoch_end(last=False)
        torch.testing.assert_close(mean, torch.tensor([0.0, 0.4, 0.2]))
        live[2] = 0.0
        zeros.epoch_end(last=True)
        torch.testing.assert_close(mean, torch.tensor([0.0, 0.4, 0.0]))


class ScheduleTest(unittest.TestCase):
    def loop(self, **changed: Any) -> planner.Loop:
        given: Dict[str, Any] = {
            "epochs": 4,
            "start_epoch": 0,
            "batches": 10,
            "warmup": 0,
            "nominal_batch": 64.0,
            "batch_size": 16.0,
            "initial_lr": 0.1,
            "factor": lambda epoch: 1.0 - epoch / 4,
            "momentum": 0.9,
            "warmup_momentum": 0.8,
            "optimizer": "SGD",
            "steps_by_modulo": False,
        }
        given.update(changed)
        return planner.Loop(**given)

    def test_drive_without_warmup(self) -> None:
        schedule = planner.training_schedule(self.loop())
        for value, wanted in zip(schedule["lr"], [0.1, 0.1, 0.075, 0.05]):
            self.assertAlmostEqual(value, wanted)
        self.assertAlmostEqual(schedule["drive"][0], 10 / 4 * 0.1 / 0.1)
        self.assertEqual(schedule["warmupSteps"], 0)

    def test_warmup_steps_more_often_at_first(self) -> None:
        schedule = planner.training_schedule(self.loop(warmup=20))
        self.assertGreater(schedule["warmupSteps"], 20 / 4)
        self.assertLess(schedule["drive"][0], 10 / 4)


class EventTest(unittest.TestCase):
    def log(self, folder: str, rank: int = -1) -> EventLog:
        return EventLog(Path(folder) / "events.jsonl", rank)

    def test_nan_is_null_and_lines_are_whole(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.log(folder).write("epoch", epoch=0, mAP50=float("nan"), lr=torch.tensor(0.5))
            event = json.loads((Path(folder) / "events.jsonl").read_text())
            self.assertIsNone(event["mAP50"])
            self.assertEqual(event["lr"], 0.5)

    def test_a_torn_line_does_not_swallow_the_next_event(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "events.jsonl").write_text('{"v":1,"type":"epo')
            self.log(folder).write("warning", code="a/b", text="c")
            lines = (Path(folder) / "events.jsonl").read_text().splitlines()
            self.assertEqual(json.loads(lines[-1])["code"], "a/b")

    def test_a_disk_that_gets_full_amid_a_line_costs_that_event_alone(self) -> None:
        really = os.write
        room = 0

        def write(handle: int, data: bytes) -> int:
            """As a file system does: what fits, without an error."""
            nonlocal room
            fits, room = data[:room], max(0, room - len(data))
            if len(data) > 0 and len(fits) == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return really(handle, fits)

        with tempfile.TemporaryDirectory() as folder:
            log, said = self.log(folder), io.StringIO()
            with mock.patch("os.write", write), contextlib.redirect_stderr(said):
                for code, free in (("a/1", 1000), ("a/2", 20), ("a/3", 0), ("a/4", 1000)):
                    room = free
                    log.write("warning", code=code, text="c")
            self.assertEqual(said.getvalue().count("event warning not written"), 2)
            lines = (Path(folder) / "events.jsonl").read_text().splitlines()
            self.assertEqual([len(lines), lines[1][:8]], [3, '{"v": 1,'])
            self.assertEqual([json.loads(lines[i])["code"] for i in (0, 2)], ["a/1", "a/4"])

    def test_files_are_opened_as_binary_where_a_system_has_another_way(self) -> None:
        opened: List[int] = []
        really = os.open

        def note(path: str, flags: int, mode: int) -> int:
            opened.append(flags & 0x8000)
            return really(path, flags & ~0x8000, mode)

        with tempfile.TemporaryDirectory() as folder:
            log, summaries = self.log(folder), SummaryLog(Path(folder))
            with mock.patch.multiple(os, create=True, O_BINARY=0x8000, open=note):
                log.write("warning", code="a/b", text="c")
                summaries.write("epoch", {"epoch": 0, "lr": 0.5})
        self.assertEqual(opened, [0x8000, 0x8000])

    def test_other_ranks_write_only_failures(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            main, other = self.log(folder, 0), self.log(folder, 1)
            other.write("progress", epoch=0)
            self.assertFalse(main.already_ended())
            other.write("failed", code="a/b", text="", remedy="")
            self.assertTrue(main.already_ended())


class SavingTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.saved: List[Tuple[str, str]] = []
        original = torch.save
        self.addCleanup(setattr, torch, "save", original)
        self.addCleanup(self.folder.cleanup)
        saving.install_atomic_save(lambda path, kind: self.saved.append((path.name, kind)))

    def test_a_full_disk_keeps_the_last_checkpoint(self) -> None:
        last = Path(self.folder.name) / "last.pt"
        torch.save({"epoch": 1}, last)
        full = OSError(errno.ENOSPC, "No space left on device")
        with mock.patch("os.replace", side_effect=full), self.assertRaises(Failure) as caught:
            torch.save({"epoch": 2}, last)
        self.assertEqual(caught.exception.code, "disk/full")
        self.assertEqual(torch.load(last)["epoch"], 1)
        self.assertEqual([file.name for file in Path(self.folder.name).iterdir()], ["last.pt"])
        self.assertEqual(self.saved, [("last.pt", "last")])

    def test_nan_weights_never_replace_a_checkpoint(self) -> None:
        last = Path(self.folder.name) / "last.pt"
        model = torch.nn.Linear(2, 2)
        torch.save({"model": model}, last)
        before = last.read_bytes()
        with torch.no_grad():
            model.weight[0, 0] = float("nan")
        with self.assertRaises(Failure) as caught:
            torch.save({"model": model}, last)
        self.assertEqual(caught.exception.code, "train/nan-loss")
        self.assertIn(str(last), caught.exception.remedy)
        self.assertEqual(last.read_bytes(), before)

    def test_nan_before_any_checkpoint_promises_none(self) -> None:
        self.assertNotIn("kept", saving.nan_failure("x", Path(self.folder.name) / "last.pt").remedy)


class Body(torch.nn.Module):
    """A model as YOLOv5's: `model` ends in a head whose `m` holds the output convolutions."""

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        head = torch.nn.Module()
        head.m = torch.nn.ModuleList([torch.nn.Conv2d(width, outputs, 1)])
        head.nc = outputs - 5
        self.model = torch.nn.Sequential(
            torch.nn.Conv2d(3, width, 3), torch.nn.BatchNorm2d(width), head
        )


class WeightsTest(unittest.TestCase):
    def verdict(self, ours: Body, theirs: Body) -> str:
        return weights.compare(ours.state_dict(), theirs.state_dict(), theirs)[0]

    def test_verdicts(self) -> None:
        self.assertEqual(self.verdict(Body(8, 7), Body(8, 7)), "same")
        self.assertEqual(self.verdict(Body(8, 7), Body(5, 7)), "pruned")
        self.assertEqual(self.verdict(Body(8, 7), Body(9, 7)), "other")
        self.assertEqual(self.verdict(Body(8, 7), Body(8, 6)), "classes")

    def test_weights_are_pruned_where_their_own_yaml_says_more_channels(self) -> None:
        def construct(body: Any, described: Dict[str, int]) -> None:
            Body.__init__(body, described["width"], 7)

        for width, described, pruned in (
            (5, {"width": 8}, True),
            (8, {"width": 8}, False),
            (5, None, False),
            (5, {}, False),
        ):
            source: Any = Body(width, 7)
            source.yaml = described
            state = torch.random.get_rng_state()
            self.assertEqual(weights.is_pruned(source, construct), pruned)
            self.assertTrue(torch.equal(torch.random.get_rng_state(), state))

    def test_shrink_takes_shapes_values_and_numbers(self) -> None:
        ours, theirs = Body(8, 7), Body(5, 7)
        weights.shrink(ours, theirs)
        self.assertEqual(self.verdict(ours, theirs), "same")
        convolution: Any = ours.model[0]
        norm: Any = ours.model[1]
        self.assertEqual((convolution.out_channels, norm.num_features), (5, 5))
        self.assertTrue(torch.equal(convolution.weight, theirs.state_dict()["model.0.weight"]))
        self.assertTrue(convolution.weight.requires_grad)

    def test_weights_of_v5_fit_a_release_whose_anchor_grid_is_no_buffer(self) -> None:
        grid = torch.ones(3, 1, 2, 1, 1, 2)
        for width, verdict in ((8, "same"), (5, "pruned")):
            ours, theirs = Body(8, 7), Body(width, 7)
            heads: List[Any] = [ours.model[2], theirs.model[2]]
            heads[0].anchor_grid = [torch.zeros(1)]
            heads[1].register_buffer("anchor_grid", grid)
            state = weights.tensors(theirs)
            self.assertEqual(weights.compare(weights.tensors(ours), state, theirs)[0], verdict)
            weights.shrink(ours, theirs)
            self.assertNotIn("anchor_grid", heads[0]._buffers)
            self.assertIsInstance(heads[0].anchor_grid, list)
            self.assertEqual(list(weights.tensors(ours)), list(state))

    def test_shrink_takes_weights_whose_layers_share_an_activation(self) -> None:
        ours, theirs = Body(8, 7), Body(5, 7)
        shared = torch.nn.SiLU()
        for layer in theirs.model:
            layer.act = shared
        for layer in ours.model:
            layer.act = torch.nn.SiLU()
        weights.shrink(ours, theirs)
        self.assertEqual(self.verdict(ours, theirs), "same")

    def follow(self, folder: str, *bodies: Body) -> Tuple[weights.Weights, List[str]]:
        """A finetuning's Weights, and files that hold these models."""
        self.addCleanup(setattr, torch, "load", torch.load)
        files = [str(Path(folder) / f"{i}.pt") for i in range(len(bodies))]
        for file, body in zip(files, bodies):
            torch.save({"model": body}, file)
        followed = weights.Weights("finetune", False, lambda code, text, remedy: None)
        followed.watch_load()
        return followed, files

    def test_what_check_amp_loads_is_not_taken_for_the_weights(self) -> None:
        class Fresh(Body):
            def __init__(self) -> None:
                super().__init__(8, 7)

        with tempfile.TemporaryDirectory() as folder:
            followed, (pruned, reference) = self.follow(folder, Body(5, 7), Body(6, 7))
            followed.watch_model(Fresh)
            # --evolve trains several times in one process.
            for _ in range(2):
                given = torch.load(pruned)["model"]
                model = Fresh()
                torch.load(reference)
                model.load_state_dict(given.state_dict())
                self.assertRegex(
                    str(followed.verify(model, pruned)), f"^9 of 9 tensors of {pruned}"
                )
                self.assertTrue(followed.shrunk)

    def test_weights_that_no_load_was_seen_of_are_refused_but_by_a_plain_training(self) -> None:
        """They may be pruned ones, and stock has made a whole model of them."""
        for stage, resume in (("finetune", False), ("sparse", False), ("sparse", True)):
            unseen = weights.Weights(stage, resume, lambda code, text, remedy: None)
            with self.assertRaises(Failure) as caught:
                unseen.verify(Body(8, 7), Path("a.pt"))
            self.assertEqual(caught.exception.code, "weights/not-matched")
            self.assertIn("a.pt", caught.exception.text)
            self.assertIsNone(unseen.verify(Body(8, 7), ""))
        plain = weights.Weights("train", False, lambda code, text, remedy: None)
        self.assertIsNone(plain.verify(Body(8, 7), "a.pt"))


class AmpTest(unittest.TestCase):
    def warnings(self, kind: str, passes: bool) -> List[Tuple[str, str, Any]]:
        """What is said where check_amp finds this of a model on a device of this kind."""
        found: List[Tuple[str, str, Any]] = []
        model = mock.Mock()
        model.parameters = lambda: iter([mock.Mock(device=torch.device(kind))])
        watch = amp.watch_amp(lambda code, text, remedy: found.append((code, text, remedy)))
        self.assertEqual(watch(lambda model: passes)(model), passes)
        return found

    def test_a_training_on_a_gpu_says_that_it_does_without(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.addCleanup(os.chdir, os.getcwd())
            os.chdir(folder)
            [(code, text, remedy)] = self.warnings("cuda", passes=False)
            self.assertEqual(code, "amp/off")
            self.assertIn("mixed precision", text)
            self.assertIn(f"yolov5n.pt into {Path.cwd()}", remedy)
            Path("yolov5n.pt").touch()
            self.assertIsNone(self.warnings("cuda", passes=False)[0][2])

    def test_nothing_is_said_where_it_works_or_is_not_for(self) -> None:
        self.assertEqual(self.warnings("cuda", passes=True), [])
        self.assertEqual(self.warnings("cpu", passes=False), [])


class OfflineTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.place = Path(self.folder.name, "Ann's 'YOLO'")
        self.place.mkdir()
        self.existing = offline._existing_weights(lambda file: file)

    def test_weights_in_a_folder_with_apostrophes_are_found(self) -> None:
        weights_file = self.place / "B.pt"
        weights_file.touch()
        self.assertEqual(self.existing(str(weights_file)), str(weights_file))
        self.assertEqual(self.existing(weights_file), str(weights_file))

    def test_quotes_around_a_name_are_none_of_it(self) -> None:
        plain = Path(self.folder.name, "b.pt")
        plain.touch()
        self.assertEqual(self.existing(f" '{plain}'"), str(plain))

    def test_missing_weights_are_named_as_given(self) -> None:
        absent = str(self.place / "absent.pt")
        with self.assertRaises(Failure) as caught:
            self.existing(absent)
        self.assertIn(absent, caught.exception.text)

    def test_a_commit_that_cannot_be_told_is_no_reason_not_to_train(self) -> None:
        class NoOrigin:
            def __getattr__(self, name: str) -> Any:
                raise AttributeError(f"'IterableList' object has no attribute '{name}'")

        def stock(remotes: Any) -> Dict[str, Any]:
            return {"remote": remotes.origin, "branch": "main", "commit": "0"}

        asked = offline._commit_if_known(stock)
        self.assertEqual(asked(mock.Mock(origin="x"))["remote"], "x")
        self.assertEqual(asked(NoOrigin()), {"remote": None, "branch": None, "commit": None})


class LoggersTest(unittest.TestCase):
    """Weights & Biases stays importable where a login is found."""

    def is_blocked(self, folder: str, **variables: str) -> bool:
        clean = {"PATH": os.environ["PATH"], "HOME": folder, "USERPROFILE": folder}
        with mock.patch.dict(os.environ, {**clean, **variables}, clear=True):
            with mock.patch.dict(sys.modules):
                return "wandb" in offline.block_unconfigured_loggers()

    def test_a_login_is_looked_for_where_each_system_keeps_it(self) -> None:
        login = "machine api.wandb.ai\n  login user\n"
        for name in (".netrc", "_netrc"):
            with tempfile.TemporaryDirectory() as folder:
                self.assertTrue(self.is_blocked(folder))
                (Path(folder) / name).write_text("machine example.org\n")
                self.assertTrue(self.is_blocked(folder))
                (Path(folder) / name).write_text(login)
                self.assertFalse(self.is_blocked(folder))

    def test_a_netrc_that_is_named_is_the_only_one(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / ".netrc").write_text("machine api.wandb.ai\n")
            named = Path(folder) / "named"
            self.assertTrue(self.is_blocked(folder, NETRC=str(named)))
            named.write_text("machine api.wandb.ai\n")
            self.assertFalse(self.is_blocked(folder, NETRC=str(named)))
            self.assertFalse(self.is_blocked(folder, NETRC="~/named"))


class RequireUltralyticsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.general = self.root / "utils" / "general.py"
        self.general.parent.mkdir()

    def test_a_checkout_that_would_install_it_fails_before_it_is_run(self) -> None:
        self.general.write_text("try:\n    import ultralytics\nexcept ImportError:\n    pip()\n")
        with mock.patch.dict(sys.modules, {"ultralytics": None}), self.assertRaises(ImportError):
            offline.require_ultralytics(self.root)

    def test_a_folder_of_that_name_is_not_the_package(self) -> None:
        self.general.write_text("import ultralytics\n")
        folder = type(sys)("ultralytics")
        with mock.patch.dict(sys.modules, {"ultralytics": folder}), self.assertRaises(ImportError):
            offline.require_ultralytics(self.root)

    def test_others_need_no_such_package(self) -> None:
        self.general.write_text("# import ultralytics\n")
        with mock.patch.dict(sys.modules, {"ultralytics": None}):
            offline.require_ultralytics(self.root)


class FailureTest(unittest.TestCase):
    def test_codes(self) -> None:
        here = Path(tempfile.gettempdir())
        for error, code in (
            (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "cuda/out-of-memory"),
            (AssertionError("Label class 5 exceeds nc=3 in x"), "data/class-mismatch"),
            (AssertionError("insufficient CUDA devices for DDP command"), "cuda/too-few"),
            (Exception("Dataset not found"), "data/missing"),
            (OSError(errno.ENOSPC, "No space left"), "disk/full"),
            (ModuleNotFoundError("No module named 'x'", name="x"), "python/missing-package"),
            (
                RuntimeError("DataLoader worker (pid 1) is killed by signal: Killed."),
                "train/worker-killed",
            ),
            (ValueError("odd"), "train/failed"),
        ):
            self.assertEqual(classify(error, here).code, code)

    def test_colours_are_left_to_the_terminal(self) -> None:
        text = "\x1b[34m\x1b[1mtrain: \x1b[0mNo labels found in a.cache, can not start training."
        failure = classify(AssertionError(text), Path(tempfile.gettempdir()))
        self.assertEqual(failure.code, "data/no-labels")
        self.assertEqual(failure.text, "train: No labels found in a.cache, can not start training.")


class TextsTest(unittest.TestCase):
    package = Path(__file__).resolve().parents[2]

    def setUp(self) -> None:
        self.addCleanup(self.speak, "en")

    def speak(self, language: str) -> None:
        with mock.patch.dict(os.environ, {texts.LANGUAGE_VARIABLE: language}):
            texts.speak(self.package)

    def failure(self) -> Failure:
        return classify(ModuleNotFoundError("No module named 'seaborn'", name="seaborn"), Path())

    def test_a_failure_is_in_the_language_that_is_set(self) -> None:
        self.speak("zh-cn")
        failure = self.failure()
        self.assertEqual(failure.code, "python/missing-package")
        self.assertRegex(failure.text, "软件包 seaborn")
        self.assertRegex(failure.remedy, "所缺软件包")

    def test_else_it_is_in_english(self) -> None:
        for language in ("zh-tw", "../zh-cn", ""):
            self.speak(language)
            self.assertRegex(self.failure().text, "needs the Python package seaborn")


class RankTest(unittest.TestCase):
    """torch.distributed.run tells a process its rank by the environment alone."""

    FLAG = "parser.add_argument('--local_rank', type=int, default=-1)\n"

    def passed(self, source: str, **more: Any) -> List[str]:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "train.py"
            script.write_text(source, encoding="utf-8")
            fields: Dict[str, Any] = {field.name: None for field in dataclasses.fields(Config)}
            fields.update(script=script, stage="train", argv=["--epochs", "3"])
            fields.update(more)
            return local_rank(Config(**fields))

    def test_a_script_that_knows_only_the_flag_is_given_it(self) -> None:
        with mock.patch.dict("os.environ", {"LOCAL_RANK": "1"}):
            self.assertEqual(self.passed(self.FLAG), ["--local_rank", "1"])

    def test_others_are_not(self) -> None:
        reads = "LOCAL_RANK = int(os.getenv('LOCAL_RANK', -1))\n"
        with mock.patch.dict("os.environ", {"LOCAL_RANK": "1"}):
            self.assertEqual(self.passed(reads + self.FLAG), [])
            self.assertEqual(self.passed("parser.add_argument('--epochs')\n"), [])
            self.assertEqual(self.passed(self.FLAG, stage="val"), [])
            self.assertEqual(self.passed(self.FLAG, argv=["--local_rank", "0"]), [])
        with mock.patch.dict("os.environ"):
            os.environ.pop("LOCAL_RANK", None)
            self.assertEqual(self.passed(self.FLAG), [])


class ValidationTest(unittest.TestCase):
    """A val.py of few lines; `started` names the device, and CUDA is not asked before the script has chosen."""

    CHOOSES = "device = select_device('1')"
    SCORES = "return (0.1, 0.2, 0.3, 0.4, 0, 0, 0), 0, 0"

    def events(self, *lines: str) -> List[Dict[str, Any]]:
        body = "\n    ".join(lines)
        source = f"""import torch
def select_device(device):
    torch.cuda.chosen = True
    return torch.device('cuda:0')
def run():
    {body}
if __name__ == '__main__':
    run()
"""

        def asked(*args: Any) -> str:
            self.assertTrue(getattr(torch.cuda, "chosen", False), "CUDA was asked too early")
            return "GPU of the second slot"

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "val.py"
            file.write_text(source)
            log = EventLog(Path(folder) / "events.jsonl", -1)
            validation = Validation(log, [])
            script = Script(file, "")
            script.define()
            cuda = {"get_device_name": asked, "is_available": asked, "device_count": asked}
            with mock.patch.multiple(torch.cuda, create=True, chosen=False, **cuda):
                try:
                    validation.follow(script)
                    log.write("finished", summary=validation.summary())
                except ValueError:
                    log.write("failed", code="a/b", text="", remedy="")
            return [json.loads(line) for line in log.file.read_text().splitlines()]

    def test_the_device_is_the_one_that_the_script_selects(self) -> None:
        started, finished = self.events(self.CHOOSES, self.CHOOSES, self.SCORES)
        self.assertEqual(started["type"], "started")
        self.assertEqual(started["devices"], ["cuda:0 GPU of the second slot"])
        self.assertEqual(finished["summary"]["mAP50"], 0.3)

    def test_a_script_that_selects_in_another_way_has_started_by_its_first_result(self) -> None:
        started, finished = self.events(self.SCORES)
        self.assertEqual((started["type"], started["devices"]), ("started", ["cpu"]))
        self.assertEqual(finished["type"], "finished")

    def test_one_that_fails_has_started_too(self) -> None:
        for lines, devices in (
            (["raise ValueError"], []),
            ([self.CHOOSES, "raise ValueError"], ["cuda:0 GPU of the second slot"]),
        ):
            started, failed = self.events(*lines)
            self.assertEqual((started["type"], started["devices"]), ("started", devices))
            self.assertEqual(failed["type"], "failed")


class GammaTest(unittest.TestCase):
    def test_bins_quantiles_and_near_zero(self) -> None:
        layer = gamma_layers([("a.bn", torch.tensor([0.0, -0.005, 1.0, 3.0]))])[0]
        self.assertEqual(layer["nearZero"], 2)
        self.assertEqual(
            (layer["histogram"][0], layer["histogram"][32], layer["histogram"][63]), (2, 1, 1)
        )
        self.assertEqual(layer["quantiles"][4], 3.0)


class SummaryTest(unittest.TestCase):
    def test_the_histogram_of_all_gammas_begins_at_the_smallest_of_any_layer(self) -> None:
        gammas = [torch.tensor([smallest, 1.0]) for smallest in (0.5, 0.25)]
        layers = gamma_layers([("a.bn", gammas[0]), ("b.bn", gammas[1])])
        total = gamma_summary({"layers": layers}).split(b"gamma", 2)[2]
        # Behind the tag: field 5, its length in two bytes, then the double of field 1.
        self.assertEqual(total[3:4], b"\x09")
        self.assertEqual(struct.unpack("<d", total[4:12]), (0.25,))


class ShimTest(unittest.TestCase):
    class Source:
        def __init__(self, text: str) -> None:
            self.text = text
            self.script = Path("train.py")

    def test_nothing_is_touched_that_the_checkout_does_not_use(self) -> None:
        source: Any = self.Source("")
        for name, shim in shims.SHIMS:
            if name not in ("torch-load-whole", "upsample-attribute", "amp-quiet"):
                self.assertFalse(shim(source), name)

    def test_clamp(self) -> None:
        source: Any = self.Source("gj.clamp_(0, gain[3] - 1)")
        original = torch.Tensor.clamp_
        self.addCleanup(setattr, torch.Tensor, "clamp_", original)
        shims.clamp_integer_by_float(source)
        clamped = torch.tensor([7, -2]).clamp_(0, torch.tensor(4.0))
        self.assertEqual(clamped.tolist(), [4, 0])

    def test_getsize(self) -> None:
        from PIL import ImageFont

        source: Any = self.Source("font.getsize(x) Arial.ttf")
        shims.pillow_getsize(source)
        shims.font_fallback(source)
        font: Any = ImageFont.truetype("Arial.ttf", 12)
        width, height = font.getsize("person 0.9")
        self.assertTrue(20 < width < 200 and 5 < height < 40)


class GateTest(unittest.TestCase):
    CODE = "import sys; from slim_runner.gate import may_begin; print(may_begin(), repr(sys.stdin.read()))"

    def answer(self, sent: bytes, **variables: str) -> str:
        environment = {
            **os.environ,
            **variables,
            "PYTHONPATH": sys.path[0],
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-c", self.CODE]
        return (
            subprocess.run(command, input=sent, env=environment, stdout=subprocess.PIPE, check=True)
            .stdout.decode()
            .strip()
        )

    def test_a_byte_opens_and_the_bytes_of_others_answer_no_question(self) -> None:
        self.assertEqual(self.answer(b"\n\n\n", YOLOV5_SLIM_GATE="1"), "True ''")

    def test_it_stays_shut_when_the_starter_is_gone(self) -> None:
        self.assertEqual(self.answer(b"", YOLOV5_SLIM_GATE="1"), "False ''")

    def test_without_a_gate_stdin_is_left_alone(self) -> None:
        self.assertEqual(self.answer(b"words"), "True 'words'")


if __name__ == "__main__":
    print(f"torch {torch.__version__}, hooks by {mechanism}")
    unittest.main()
