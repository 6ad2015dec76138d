"""One run with all that can be said of it, for the terminal, a page, or a program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from striate.app.terminal.show import PROSE, say, show_run, table
from striate.base.disk.files import read_json
from striate.base.errors import DataError, NetError, RunError, printable
from striate.nets.measure.anatomy import Anatomy, anatomy_from_json
from striate.reports.kit.table import Table
from striate.reports.run.page import charts, facts_of, mistakes_table, per_class_table
from striate.reports.run.procedure import procedure
from striate.training.confusion import Confusion, On, confusion
from striate.training.folder.run import Run, open_run

MOST_CLASSES = 12  # up to which the whole matrix fits into a terminal


@dataclass(frozen=True)
class Seen:
    """A run, the anatomy of its net where that is known, and its confusion matrix, or why there is none."""

    run: Run
    anatomy: Anatomy | None
    confusion: Confusion | None
    unclassified: str = ""


def seen(folder: Path, on: On = "val", *, quick: bool = False, data_dir: Path | None = None) -> Seen:
    """Return the run in ``folder`` with what it takes for what on its validation or test images.

    Where data or weights are not at hand, that is said in place of it; ``quick`` looks for neither. Raises RunError where there
    is no run, or where the test images are asked for and have not been scored.
    """
    run = open_run(folder)
    if on == "test" and not run.test():
        confusion(run, on)  # says what is missing
    if quick:
        return Seen(run, _anatomy(run), None, "No images were classified.")
    try:
        return Seen(run, _anatomy(run), confusion(run, on, data_dir=data_dir))
    except (DataError, NetError, RunError) as error:
        return Seen(run, _anatomy(run), None, f"No images could be classified: {error}.")


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
        "test": tested.to_json() if (tested := run.test()) else None,
        "curves": curves,
        "confusion": None if shown.confusion is None else shown.confusion.to_json(),
        "unclassified": shown.unclassified,
    }


def show_seen(out: Console, shown: Seen) -> None:
    """Print the run: how it ended, curves, procedure, and its confusion matrix or most frequent mistakes."""
    run, width = shown.run, min(out.width, 80 if not out.is_terminal else PROSE)
    say(out, Text(f"{printable(str(run.folder))}: {run.recipe.net} on {run.recipe.data}", style="bold"))
    show_run(out, run)
    if test := run.test():
        out.print(f"test accuracy {test.accuracy:.4f}, loss {test.loss:.4f}, on {test.images:,} images")
    for chart in charts(run, width):
        out.print(Text(f"\n{chart}"))
    out.print()
    say(out, Text(procedure(run.recipe, facts_of(run))))
    out.print()
    if shown.confusion is None:
        say(out, Text(shown.unclassified))
        return
    which = {"val": "validation", "test": "test"}[shown.confusion.on]
    say(out, f"On the {which} images, by the weights of the best validation epoch:")
    _print(out, per_class_table(shown.confusion), ("images", "right", "accuracy"))
    if len(shown.confusion.classes) <= MOST_CLASSES:
        _matrix(out, shown.confusion)
    else:
        out.print("\nmost frequent mistakes")
        _print(out, mistakes_table(shown.confusion), ("images",))


def _print(out: Console, rows: Table, right: tuple[str, ...]) -> None:
    made = table(*rows.columns, right=right)
    for row in rows.rows:
        made.add_row(*(Text(printable(cell.text)) for cell in row))
    out.print(made)


def _matrix(out: Console, confused: Confusion) -> None:
    """Print the counts under the numbers of the classes, which stand beside their names too."""
    numbers = tuple(map(str, range(len(confused.classes))))
    made = table("true class", *numbers, right=numbers)
    made.collapse_padding = True
    for number, (name, row) in enumerate(zip(confused.classes, confused.counts.tolist(), strict=True)):
        cells = [
            Text(f"{count:,}" if count else "·", style="bold" if place == number else "")
            for place, count in enumerate(row)
        ]
        made.add_row(Text(f"{number} {printable(name)}"), *cells)
    out.print("\nconfusion matrix: rows are the true classes, columns the answers")
    out.print(made)
