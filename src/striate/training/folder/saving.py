"""Where a run stands, how it is saved, and how a new session takes it up again to the last bit."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from striate.base.disk.files import make_folder
from striate.base.disk.sealed_json import conform
from striate.base.errors import reason
from striate.training.engines.setup import Setup
from striate.training.folder import checkpoints
from striate.training.folder.chain import identity, read_environment
from striate.training.folder.forms import StateForm
from striate.training.folder.tables import (
    Growing,
    Row,
    Timing,
    history_rows,
    history_text,
    read_history,
    read_timing,
    timing_rows,
    timing_text,
)


@dataclass
class Progress:
    """Where a run is; everything in it is in the checkpoint, so that a resumed run continues to the last bit."""

    step: int = 0  # updates done
    loss_sum: float = 0.0  # of this epoch's updates, each weighted by its images
    correct: int = 0
    images: int = 0
    seconds: float = 0.0  # spent in updates
    best_step: int = 0
    best_accuracy: float = -1.0
    rows: list[Row] = field(default_factory=list[Row])
    timing: list[Timing] = field(default_factory=list[Timing])


class Saver:
    """Writes checkpoints of one run: the best weights first, then the state, then removes what is no longer needed."""

    def __init__(self, setup: Setup, folder: Path, progress: Progress) -> None:
        self.folder, self.saved_at = folder, time.monotonic()
        self.best: dict[str, Tensor] | None = None
        self._setup, self._folder = setup, folder / "checkpoints"
        self._environment = read_environment(folder)
        self._run = identity(self._environment)
        make_folder(self._folder, within=folder)  # a copy of a run may lack it where it was empty
        self._tables = Growing(folder, progress.rows, progress.timing)

    def add(self, progress: Progress) -> None:
        """Append what is new to the tables."""
        self._tables.add(progress.rows, progress.timing)

    def keep(self, progress: Progress, epoch: int, accuracy: float) -> None:
        """Keep the weights of this epoch for good, where the recipe asks for it."""
        every = self._setup.recipe.keep_every
        if every and epoch % every == 0:
            values = {"accuracy": accuracy, "epoch": epoch, **self._setup.labels().to_json()}
            checkpoints.write(self._folder, "epoch", progress.step, self._setup.engine.weights(), values, run=self._run)

    def save_best(self, progress: Progress) -> None:
        """Write the best weights, where they are not written yet."""
        if self.best is not None:
            values = {"accuracy": progress.best_accuracy, **self._setup.labels().to_json()}
            checkpoints.write(self._folder, "best", progress.best_step, self.best, values, run=self._run)
            self.best = None

    def save(self, progress: Progress) -> None:
        """Write all that a new session needs to continue from here."""
        self.save_best(progress)
        if self._setup.recipe.record_steps:
            self.add(progress)  # first: rows beyond a checkpoint are dropped, missing ones are lost
        links = {
            "run": self._run,
            "environment": self._environment,
            "history": history_text(progress.rows),
            "timing": timing_text(progress.timing),
        }
        state = self._setup.engine.state()
        checkpoints.write(self._folder, "step", progress.step, state, _values(progress), **links)
        checkpoints.prune(self._folder, "step", progress.step)
        self.prune_best(progress)
        self.saved_at = time.monotonic()

    def prune_best(self, progress: Progress) -> None:
        """Remove weights that are the best no longer."""
        checkpoints.prune(self._folder, "best", progress.best_step, keep=1)


def _values(progress: Progress) -> dict[str, Any]:
    kept = ("step", "loss_sum", "correct", "images", "seconds", "best_step", "best_accuracy")
    return {name: getattr(progress, name) for name in kept}


def restore(setup: Setup, folder: Path) -> Progress:
    """Return where the newest checkpoint that serves stands, with the engine put back there."""
    found, passed = checkpoints.newest(folder / "checkpoints", "step", lambda one: _unfit(one, folder))
    for sentence in passed:
        setup.warn(f"{sentence}; continuing from {f'update {found.step}' if found else 'the start'}")
    progress = Progress() if found is None else Progress(**found.values)
    checkpoints.prune(folder / "checkpoints", "best", progress.best_step, keep=1)
    if found is not None:
        setup.engine.load(found.tensors)
        record = found.record
        history = history_rows(record["history"]) if record.get("history") else read_history(folder)
        timing = timing_rows(record["timing"]) if record.get("timing") else read_timing(folder)
        progress.rows = [row for row in history if row.step <= progress.step]
        progress.timing = [row for row in timing if row[0] <= progress.step]
    return progress


def continues(folder: Path) -> bool:
    """Return whether the run in ``folder`` has a checkpoint that `restore` continues from."""
    if not (folder / "environment.json").exists():
        return False
    return checkpoints.newest(folder / "checkpoints", "step", lambda one: _unfit(one, folder))[0] is not None


def hand_over(setup: Setup, progress: Progress) -> None:
    """Tell the other processes of the group, which read no files, where the run stands."""
    if setup.group.size > 1:
        setup.group.told(str(progress.step).encode())
        setup.group.told(checkpoints.as_bytes(setup.engine.state()))


def taken_over(setup: Setup) -> Progress:
    """Return where the run stands, with the engine put there, as the first process of the group tells by `hand_over`."""
    progress = Progress(step=int(setup.group.told()))
    setup.engine.load(checkpoints.from_bytes(setup.group.told()))
    return progress


def _unfit(found: checkpoints.Checkpoint, folder: Path) -> str:
    """Return why a whole checkpoint cannot be continued from; empty where it can."""
    try:
        state = conform(found.values, StateForm)
    except ValueError as error:
        return f"its state is none: {reason(error)}"
    if (run := found.record.get("run")) and run != identity(read_environment(folder)):
        return "it belongs to another run"
    if state.best_step and isinstance(best := checkpoints.at(folder / "checkpoints", "best", state.best_step), str):
        return f"the best weights up to there are lost: {best}"
    return ""
