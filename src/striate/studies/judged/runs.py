"""From the rows of each run to its curve and the number that it counts with; what would make n or a mean untrue is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from striate.base.errors import StudyError, printable
from striate.base.intervals import ANY, Scale
from striate.studies.judged.columns import Columns
from striate.studies.judged.grouping import Grouped
from striate.studies.judged.logged import Logged, countable, finite, uncounted
from striate.studies.logs.log import Row, number

ABSENT = {"", "na", "n/a", "null", "none", "-"}
SHARE = re.compile(r"acc|top.?[15]\b|err|f1|auc|precision|recall|iou|dice|share|rate", re.IGNORECASE)
BOUNDED = re.compile(r"acc|top.?[15]\b|f1|auc|precision|recall|iou|dice|error.?rate", re.IGNORECASE)
RATE = re.compile(r"err|share|rate", re.IGNORECASE)  # which an arm may well make ten times smaller
CLOSE, LOOSE = 10, 33
Curve = list[tuple[float, float]]


def runs_of(grouped: Grouped, metric: str, arms: Sequence[str], columns: Columns) -> list[Logged]:
    """Return the runs of ``arms`` by ``metric``; raises StudyError, in one sentence, for what cannot count.

    These are: a cell that is not a number, a step that comes twice, a run without a value or whose last one is not finite,
    arms whose runs end at different steps, an arm with one run, percent beside fractions.
    """
    percent = dict[tuple[str, str], bool]()
    curves: dict[tuple[str, str], Curve] = {}
    for key, rows in grouped.runs.items():
        if key[0] in arms:
            curves[key] = _curve(rows, key, metric, grouped.step, percent)
            if not curves[key] and columns.failed_as is None:
                raise StudyError(
                    f"{_named(key)} has no value in {printable(metric)}; leave it out with `where`, run it to its end, or say"
                    " what a failed run counts as, with `failed_as=VALUE`"
                )
    _refuse_mixed(percent, metric)
    ends = _at(curves, columns.at, grouped.step)
    bounds, seeds = bounds_of(metric, [value for curve in curves.values() for _, value in curve]), _seeds(curves)
    runs = [_run(key, curve, ends[key], metric, seeds, columns, bounds) for key, curve in curves.items()]
    refuse_units([run for run in runs if not run.failed], metric)
    for arm in arms:
        if (many := sum(run.arm == arm for run in runs)) < 2:
            raise StudyError(
                f'arm "{printable(arm)}" has {many} run with {printable(metric)}, and a verdict needs at least 2 seeds for each'
                " arm, mostly 3 to 10; run it with more seeds"
            )
    return runs


def _curve(
    rows: Sequence[Row], key: tuple[str, str], metric: str, step: str | None, percent: dict[tuple[str, str], bool]
) -> Curve:
    values: dict[float, float] = {}
    for row in rows:
        cell = row.get(metric)
        if cell is None or (isinstance(cell, str) and cell.strip().lower() in ABSENT):
            continue
        if isinstance(cell, str) and cell.rstrip().endswith("%"):
            percent[key], cell = True, cell.rstrip()[:-1]
        else:
            percent.setdefault(key, False)
        value = number(cell)
        if value is None:
            raise StudyError(
                f'{_named(key)} has "{printable(str(cell))[:40]}" in {printable(metric)}, and a number is expected; write'
                " numbers with a point and without separators, as 1234.5"
            )
        at = number(row.get(step)) if step else 0.0
        if at is None or not math.isfinite(at):
            raise StudyError(
                f'{_named(key)} has a row without a number in "{printable(str(step))}"; write its step there'
            )
        if at in values:
            raise StudyError(
                f"{_named(key)} has two rows at {printable(str(step))} {at:g}; leave one of them, for a run counts once"
            )
        values[at] = value
    return sorted(values.items())


def _at(
    curves: Mapping[tuple[str, str], Curve], at: float | str | None, step: str | None
) -> dict[tuple[str, str], float]:
    """Return the value at the step that counts, of each run."""
    if isinstance(at, (int, float)):
        return {key: _before(curve, float(at), key, step) for key, curve in curves.items()}
    last = {key: curve[-1][0] for key, curve in curves.items() if curve and countable(curve[-1][1])}
    if at is None and len(set(last.values())) > 1:
        short, long = min(last, key=last.__getitem__), max(last, key=last.__getitem__)
        raise StudyError(
            f"{_named(short)} ends at {step} {last[short]:g} and {_named(long)} at {step} {last[long]:g}, so their last values"
            f" are of different lengths; compare them with `at` {last[short]:g}, or each at its own end with `at` last"
        )
    return {key: curve[-1][1] if curve else math.nan for key, curve in curves.items()}


def _before(curve: Curve, at: float, key: tuple[str, str], step: str | None) -> float:
    if not curve:
        return math.nan
    known = [value for place, value in curve if place <= at]
    if not known:
        raise StudyError(f"{_named(key)} has no value at {step} {at:g} or before; choose a later one with `at`")
    if not curve[-1][0] >= at and countable(curve[-1][1]):
        raise StudyError(
            f"{_named(key)} ends at {step} {curve[-1][0]:g}, before {at:g}; choose an earlier one with `at`, or compare each at"
            " its own end with `at` last"
        )
    return known[-1]


def _run(
    key: tuple[str, str],
    curve: Curve,
    end: float,
    metric: str,
    seeds: Mapping[tuple[str, str], int],
    columns: Columns,
    bounds: Scale,
) -> Logged:
    failed = not countable(end)
    if failed and columns.failed_as is None:
        raise StudyError(
            f"{_named(key)} ends with {printable(metric)} {end}, {uncounted(end)}; say what counts for a failed"
            " run with `failed_as=VALUE` (an accuracy: that of guessing), or leave it out with `where`"
        )
    counted = columns.failed_as if failed and columns.failed_as is not None else end
    return Logged(key[0], seeds[key], key[1], metric, finite(curve), counted, failed, bounds)


def margin_fault(margin: float, metric: str, values: Iterable[float]) -> str:
    """Return that no difference of shares is as large as ``margin``, and what to give; empty where one may be."""
    span = bounds_of(metric, values).span
    if margin < span:
        return ""
    return (
        f"the margin is {margin:g}, and {printable(metric)} is a share within 0 and {span:g}, of which no gain is as large;"
        f" give it in that unit, as {span / 100:g} for one point"
    )


def bounds_of(metric: str, every: Iterable[float]) -> Scale:
    """Return what a metric can be whose name is that of a share, and whose values lie within 0 and 1, or 0 and 100."""
    values = [value for value in every if math.isfinite(value)]
    if not values or not BOUNDED.search(metric) or min(values) < 0 or max(values) > 100:
        return ANY
    return Scale(0.0, 1.0 if max(values) <= 1 else 100.0)


def _seeds(curves: Mapping[tuple[str, str], Curve]) -> dict[tuple[str, str], int]:
    """Return the seeds as numbers: as they are where all are whole and differ, or else their places within their arm."""
    told = [seed for _, seed in curves]
    if all(re.fullmatch(r"\d{1,18}", seed, re.ASCII) for seed in told) and len({(a, int(s)) for a, s in curves}) == len(
        curves
    ):
        return {(arm, seed): int(seed) for arm, seed in curves}
    places: dict[tuple[str, str], int] = {}
    for arm, seed in curves:
        places[arm, seed] = sum(other == arm for other, _ in places)
    return places


def _refuse_mixed(percent: Mapping[tuple[str, str], bool], metric: str) -> None:
    if len(set(percent.values())) > 1:
        with_, without = (next(key for key, value in percent.items() if value is sign) for sign in (True, False))
        raise StudyError(
            f"{_named(with_)} has {printable(metric)} in percent and {_named(without)} has it without a unit; write all in one"
        )


def refuse_units(runs: Sequence[Logged], metric: str) -> None:
    """Raise StudyError where a share is a fraction in some runs and in percent in others."""
    if not SHARE.search(metric):
        return
    fractions = [run for run in runs if 0 < run.end <= 1]
    large = [run for run in runs if 1.5 < run.end <= 100]
    if fractions and large and len(fractions) + len(large) == len(runs):
        low, high = max(fractions, key=lambda run: run.end), min(large, key=lambda run: run.end)
        if high.end / low.end > (LOOSE if RATE.search(metric) else CLOSE):
            raise StudyError(
                f"{printable(metric)} is {low.end:g} in {low.label} and {high.end:g} in {high.label}, which are a fraction and"
                " percent by their looks; write all in one unit"
            )


def _named(key: tuple[str, str]) -> str:
    return f"the run of {printable(key[0])} with seed {printable(key[1])}"
