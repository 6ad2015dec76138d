"""The run folder, which is the source of truth about a run.

recipe.json        what was asked for
environment.json   versions, processor, threads, precision, data fingerprint, source commit
history.csv        step, epoch, split, metric, value: one row per number, the same bytes however often it was resumed
timing.csv         step, epoch, seconds: seconds spent in updates up to there (kept apart, for time never repeats)
status.json        running | finished | diverged | interrupted | failed, with the reason
test.json          the score of the best-validation checkpoint on the test split, once it was asked for
anatomy.json       the net, layer by layer
checkpoints/       safetensors + JSON
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.base.errors import RunError
from striate.base.files import make_folder, read_json, sweep, unused, write_json, write_text
from striate.training.recipe import Recipe, differing, recipe_from_json

HEADER = "step,epoch,split,metric,value"
DONE = ("finished", "diverged")
REMEDY = "a smaller lr (--range-test says which) and another --out"  # for what diverged


@dataclass(frozen=True)
class Row:
    """One number of a history: ``value`` of ``metric`` on ``split`` after update ``step``, in ``epoch``."""

    step: int
    epoch: int
    split: str
    metric: str
    value: float


@dataclass(frozen=True)
class Run:
    """A run as it stands on disk."""

    folder: Path
    recipe: Recipe
    status: str
    reason: str
    epoch: int
    step: int

    def history(self) -> list[Row]:
        """Return the history; empty before the first epoch has ended."""
        return read_history(self.folder)

    def curve(self, split: str, metric: str) -> list[tuple[int, float]]:
        """Return (epoch, value) of one metric on one split, in order."""
        return [(row.epoch, row.value) for row in self.history() if (row.split, row.metric) == (split, metric)]

    def best(self) -> tuple[int, float] | None:
        """Return (epoch, validation accuracy) of the best epoch, the first of equal ones; None before the first has ended."""
        return max(self.curve("val", "accuracy"), key=lambda point: (point[1], -point[0]), default=None)

    def seconds(self) -> list[tuple[int, float]]:
        """Return (epoch, seconds spent in updates up to its end)."""
        return [(epoch, seconds) for _, epoch, seconds in read_timing(self.folder)]

    def test(self) -> dict[str, Any] | None:
        """Return the stored test score, or None while it has not been asked for."""
        path = self.folder / "test.json"
        return read_json(path) if path.is_file() else None


def open_run(folder: str | Path) -> Run:
    """Return the run in ``folder``; raises RunError when there is none or its files cannot be read."""
    folder = Path(folder)
    if not (folder / "recipe.json").is_file():
        raise RunError(f'no run in "{folder}" (it has no recipe.json); name a folder that striate train wrote')
    try:
        recipe = recipe_from_json(read_json(folder / "recipe.json"))
        status = read_json(folder / "status.json") if (folder / "status.json").is_file() else {}
        return Run(
            folder,
            recipe,
            status.get("status", "running"),
            status.get("reason", ""),
            status.get("epoch", 0),
            status.get("step", 0),
        )
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise RunError(
            f'the run in "{folder}" cannot be read ({error}); restore the file or start again elsewhere'
        ) from error


def begin(folder: Path, recipe: Recipe) -> None:
    """Make ``folder`` the run of ``recipe``; raises RunError when it holds anything else."""
    if (folder / "recipe.json").is_file():
        if fields := differing(open_run(folder).recipe, recipe):
            raise RunError(f'"{folder}" holds another run, whose {fields}; choose another folder with --out')
        return
    if folder.exists() and not folder.is_dir():
        raise RunError(f'"{folder}" is a file; choose a folder with --out')
    if not unused(folder):
        raise RunError(f'"{folder}" is not empty and holds no run; choose another folder with --out')
    make_folder(folder / "checkpoints")
    write_json(folder / "recipe.json", recipe.to_json())


@contextmanager
def locked(folder: Path) -> Generator[None, None, None]:
    """Hold ``folder`` for this process while the block runs; raises RunError naming the process that holds it."""
    make_folder(folder)
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise RunError(
                f'"{folder}" is in use by process {file.read().strip() or "?"}; wait for it, or stop it first'
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        for place in (folder, folder / "checkpoints"):
            sweep(place)
        yield


def write_status(folder: Path, status: str, reason: str, epoch: int, step: int) -> None:
    """Write what the run is doing or how it ended."""
    write_json(folder / "status.json", {"status": status, "reason": reason, "epoch": epoch, "step": step})


def write_history(folder: Path, rows: list[Row]) -> None:
    """Write all rows; numbers are written so that they read back to the last bit."""
    lines = [f"{r.step},{r.epoch},{r.split},{r.metric},{r.value!r}" for r in rows]
    write_text(folder / "history.csv", "\n".join([HEADER, *lines]) + "\n")


def read_history(folder: Path) -> list[Row]:
    """Return the rows that `write_history` wrote, none when there is no file yet."""
    return [
        Row(int(step), int(epoch), split, metric, float(value))
        for step, epoch, split, metric, value in _table(folder / "history.csv")
    ]


def write_timing(folder: Path, rows: list[tuple[int, int, float]]) -> None:
    """Write (step, epoch, seconds) rows."""
    write_text(
        folder / "timing.csv", "\n".join(["step,epoch,seconds", *(f"{s},{e},{t:.6f}" for s, e, t in rows)]) + "\n"
    )


def read_timing(folder: Path) -> list[tuple[int, int, float]]:
    """Return the rows that `write_timing` wrote."""
    return [(int(step), int(epoch), float(seconds)) for step, epoch, seconds in _table(folder / "timing.csv")]


def _table(path: Path) -> list[list[str]]:
    if not path.is_file():
        return []
    return [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
