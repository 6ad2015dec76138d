"""One run in the terminal: how it ended, its curves, its procedure in words, and what it takes for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from striate.app.options.flags import in_flags
from striate.app.terminal.show import say, show_run, width_of
from striate.app.terminal.table import table
from striate.base.errors import counted, printable
from striate.reports.kit.table import Table
from striate.reports.run.page import charts, facts_of, mistakes_table, per_class_table
from striate.reports.run.procedure import procedure
from striate.training.confusion import Confusion

if TYPE_CHECKING:
    from striate.app.actions.run_shown import Seen

MOST_CLASSES = 12  # up to which the whole matrix fits into a terminal


def show_seen(out: Console, shown: Seen) -> None:
    """Print the run: how it ended, curves, procedure, and its confusion matrix or most frequent mistakes."""
    run, width = shown.run, width_of(out)
    say(out, Text(f"{printable(str(run.folder))}: {run.recipe.net} on {run.recipe.data}", style="bold"))
    show_run(out, run)
    if test := run.test():
        out.print(f"test accuracy {test.accuracy:.4f}, loss {test.loss:.4f}, on {counted(test.images, test.unit)}")
    for chart in charts(run, width):
        out.print(Text(f"\n{chart}"))
    out.print()
    say(out, Text(procedure(run.recipe, facts_of(run))))
    out.print()
    if shown.confusion is None:
        say(out, Text(in_flags(shown.unclassified)))
        return
    which = {"val": "validation", "test": "test"}[shown.confusion.on]
    say(out, f"On the {which} {shown.confusion.unit}s, by the weights of the best validation epoch:")
    _print(out, per_class_table(shown.confusion), (f"{shown.confusion.unit}s", "right", "accuracy"))
    if len(shown.confusion.classes) <= MOST_CLASSES:
        _matrix(out, shown.confusion)
    else:
        out.print("\nmost frequent mistakes")
        _print(out, mistakes_table(shown.confusion), (f"{shown.confusion.unit}s",))


def _print(out: Console, rows: Table, right: tuple[str, ...]) -> None:
    made = table(*rows.columns, right=right)
    for row in rows.rows:
        made.add_row(*(Text(printable(cell.text)) for cell in row))
    out.print(made)


def _matrix(out: Console, confused: Confusion) -> None:
    """Print the counts under the numbers of the classes, which stand beside their names too."""
    numbers = tuple(map(str, range(len(confused.classes))))
    made = table("true class", *numbers, right=numbers)
    for number, (name, row) in enumerate(zip(confused.classes, confused.counts.tolist(), strict=True)):
        cells = [
            Text(f"{count:,}" if count else "·", style="bold" if place == number else "")
            for place, count in enumerate(row)
        ]
        made.add_row(Text(f"{number} {printable(name)}"), *cells)
    out.print("\nconfusion matrix: rows are the true classes, columns the answers")
    out.print(made)
