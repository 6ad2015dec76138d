"""A learning-rate range test as a table of numbers (CSV) and as a chart (SVG)."""

from __future__ import annotations

import math

from striate.reports.kit.charts import Line, Series, curves_svg
from striate.training.trials.lr_range import RangeTest

HEADER = "seed,update,lr,loss,smoothed"


def range_test_csv(test: RangeTest) -> str:
    """Return one line for each update of each seed; numbers read back to the last bit."""
    lines = [
        f"{ramp.seed},{update},{rate!r},{loss!r},{smooth!r}"
        for ramp in test.ramps
        for update, (rate, loss, smooth) in enumerate(zip(ramp.rates, ramp.loss, ramp.smooth, strict=True))
    ]
    return "\n".join([HEADER, *lines]) + "\n"


def range_test_svg(test: RangeTest) -> str:
    """Return the smoothed loss over the rate, on logarithmic axes; each seed thin, their mean and range bold.

    The suggested rate is marked.
    """
    lines = tuple(Line(tuple(math.log10(rate) for rate in ramp.rates), ramp.smooth) for ramp in test.ramps)
    found = "no suggestion" if test.suggested is None else f"suggested lr {test.suggested:.2g}"
    return curves_svg(
        [Series(test.recipe.optimizer, lines)],
        title=f"Loss while the rate rises: {found}",
        x_label="learning rate" if test.suggested is None else "learning rate; dashed: the suggested one",
        log=True,
        powers=True,
        mark=None if test.suggested is None else math.log10(test.suggested),
    )


def range_test_rows(test: RangeTest, count: int = 12) -> list[tuple[float, float, float, float]]:
    """Return about ``count`` rows, by rising rate: (lr, mean, lowest, highest smoothed loss of the seeds that got there)."""
    longest = max((ramp.rates for ramp in test.ramps), key=len)
    places = sorted({round(k * (len(longest) - 1) / (count - 1)) for k in range(count)}) if longest else []
    rows: list[tuple[float, float, float, float]] = []
    for place in places:
        values = [ramp.smooth[place] for ramp in test.ramps if place < len(ramp.smooth)]
        rows.append((longest[place], sum(values) / len(values), min(values), max(values)))
    return rows
