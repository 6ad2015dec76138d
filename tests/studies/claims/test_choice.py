"""Which arm to choose on validation, and which cannot be told from it; the error rate is held by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from details import details
from striate.base.errors import StudyError
from striate.base.intervals import share_of
from striate.studies.claims.choice import Choice, ChoiceDetails
from striate.studies.claims.comparison import compare
from striate.studies.claims.outcome import Outcome

CLAIM = Choice("rate", "one rate is best", ("a", "b", "c"), "final", 0.01)


def runs(arm: str, *finals: float, status: str = "finished") -> list[Outcome]:
    return [
        Outcome(arm, i, status, 0.1, 1, 100, 10, 1000, (final,), (1.0,), 1 - final) for i, final in enumerate(finals)
    ]


def test_supported_when_every_other_arm_is_worse() -> None:
    verdict = CLAIM.judge([*runs("a", 0.5, 0.51, 0.52), *runs("b", 0.8, 0.81, 0.82), *runs("c", 0.6, 0.61, 0.62)])
    assert (verdict.kind, verdict.answer, verdict.seeds_needed) == ("choice", "supported", None)
    assert (details(verdict, ChoiceDetails).chosen, details(verdict, ChoiceDetails).not_told_apart) == ("b", ())
    # Three pairs share the level, though only two of them are shown.
    assert verdict.comparisons[1] == (
        "b",
        "c",
        compare([0.8, 0.81, 0.82], [0.6, 0.61, 0.62], comparisons=3, scale=share_of(1000)),
    )
    assert verdict.reason.startswith(
        "b has the largest mean final validation accuracy, 0.8100; c is next, 0.2000 below"
    )


def test_undecided_names_those_that_cannot_be_told_apart() -> None:
    verdict = CLAIM.judge([*runs("a", 0.5, 0.51, 0.52), *runs("b", 0.79, 0.81, 0.83), *runs("c", 0.78, 0.8, 0.82)])
    assert verdict.answer == "undecided"
    assert details(verdict, ChoiceDetails).not_told_apart == ("c",)
    assert verdict.seeds_needed is not None
    assert f"c cannot be told from it; about {verdict.seeds_needed} seeds" in verdict.reason


def test_undecided_counts_them_where_no_arm_of_many_can_be_told_apart() -> None:
    verdict = replace(CLAIM, candidates=tuple("abcdefg")).judge(
        [run for arm in "abcdefg" for run in runs(arm, 0.5, 0.8)]
    )
    assert verdict.answer == "undecided"
    assert "none of the 6 others can be told from it" in verdict.reason


def test_refuted_when_it_does_not_matter() -> None:
    same = (0.8, 0.801, 0.8, 0.801)
    verdict = CLAIM.judge([*runs("a", *same), *runs("b", *same), *runs("c", *same)])
    assert verdict.answer == "refuted"
    assert "which one is taken does not matter" in verdict.reason


def test_the_test_split_plays_no_part() -> None:
    outcomes = [*runs("a", 0.5, 0.51), *runs("b", 0.8, 0.81), *runs("c", 0.6, 0.61)]
    blind = [replace(run, test_accuracy=None) for run in outcomes]
    assert CLAIM.judge(outcomes).reason == CLAIM.judge(blind).reason
    with pytest.raises(StudyError, match='chooses by "test"; accepted are final, best'):
        replace(CLAIM, measure="test")


def test_a_diverged_run_counts_as_guessing() -> None:
    lost = [replace(run, status="diverged", val_accuracy=(), seconds=()) for run in runs("a", 0.9, 0.9)]
    verdict = CLAIM.judge([*lost, *runs("b", 0.8, 0.81), *runs("c", 0.6, 0.61)])
    assert details(verdict, ChoiceDetails).chosen == "b"
    assert "2 of 2 runs of a diverged" in verdict.reason


def test_two_runs_without_spread_choose_nothing() -> None:
    verdict = CLAIM.judge([*runs("a", 0.5, 0.5), *runs("b", 0.9, 0.9), *runs("c", 0.6, 0.6)])
    assert (verdict.answer, details(verdict, ChoiceDetails).chosen) == ("undecided", "b")
    assert details(verdict, ChoiceDetails).not_told_apart == ("a", "c")
    assert verdict.seeds_needed == 5  # 2 / C(10, 5) is the first at or below .05 / 3
    equal = CLAIM.judge([*runs("a", 1.0, 1.0), *runs("b", 1.0, 1.0), *runs("c", 1.0, 1.0)])
    assert equal.answer == "undecided"


def test_one_candidate_is_no_choice() -> None:
    with pytest.raises(StudyError, match="two or more"):
        replace(CLAIM, candidates=("a",))


def test_equal_arms_are_told_apart_in_at_most_five_percent_of_studies() -> None:
    rng = np.random.default_rng(0)
    arms, seeds, studies = 5, 3, 400
    claim = Choice("rate", "one is best", tuple("abcde"), "final", 0.001)
    false = 0
    for finals in rng.normal(0.8, 0.01, size=(studies, arms, seeds)):
        outcomes = [run for arm, values in zip("abcde", finals, strict=True) for run in runs(arm, *values)]
        verdict = claim.judge(outcomes)
        false += verdict.answer == "supported" or len(details(verdict, ChoiceDetails).not_told_apart) < arms - 1
    assert false / studies <= 0.05
