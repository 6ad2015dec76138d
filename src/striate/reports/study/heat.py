"""Two fields chosen together: the mean of each combination as a table, and as a chart with its numbers in the cells.

Where more than two fields are searched, the first two span the table, and a cell holds the best of its combinations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from striate.reports.kit.frame import bare
from striate.reports.kit.numerals import ABSENT, fixed
from striate.reports.kit.svg import INK, Chart
from striate.reports.kit.table import Cell, Table, plain_text
from striate.reports.study.records import StudyRecord

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEASURE = "mean best validation accuracy"
CELL, ROW, HEAD, LEFT = 76.0, 34.0, 76.0, 110.0  # user units
COLOUR = "#3363d2"


@dataclass(frozen=True)
class Heat:
    """Means by (row value, column value); a combination that was not tried is absent. ``chosen`` is the best one."""

    fields: tuple[str, str]
    rows: tuple[Any, ...]
    columns: tuple[Any, ...]
    means: Mapping[tuple[int, int], float]
    chosen: tuple[int, int] | None


def heat_of(study: StudyRecord) -> Heat | None:
    """Return the means of a study that searches two fields or more; None of any other, or before there are scores."""
    fields = [str(search.get("field")) for search in study.searches][:2]
    arms = [(arm, study.scores.get(arm.name, {}).get("best") or {}) for arm in study.arms]
    scored = [(arm.changes, float(best["mean"])) for arm, best in arms if best.get("mean") is not None]
    scored = [(changes, mean) for changes, mean in scored if all(field in changes for field in fields)]
    if len(fields) < 2 or not scored:
        return None
    values = [_ordered([changes[field] for changes, _ in scored]) for field in fields]
    means: dict[tuple[int, int], float] = {}
    for changes, mean in scored:
        key = values[0].index(changes[fields[0]]), values[1].index(changes[fields[1]])
        means[key] = max(mean, means.get(key, mean))
    first, second = fields
    return Heat((first, second), tuple(values[0]), tuple(values[1]), means, max(means, key=means.__getitem__))


def _ordered(values: list[Any]) -> list[Any]:
    """Return the different values, numbers by size and anything else as it comes."""
    different = [value for place, value in enumerate(values) if value not in values[:place]]
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in different)
    return sorted(different) if numbers else different


def heat_table(heat: Heat) -> Table:
    """Return the means as a table: a row for each value of the first field, a column for each of the second."""
    rows, columns = (field.replace("_", " ") for field in heat.fields)
    heads = (f"{rows} \\ {columns}", *map(plain_text, heat.columns))
    cells = [
        (Cell(plain_text(value)), *(_cell(heat, (row, column)) for column in range(len(heat.columns))))
        for row, value in enumerate(heat.rows)
    ]
    return Table(MEASURE, heads, tuple(cells))


def _cell(heat: Heat, place: tuple[int, int]) -> Cell:
    mean = heat.means.get(place)
    return Cell(ABSENT if mean is None else fixed(mean, 4), "largest" if place == heat.chosen else "")


def heat_chart(heat: Heat) -> Chart:
    """Return the means as cells, the stronger the larger, with the number in each and a frame around the largest."""
    width = LEFT + CELL * len(heat.columns) + 8
    height = HEAD + ROW * len(heat.rows) + 30
    low, high = min(heat.means.values()), max(heat.means.values())
    rows, columns = (field.replace("_", " ") for field in heat.fields)

    def draw(figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        axes = bare(figure)
        axes.text(4, 14, f"{MEASURE[0].upper()}{MEASURE[1:]}", fontsize=13.5, fontweight="bold", va="center")
        axes.text(LEFT, 40, columns, fontsize=11.5, alpha=0.85, va="center")
        axes.text(4, HEAD - 16, rows, fontsize=11.5, alpha=0.85, va="center")
        for column, value in enumerate(heat.columns):
            axes.text(
                LEFT + CELL * (column + 0.5), HEAD - 16, plain_text(value), ha="center", va="center", fontsize=11.5
            )
        for row, value in enumerate(heat.rows):
            axes.text(LEFT - 12, HEAD + ROW * (row + 0.5), plain_text(value), ha="right", va="center", fontsize=11.5)
        for (row, column), mean in heat.means.items():
            # By the range of these means: they differ by a few hundredths, which from 0 to 1 would be one shade. The opacity
            # ends at 0.55, so that the number in the cell stays readable, and the range is told below.
            share = (mean - low) / (high - low) if high > low else 0.5
            corner = LEFT + CELL * column + 1.5, HEAD + ROW * row + 1.5
            axes.add_patch(
                Rectangle(corner, CELL - 3, ROW - 3, facecolor=COLOUR, alpha=0.08 + 0.47 * share, linewidth=0)
            )
            if (row, column) == heat.chosen:
                axes.add_patch(Rectangle(corner, CELL - 3, ROW - 3, fill=False, edgecolor=INK, linewidth=1.6))
            weight = "bold" if (row, column) == heat.chosen else "normal"
            at = LEFT + CELL * (column + 0.5), HEAD + ROW * (row + 0.5)
            axes.text(*at, fixed(mean, 4), ha="center", va="center", fontsize=12, fontweight=weight)
        said = f"from {fixed(low, 4)} (faint) to {fixed(high, 4)} (strong); framed: the largest"
        axes.text(4, height - 12, said, fontsize=11, alpha=0.7, va="center")

    return Chart(max(width, 330), height, f"{MEASURE} by {rows} and {columns}", draw)
