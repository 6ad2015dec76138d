"""A quantity of the history compared between arms, plainly or in decades."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from details import details
from striate.base.errors import StudyError
from striate.studies.claims.comparison import compare
from striate.studies.claims.larger import LARGEST_RATE, Larger, LargerDetails, factor_text
from striate.studies.claims.outcome import Outcome

CLAIM = Larger("vanishes", "the gradient is larger", ("relu",), "sigmoid", "train/gradient", 1.0, log=True)


def runs(arm: str, *values: float, status: str = "finished") -> list[Outcome]:
    run = Outcome(arm, 0, status, 0.1, 1, 100, 10, 1000, (0.5,), (1.0,), 0.5)
    return [
        replace(run, seed=i, last={"train/gradient": value, "train/accuracy": 0.5 + value})
        for i, value in enumerate(values)
    ]


def test_decades_on_a_logarithmic_scale() -> None:
    verdict = CLAIM.judge([*runs("relu", 1.0, 10.0, 1.0), *runs("sigmoid", 1e-4, 1e-4, 1e-3)])
    expected = compare([0.0, 1.0, 0.0], [-4.0, -4.0, -3.0])
    assert (verdict.kind, verdict.answer) == ("larger", "supported")
    assert verdict.comparisons == (("relu", "sigmoid", expected),)
    # Means of logarithms: 10 ** (1/3) against 10 ** (-11/3), four decades.
    assert verdict.reason.startswith(
        "train/gradient of relu is 1e+04 times that of sigmoid (by a factor of 491 to 2.04e+05), +4.00 decades (95 % interval"
    )
    assert [row["mean"] for row in details(verdict, LargerDetails).arms] == pytest.approx(
        [10 ** (1 / 3), 10 ** (-11 / 3)]
    )


def test_bounds_that_no_float_holds_are_told() -> None:
    """At the first of many looks three runs each give bounds of hundreds of decades."""
    rate = Larger("rate", "it is larger", ("a",), "b", "train/gradient", 0.3, log=True, confidence=0.999999999)
    verdict = rate.judge([*runs("a", 1e-7, 1.0, 1e7), *runs("b", 1e-7, 10.0, 1e3)])
    comparison = verdict.comparisons[0][2]
    assert comparison.high > 400  # decades: worked for the case to be the one that is meant
    assert f"(by a factor of 1e{comparison.low:+.0f} to 1e{comparison.high:+.0f})" in verdict.reason
    assert (factor_text(2), factor_text(-307), factor_text(308), factor_text(1e4)) == (
        "100",
        "1e-307",
        "1e+308",
        "1e+10000",
    )


@pytest.mark.parametrize("huge", [1e308, -1e308, 1e200])
def test_a_value_too_large_to_square_is_told_with_its_run(huge: float) -> None:
    claim = Larger("c", "the gradient is larger", ("a",), "b", "train/gradient", 0.1)
    verdict = claim.judge([*runs("a", 1.0, huge, huge), *runs("b", 1.0, 2.0, 1.5)])
    assert verdict.answer == "undecided"
    words = "the run of a with seed 1 and 1 more recorded no finite train/gradient within 1e+150 of 0, whose square"
    assert verdict.reason.startswith(words)


def test_values_that_hardly_differ_have_no_correlation() -> None:
    claim = Larger("c", "the gradient is larger", ("a",), "b", "train/gradient", 0.1)
    verdict = claim.judge([*runs("a", 1e-320, 2e-320, 3e-320, 4e-320), *runs("b", 0.1, 0.2, 0.3, 0.5)])
    assert verdict.comparisons[0][2].correlation is None
    both = claim.judge([*runs("a", 1e-320, 2e-320, 3e-320), *runs("b", 1e-170, 2e-170, 4e-170)])
    assert both.answer == "undecided"
    assert "differ by so little that no number can hold its square" in both.reason
    assert "the same with every seed" not in both.reason


def test_the_gap_between_training_and_validation() -> None:
    claim = Larger("overfits", "the gap is larger", ("plain",), "flipped", "gap", 0.01)
    verdict = claim.judge([*runs("plain", 0.4, 0.41, 0.42), *runs("flipped", 0.1, 0.11, 0.12)])
    assert verdict.answer == "supported"
    assert verdict.comparisons[0][2].effect == pytest.approx(0.3)
    assert verdict.reason.startswith("gap of plain differs from flipped by +0.3000")


def test_refuted_when_it_is_smaller() -> None:
    verdict = CLAIM.judge([*runs("relu", 1e-4, 1e-4, 2e-4), *runs("sigmoid", 1.0, 1.0, 2.0)])
    assert verdict.answer == "refuted"


def test_a_failed_run_still_has_its_gradient() -> None:
    lost = [replace(run, val_accuracy=(0.1,)) for run in runs("sigmoid", 1e-4, 1e-4, 1e-3)]
    assert all(run.state == "at chance" for run in lost)
    assert CLAIM.judge([*runs("relu", 1.0, 10.0, 1.0), *lost]).answer == "supported"


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_a_value_that_cannot_be_compared_is_named(value: float) -> None:
    verdict = CLAIM.judge([*runs("relu", 1.0, 2.0), *runs("sigmoid", 1e-4, value)])
    assert verdict.answer == "undecided"
    assert verdict.reason == "the run of sigmoid with seed 1 recorded no positive finite train/gradient"


@pytest.mark.parametrize("metric", ["loss", "/loss", "train/", ""])
def test_a_metric_is_a_split_and_a_name(metric: str) -> None:
    with pytest.raises(StudyError, match="split/metric"):
        replace(CLAIM, metric=metric)


def test_rates_on_a_grid_have_its_rounding_and_are_told_as_factors() -> None:
    claim = replace(CLAIM, metric=LARGEST_RATE, margin=math.log10(2))
    rates = {"relu": 0.1, "sigmoid": 0.01}
    ended = [replace(run, last={LARGEST_RATE: rate}) for arm, rate in rates.items() for run in runs(arm, *[1.0] * 4)]
    verdict = claim.judge(ended)
    comparison = verdict.comparisons[0][2]
    assert (comparison.least_treatment, verdict.answer) == (pytest.approx(1 / 8 / math.sqrt(12)), "supported")
    assert "the largest learning rate of relu is 10 times that of sigmoid" in verdict.reason
    assert f"(by a factor of {10**comparison.low:.3g} to {10**comparison.high:.3g})" in verdict.reason
