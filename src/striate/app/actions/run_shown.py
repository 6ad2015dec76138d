"""One run with all that can be said of it, for the terminal, a page, or a program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.base.disk.files import read_json
from striate.base.errors import DataError, NetError, RunError
from striate.nets.measure.anatomy import Anatomy, anatomy_from_json
from striate.reports.run.page import facts_of
from striate.reports.run.procedure import procedure
from striate.training.confusion import Confusion, On, confusion
from striate.training.folder.run import Run, open_run
from striate.training.session import misfits


@dataclass(frozen=True)
class Seen:
    """A run, the anatomy of its net where that is known, and its confusion matrix, or why there is none.

    ``misfits`` say which of its files are not what the run wrote.
    """

    run: Run
    anatomy: Anatomy | None
    confusion: Confusion | None
    unclassified: str = ""
    misfits: tuple[str, ...] = ()


def seen(folder: Path, on: On = "val", *, quick: bool = False, data_dir: Path | None = None) -> Seen:
    """Return the run in ``folder`` with what it takes for what on its validation or test images.

    Where data or weights are not at hand, that is said in place of it; ``quick`` looks for neither. Raises RunError where there
    is not a run, or where the test images are asked for and have not been scored.
    """
    run = open_run(folder)
    if on == "test" and not run.test():
        confusion(run, on)  # says what is missing
    wrong = () if run.status == "running" else tuple(misfits(folder))
    if quick:
        return Seen(run, _anatomy(run), None, "No images were classified.", wrong)
    try:
        return Seen(run, _anatomy(run), confusion(run, on, data_dir=data_dir), misfits=wrong)
    except (DataError, NetError, RunError) as error:
        return Seen(run, _anatomy(run), None, f"No images could be classified: {error}.", wrong)


def _anatomy(run: Run) -> Anatomy | None:
    try:
        return anatomy_from_json(read_json(run.folder / "anatomy.json"))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def run_record(shown: Seen) -> dict[str, Any]:
    """Return the run as JSON-able values."""
    run, best = shown.run, shown.run.best()
    curves = {
        f"{split}_{metric}": run.curve(split, metric) for split in ("train", "val") for metric in ("loss", "accuracy")
    }
    return {
        "folder": str(run.folder),
        "status": run.status,
        "reason": run.reason,
        "epoch": run.epoch,
        "recipe": run.recipe.to_json(),
        "procedure": procedure(run.recipe, facts_of(run)),
        "best": None if best is None else {"epoch": best[0], "val_accuracy": best[1]},
        "test": run.test(),
        "curves": curves,
        "confusion": None if shown.confusion is None else shown.confusion.to_json(),
        "unclassified": shown.unclassified,
    }
