"""The runner's instructions: `slim/runner.json` (contract.ts, RunnerConfig)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Union


@dataclass(frozen=True)
class Sparsity:
    reg: str
    sr: Union[float, str]
    schedule: str
    percent: float
    # What was decided when the run began, of one that goes on; the planner's business.
    decided: Dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> Dict[str, Any]:
        given = {"reg": self.reg, "sr": self.sr, "schedule": self.schedule, "percent": self.percent}
        return {**given, **self.decided}


@dataclass(frozen=True)
class Config:
    checkout: Path
    packaged: bool
    stage: str
    script: Path
    argv: List[str]
    cwd: Path
    run_dir: Path
    events_file: Path
    sparsity: Optional[Sparsity]
    planner: List[str]
    resume: bool


def read_config(file: Path) -> Config:
    """Reads `runner.json`; raises ValueError when its version is not ours, KeyError when a key is missing."""
    data = json.loads(file.read_text(encoding="utf-8"))
    if data["v"] != 1:
        raise ValueError(f"{file} has version {data['v']}; this runner knows version 1")
    checkout = Path(data["checkout"])
    return Config(
        checkout=checkout,
        packaged=data["layout"] == "packaged",
        stage=data["stage"],
        script=checkout / data["script"],
        argv=[str(argument) for argument in data["argv"]],
        cwd=Path(data["cwd"]),
        run_dir=Path(data["runDir"]),
        events_file=Path(data["eventsFile"]),
        sparsity=_sparsity(data["sparsity"]),
        planner=[str(argument) for argument in data["planner"]],
        resume=bool(data["resume"]),
    )


def _sparsity(given: Optional[Dict[str, Any]]) -> Optional[Sparsity]:
    if not given:
        return None
    decided = {key: given[key] for key in ("hold",) if key in given}
    return Sparsity(given["reg"], given["sr"], given["schedule"], given["percent"], decided)
