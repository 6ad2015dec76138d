"""Train a recipe, or go on with a run: `striate.training.train` with the folder's name, and whether anything was left to do."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.base.disk.files import make_folder, part_of_name
from striate.base.disk.outputs import claim, claim_folder, write_output
from striate.base.errors import RunError

if TYPE_CHECKING:
    from striate.training.engines.processes.group import Group
    from striate.training.folder.run import Run
    from striate.training.loop import Watch
    from striate.training.recipe.recipe import Recipe
    from striate.training.trials.lr_range import RangeTest

Warn = Callable[[str], None]


@dataclass(frozen=True)
class Ended:
    """A run as it stands after training; ``idle`` where it had ended before, and nothing was trained."""

    run: Run
    idle: bool

    def to_json(self) -> dict[str, Any]:
        """Return how the run ended, as JSON-able values."""
        run, best = self.run, self.run.best()
        return {
            "folder": str(run.folder),
            "status": run.status,
            "reason": run.reason,
            "epoch": run.epoch,
            "last": {f"{row.split}_{row.metric}": row.value for row in run.history() if row.epoch == run.epoch},
            "best": None if best is None else {"epoch": best[0], "val_accuracy": best[1]},
        }


@dataclass(frozen=True)
class RangeTested:
    """The outcome of a range test, and the files that show it."""

    result: RangeTest
    written: tuple[Path, ...]


def default_folder(recipe: Recipe) -> Path:
    """Return where a run goes when no folder was named: runs/NET-DATA-SEED."""
    net, data = part_of_name(recipe.net), part_of_name(os.path.basename(os.path.abspath(recipe.data)))
    return Path("runs") / f"{net}-{data}-{recipe.seed}"


def train_run(
    recipe: Recipe,
    out: str | Path | None = None,
    *,
    data_dir: str | Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
    processes: int | None = None,
    log: Sequence[str] | None = None,
) -> Ended:
    """Train ``recipe`` into the folder ``out``, or go on there; raises what `striate.training.train.train` raises."""
    from striate.training.loggers.catalog import TENSORBOARD
    from striate.training.train import train

    folder = default_folder(recipe) if out is None else Path(out)
    before = _ended(folder)
    how, told = _group(processes), log or (TENSORBOARD,)
    run = train(recipe, folder, data_dir=data_dir, watch=watch, warn=warn, processes=how, log=told)
    return Ended(run, before is not None)


def resume_run(
    folder: str | Path,
    *,
    epochs: int | None = None,
    data_dir: str | Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
    processes: int | None = None,
    log: Sequence[str] | None = None,
) -> Ended:
    """Go on with the run in ``folder``, up to ``epochs`` in all; raises what `striate.training.train.resume` raises."""
    from striate.training.loggers.catalog import TENSORBOARD
    from striate.training.train import resume

    before = _ended(Path(folder))
    how, told = _group(processes), log or (TENSORBOARD,)
    run = resume(folder, epochs=epochs, data_dir=data_dir, watch=watch, warn=warn, processes=how, log=told)
    return Ended(run, before is not None and (before.status, before.epoch) == (run.status, run.epoch))


def follow_launched(processes: int | None = None, data_dir: str | Path | None = None) -> bool:
    """Where a launcher started this process as another than the first, train along with that one, and return True.

    Raises RunError where ``processes`` is another number than the launcher's, and what `follow` raises.
    """
    from striate.training.engines.processes.crew import joined
    from striate.training.engines.processes.follow import follow
    from striate.training.engines.processes.group import Group

    group = _group(processes)
    if not isinstance(group, Group) or group.leads:
        return False
    with joined(group):
        follow(group, data_dir)
    return True


def _group(processes: int | None) -> int | Group:
    """Return the group that a launcher put this process into, else ``processes``, else 1."""
    from striate.training.engines.processes.group import launched

    if (found := launched()) is None:
        return processes or 1
    if processes not in (None, found.size):
        raise RunError(f"the launcher started {found.size} processes, and `processes` says {processes}; leave that out")
    return found


def range_test(
    recipe: Recipe,
    out: str | Path | None = None,
    *,
    data_dir: str | Path | None = None,
    warn: Warn = warnings.warn,
) -> RangeTested:
    """Find which learning rates are worth trying, and write CSV and SVG into ``out`` where that is given.

    Raises StorageError, before anything is computed, where these files may not be written.
    """
    from striate.reports.kit.svg import file_of
    from striate.reports.run.lr_range import HEADER, range_test_csv, range_test_svg
    from striate.training.trials.lr_range import range_test as test

    folder = None if out is None else Path(out)
    if folder is not None:
        claim_folder(folder, "range-test.svg")
        if folder.is_dir():
            claim(folder / "range-test.csv", HEADER)
    result = test(recipe, data_dir=data_dir, warn=warn)
    if folder is None:
        return RangeTested(result, ())
    table, chart = folder / "range-test.csv", folder / "range-test.svg"
    make_folder(folder)
    write_output(table, range_test_csv(result), HEADER)
    write_output(chart, file_of(range_test_svg(result)))
    return RangeTested(result, (table, chart))


def _ended(folder: Path) -> Run | None:
    """Return the run in ``folder`` where it has ended before; None where it goes on, or has still to be repaired."""
    from striate.training.folder.forms import DONE
    from striate.training.folder.run import open_run

    try:
        run = open_run(folder) if (folder / "status.json").exists() else None
    except RunError:
        return None
    return run if run is not None and run.status in DONE else None
