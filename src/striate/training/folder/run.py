"""The run folder, which is the source of truth about a run.

recipe.json        what was asked for
environment.json   versions, processor, threads, precision, data fingerprint, source commit
history.csv        one row per number, the same bytes however often it was resumed (`striate.training.folder.tables`)
timing.csv         seconds spent in updates up to each epoch's end (kept apart, for time never repeats)
status.json        running | finished | diverged | interrupted | failed, with the reason
test.json          the score of the best-validation checkpoint on the test split, once it was asked for
anatomy.json       the net, layer by layer
checkpoints/       safetensors + JSON
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from striate.base.catalog import unknown
from striate.base.disk.files import digest, make_folder, write_json
from striate.base.disk.lock import NAME, held, unused
from striate.base.disk.sealed_json import read_own, sealed
from striate.base.errors import RecipeError, RunError, printable
from striate.base.errors import reason as why
from striate.base.inline import Inline
from striate.data.catalog import one_of
from striate.training.folder.forms import RecipeForm, ScoreForm, StatusForm
from striate.training.folder.run_score import RunScore
from striate.training.folder.tables import HISTORY, SPLITS, TIMING, Row, read_history, read_timing
from striate.training.recipe.recipe import Recipe, differing, recipe_from_json

METRICS = ("loss", "accuracy", "lr")  # of every run; some have others besides
GROWN = ("seal", "format")  # what sealing adds to a record
REMEDY = "a smaller lr (`range_test` says which) and another `out`"  # for what diverged


@dataclass(frozen=True)
class Run(Inline):
    """A run as it stands on disk. It stands for its folder wherever a path is taken."""

    folder: Path
    recipe: Recipe
    status: str
    reason: str
    epoch: int
    step: int

    def __fspath__(self) -> str:
        return str(self.folder)

    def history(self) -> list[Row]:
        """Return the history; empty before the first epoch has ended."""
        return read_history(self.folder)

    def curve(self, split: str, metric: str) -> list[tuple[int, float]]:
        """Return (epoch, value) of one metric ("loss", "accuracy", "lr") on one split ("train" or "val"), in order.

        Raises RunError for what no run has; what this one has not yet is empty.
        """
        rows = self.history()
        known = dict.fromkeys((*METRICS, *(row.metric for row in rows)))
        for kind, name, accepted in (("split", split, SPLITS), ("metric", metric, known)):
            if name not in accepted:
                raise RunError(unknown(kind, name, accepted))
        return [(row.epoch, row.value) for row in rows if (row.split, row.metric) == (split, metric)]

    def best(self) -> tuple[int, float] | None:
        """Return (epoch, validation accuracy) of the best epoch, the first of equal ones; None before the first has ended."""
        return max(self.curve("val", "accuracy"), key=lambda point: (point[1], -point[0]), default=None)

    def seconds(self) -> list[tuple[int, float]]:
        """Return (epoch, seconds spent in updates up to its end)."""
        return [(epoch, seconds) for _, epoch, seconds in read_timing(self.folder)]

    def test(self) -> RunScore | None:
        """Return the stored test score, or None while it has not been asked for; raises RunError for a damaged one."""
        path = self.folder / "test.json"
        todo = f"remove it, and striate test {printable(str(self.folder))} scores again"
        if not path.exists():
            return None
        return replace(RunScore.of(read_own(path, ScoreForm, todo=todo)), unit=one_of(self.recipe.data))


def open_run(folder: str | Path | Run) -> Run:
    """Return the run in ``folder``; raises RunError when there is none or its files cannot be read."""
    folder = Path(folder)
    recipe = recipe_of(folder)
    path, todo = folder / "status.json", f"striate resume {printable(str(folder))} makes it again"
    status = standing(read_own(path, StatusForm, todo=todo) if path.exists() else {}, folder)
    kept = (status.get("status", "running"), status.get("reason", ""), status.get("epoch", 0), status.get("step", 0))
    return Run(folder, recipe, *kept)


def recipe_of(folder: Path) -> Recipe:
    """Return the recipe of the run in ``folder``; raises RunError as `open_run` does."""
    record = read_recipe(folder)
    try:
        return recipe_from_json({key: value for key, value in record.items() if key not in GROWN})
    except (RecipeError, TypeError) as error:
        path = printable(str(folder / "recipe.json"))
        raise RunError(f'"{path}" holds no recipe of this striate ({why(error)})') from error


def standing(status: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Return what ``status``, from the status.json of ``folder``, says, except that what runs in no process is interrupted."""
    if status.get("status", "running") != "running" or held(folder) or not (status or (folder / NAME).exists()):
        return status  # the last: only just claimed, and neither locked nor begun
    return {**status, "status": "interrupted", "reason": "its process has ended without a word"}


def read_recipe(folder: Path) -> dict[str, Any]:
    """Return the record in recipe.json, with its seal; raises RunError when there is none or it is damaged."""
    if not (folder / "recipe.json").exists():
        raise RunError(
            f'no run in "{printable(str(folder))}" (it has no recipe.json); name a folder that striate train wrote'
        )
    return read_own(folder / "recipe.json", RecipeForm, todo="restore it, or train again in another folder")


def begin(folder: Path, recipe: Recipe) -> None:
    """Make ``folder`` the run of ``recipe``; raises RunError when it holds anything else."""
    if (folder / "recipe.json").is_file():
        if fields := differing(open_run(folder).recipe, recipe):
            raise RunError(f'"{folder}" holds another run, whose {fields}; choose another folder with `out`')
        return
    if folder.exists() and not folder.is_dir():
        raise RunError(f'"{folder}" is a file; choose a folder with `out`')
    if not unused(folder):
        raise RunError(f'"{folder}" is not empty and holds no run; choose another folder with `out`')
    make_folder(folder / "checkpoints", within=folder)
    write_json(folder / "recipe.json", sealed(recipe.to_json()))


def write_status(folder: Path, status: str, reason: str, epoch: int, step: int) -> None:
    """Write what the run is doing, or how it ended with the hashes of its tables: of those that still grow none is kept."""
    record = {"status": status, "reason": reason, "epoch": epoch, "step": step}
    grown = () if status == "running" else (HISTORY, TIMING)
    tables = {name.partition(".")[0]: _hash(folder / name) for name in grown}
    write_json(folder / "status.json", sealed(record | tables))


def _hash(path: Path) -> str:
    return digest(path.read_bytes() if path.is_file() else b"")
