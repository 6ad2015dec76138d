"""From rows to numbers: what would make n or a mean untrue is refused, in one sentence that says what to do."""

from __future__ import annotations

import math
from typing import Any

import pytest

from striate.base.errors import StudyError
from striate.base.intervals import ANY, Scale
from striate.studies.judged.columns import Columns
from striate.studies.judged.grouping import group
from striate.studies.judged.logged import Logged
from striate.studies.judged.runs import runs_of
from striate.studies.logs.opening import read_log


def runs(rows: list[dict[str, Any]], metric: str = "acc", **columns: Any) -> list[Logged]:
    given = Columns(**columns)
    grouped = group(read_log(rows), given)
    return runs_of(grouped, metric, grouped.arms, given)


def flat(*values: Any, metric: str = "acc") -> list[dict[str, Any]]:
    """Return one row for each value, half of them of a and half of b."""
    half = len(values) // 2
    return [{"arm": "ab"[i >= half], "seed": i % half, metric: value} for i, value in enumerate(values)]


def curve(arm: str, seed: int, *values: Any) -> list[dict[str, Any]]:
    return [{"arm": arm, "seed": seed, "epoch": i, "acc": value} for i, value in enumerate(values, 1)]


CURVES = [*curve("a", 0, 0.1, 0.2), *curve("a", 1, 0.1, 0.3), *curve("b", 0, 0.2, 0.4), *curve("b", 1, 0.3, 0.5)]


def test_the_value_of_the_last_step_counts() -> None:
    made = runs(CURVES[::-1], step="epoch")
    assert {(run.arm, run.seed): run.end for run in made} == {
        ("a", 0): 0.2,
        ("a", 1): 0.3,
        ("b", 0): 0.4,
        ("b", 1): 0.5,
    }
    assert made[-1].curve == ((1.0, 0.1), (2.0, 0.2))
    assert {run.end for run in runs(CURVES, step="epoch", at=1.5)} == {0.1, 0.2, 0.3}


def test_seeds_that_are_no_numbers_are_counted_and_named() -> None:
    rows = [{**row, "seed": "xy"[row["seed"]]} for row in flat(0.1, 0.2, 0.3, 0.4)]
    assert [(run.seed, run.label) for run in runs(rows)][:2] == [(0, "the run x of a"), (1, "the run y of a")]


def test_percent_is_read_and_not_mixed_with_what_has_none() -> None:
    assert [run.end for run in runs(flat("81%", "82 %", "83%", "84%"))] == [81, 82, 83, 84]
    with pytest.raises(
        StudyError, match=r"seed 0 has acc in percent and the run of a with seed 1 has it without a unit"
    ):
        runs(flat("81%", "0.82", "83%", "84%"))
    with pytest.raises(StudyError, match=r"acc is 0\.82 in .* and 83 in .* a fraction and percent by their looks"):
        runs(flat(0.81, 0.82, 83, 84))
    assert runs(flat(0.01, 0.02, 83, 84, metric="steps"), "steps")  # no share


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        (flat(0.1, "x", 0.3, 0.4), {}, r'the run of a with seed 1 has "x" in acc, and a number is expected'),
        (
            flat(0.1, math.nan, 0.3, 0.4),
            {},
            r"seed 1 ends with acc nan, which counts as no number; .* `failed_as=VALUE`",
        ),
        (flat(0.1, "-inf", 0.3, 0.4), {}, r"ends with acc -inf"),
        (
            flat(0.1, 1e200, 0.3, 0.4),
            {},
            r"ends with acc 1e\+200, whose square no number can hold, so it counts as no number",
        ),
        (flat(0.1, "NA", 0.3, 0.4), {}, r"seed 1 has no value in acc"),
        (flat(0.1, 0.3), {}, r'arm "a" has 1 run with acc, and a verdict needs at least 2 seeds for each arm'),
        ([*CURVES, *curve("a", 0, 0.9)], {"step": "epoch"}, r"seed 0 has two rows at epoch 1; leave one"),
        ([*CURVES, {"arm": "a", "seed": 0, "acc": 0.9}], {"step": "epoch"}, r'a row without a number in "epoch"'),
        (
            [*CURVES, *curve("b", 2, 0.1)],
            {"step": "epoch"},
            r"ends at epoch 1 and .* at epoch 2, .* `at` 1, or .* `at` last",
        ),
        (CURVES, {"step": "epoch", "at": 0.5}, r"has no value at epoch 0\.5 or before"),
    ],
)
def test_what_cannot_count_is_refused(rows: list[dict[str, Any]], columns: dict[str, Any], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        runs(rows, **columns)


def test_a_failed_run_counts_as_it_was_said_to() -> None:
    made = runs(flat(0.8, math.nan, 0.9, ""), failed_as=0.1)
    assert [(run.end, run.failed, run.state) for run in made] == [
        (0.8, False, "stable"),
        (0.1, True, "diverged"),
        (0.9, False, "stable"),
        (0.1, True, "diverged"),
    ]
    longer = [*CURVES, *curve("b", 2, 0.1, math.nan)]
    assert [run.end for run in runs(longer, step="epoch", failed_as=0.0) if run.failed] == [0.0]


def test_a_value_whose_square_overflows_counts_as_one_that_is_not_finite() -> None:
    made = runs(flat(0.8, -1e308, 0.9, 1e308), failed_as=0.1)
    assert [(run.end, run.failed) for run in made] == [(0.8, False), (0.1, True), (0.9, False), (0.1, True)]


def test_runs_of_different_length_are_compared_where_that_is_asked_for() -> None:
    rows = [*CURVES, *curve("b", 2, 0.7)]
    assert max(run.end for run in runs(rows, step="epoch", at="last")) == 0.7
    assert sorted(run.end for run in runs(rows, step="epoch", at=1.0)) == [0.1, 0.1, 0.2, 0.3, 0.7]


@pytest.mark.parametrize(
    ("metric", "values", "bounds"),
    [
        ("val_acc", (0.1, 0.9, 1.0, 0.0), Scale(0.0, 1.0)),
        ("val_acc", (10.0, 90.0, 100.0, 0.0), Scale(0.0, 100.0)),
        ("f1_macro", ("10 %", "20 %", "30 %", "40 %"), Scale(0.0, 100.0)),
        ("val_acc", (0.1, 0.9, 101.0, 102.0), ANY),
        ("val_acc", (0.1, 0.9, 0.5, -0.1), ANY),
        ("loss", (0.1, 0.9, 0.5, 0.2), ANY),
    ],
)
def test_what_a_share_can_be_is_known_by_its_name_and_its_values(
    metric: str, values: tuple[Any, ...], bounds: Scale
) -> None:
    assert {run.scale(metric) for run in runs(flat(*values, metric=metric), metric)} == {bounds}
