from dataclasses import replace

import numpy as np
import pytest

from details import details
from striate.base.errors import StudyError
from striate.base.intervals import share_of
from striate.studies.claims.better import Better, BetterDetails
from striate.studies.claims.comparison import compare
from striate.studies.claims.outcome import Outcome

CLAIM = Better("improves", "it improves the result", ("bn", "bn x5"), "plain", "final", 0.005)
SCALE = share_of(1000)


def runs(arm: str, *finals: float, best: float = 0.05, test: float | None = 0.01) -> list[Outcome]:
    """Two epochs: the first better than the last by ``best``; the test accuracy above the last by ``test``."""
    return [
        Outcome(arm, i, "finished", 0.1, 2, 100, 10, 1000, (final + best, final), (1.0, 2.0), test and final + test)
        for i, final in enumerate(finals)
    ]


def lost(arm: str, n: int) -> list[Outcome]:
    return [Outcome(arm, i, "diverged", 0.1, 2, 100, 10, 1000, (), (), None) for i in range(n)]


PLAIN = runs("plain", 0.70, 0.71, 0.72)
HIGH = runs("bn", 0.80, 0.81, 0.82)
SAME = runs("bn x5", 0.69, 0.71, 0.73)


def test_supported_when_one_arm_is():
    verdict = CLAIM.judge([*PLAIN, *HIGH, *SAME])
    assert (verdict.claim, verdict.statement, verdict.kind) == ("improves", "it improves the result", "better")
    assert (verdict.answer, verdict.seeds_needed) == ("supported", None)
    expected = compare([0.80, 0.81, 0.82], [0.70, 0.71, 0.72], comparisons=2, scale=SCALE)
    assert verdict.comparisons[0] == ("bn", "plain", expected)
    assert [(arm, control) for arm, control, _ in verdict.comparisons] == [("bn", "plain"), ("bn x5", "plain")]
    assert verdict.detectable == expected.detectable
    assert details(verdict, BetterDetails).answers == {"bn": "supported", "bn x5": "undecided"}
    assert verdict.reason == (
        "of bn and bn x5, bn differs from plain by +0.1000 in final validation accuracy"
        f" (97.5 % interval {expected.low:+.4f} to {expected.high:+.4f}, n = 3 against 3)"
    )


def test_undecided_unless_all_arms_are_refuted():
    low = runs("bn", 0.50, 0.51, 0.52)
    undecided = CLAIM.judge([*PLAIN, *low, *SAME])
    assert undecided.answer == "undecided"
    assert undecided.reason.startswith("of bn and bn x5, bn x5 differs from plain by +0.0000")
    assert undecided.seeds_needed is not None
    assert f"about {undecided.seeds_needed} seeds for each arm" in undecided.reason
    refuted = CLAIM.judge([*PLAIN, *low, *(replace(run, arm="bn x5") for run in low)])
    assert (refuted.answer, refuted.seeds_needed) == ("refuted", None)
    assert "that is a loss" in refuted.reason


def test_each_measure_compares_its_own_accuracy():
    for measure, means in (("final", (0.81, 0.71)), ("best", (0.86, 0.76)), ("test", (0.82, 0.72))):
        verdict = replace(CLAIM, measure=measure).judge([*PLAIN, *HIGH, *SAME])
        _, _, comparison = verdict.comparisons[0]
        assert (comparison.mean_treatment, comparison.mean_control) == pytest.approx(means)
        assert details(verdict, BetterDetails).measured == measure
    # All three are reported for every arm, whichever decides.
    row = details(verdict, BetterDetails).arms[-1]
    assert row["name"] == "plain"
    assert [row[measure]["mean"] for measure in ("final", "best", "test")] == pytest.approx([0.71, 0.76, 0.72])


def test_a_missing_test_accuracy_is_named():
    untested = [replace(run, test_accuracy=None) for run in HIGH[:2]]
    verdict = replace(CLAIM, measure="test").judge([*PLAIN, *untested, HIGH[2], *SAME])
    assert (details(verdict, BetterDetails).measure, details(verdict, BetterDetails).measured) == ("test", "best")
    assert "in best validation accuracy" in verdict.reason
    assert verdict.reason.endswith(
        "decided on best validation accuracy, since the test accuracy of the run of bn with seed 0 and of 1 more is missing"
    )
    assert verdict.comparisons[0][2].mean_treatment == pytest.approx(0.86)
    assert details(verdict, BetterDetails).arms[0]["test"] is None


def test_diverged_runs_are_outcomes():
    some = [*HIGH, *(replace(run, seed=9) for run in lost("bn", 1))]
    verdict = replace(CLAIM, measure="test").judge([*PLAIN, *some, *SAME])
    assert details(verdict, BetterDetails).measured == "test"
    assert verdict.comparisons[0][2].mean_treatment == pytest.approx((0.81 + 0.82 + 0.83 + 0.1) / 4)
    assert "1 of 4 runs of bn diverged (a diverged run counts as guessing)" in verdict.reason


def test_all_runs_diverged():
    verdict = CLAIM.judge([*lost("plain", 5), *lost("bn", 5), *lost("bn x5", 5)])
    assert (verdict.answer, verdict.seeds_needed) == ("undecided", None)
    assert "every run of both failed" in verdict.reason
    assert "all 15 runs of bn, bn x5 and plain diverged" in verdict.reason


def test_a_rescue_that_fails_as_often_is_refuted_where_enough_runs_say_so():
    claim = replace(CLAIM, rescue=True, treatment=("bn",))
    verdict = claim.judge([*lost("plain", 5), *lost("bn", 5)])
    assert (verdict.answer, verdict.seeds_needed) == ("refuted", None)
    assert "5 of 5 runs of bn and 5 of 5 runs of plain diverged" in verdict.reason
    assert claim.judge([*lost("plain", 3), *lost("bn", 3)]).answer == "undecided"  # 2 / C(6, 3) = .1


def test_one_seed():
    verdict = CLAIM.judge([PLAIN[0], HIGH[0], SAME[0]])
    assert (verdict.answer, verdict.seeds_needed) == ("undecided", 2)
    assert "at least 2 seeds for each arm are needed" in verdict.reason


@pytest.mark.parametrize("higher", [0.701, 0.9, 1.0])
def test_two_runs_without_spread_decide_nothing_however_far_apart(higher):
    claim = replace(CLAIM, treatment=("bn",), margin=0.0)
    verdict = claim.judge([*runs("plain", *[0.7] * 2, test=None), *runs("bn", *[higher] * 2, best=0.0, test=None)])
    assert (verdict.answer, verdict.seeds_needed) == ("undecided", 4)
    assert "all runs of bn are equal, and so are those of plain" in verdict.reason
    # The spread of 1,000 images, sqrt(q (1 - q) / 1000) with q = (2 * 700 + 2) / 2004.
    comparison = verdict.comparisons[0][2]
    assert comparison.least_control == pytest.approx((1402 / 2004 * 602 / 2004 / 1000) ** 0.5)
    assert comparison.high <= 1
    # Four against four can reach 5 % in an exact test: 2 / C(8, 4) = .029.
    enough = claim.judge([*runs("plain", *[0.7] * 4), *runs("bn", *[higher] * 4, best=0.0, test=None)])
    assert enough.answer == ("supported" if higher > 0.8 else "undecided")


def test_unequal_numbers_of_runs():
    verdict = CLAIM.judge([*PLAIN, *HIGH[:2], *SAME])
    assert "n = 2 against 3" in verdict.reason


def test_unknown_names():
    with pytest.raises(StudyError, match=r'"bn x5" is unknown \(did you mean "bn_x5"\?\)'):
        CLAIM.judge([*PLAIN, *HIGH, *(replace(run, arm="bn_x5") for run in SAME)])
    with pytest.raises(
        StudyError, match=r'measure "finl" is unknown \(did you mean "final"\?\); accepted are test, final'
    ):
        replace(CLAIM, measure="finl")
    with pytest.raises(StudyError, match="named twice"):
        replace(CLAIM, control="bn")


def simulate(rng: np.random.Generator, effects: tuple[float, ...], spread: float = 0.004) -> list[Outcome]:
    arms = {"plain": 0.8} | {f"bn {i}": 0.8 + effect for i, effect in enumerate(effects)}
    return [
        outcome
        for arm, level in arms.items()
        for outcome in runs(arm, *np.round(rng.normal(level, spread, 5), 3).tolist(), test=None)
    ]


@pytest.mark.parametrize(
    ("effects", "false"),
    [
        ((0.0, 0.0, 0.0, 0.0), "supported"),
        ((-0.01, 0.0, 0.0, -0.05), "supported"),
        ((0.01, 0.01, 0.01, 0.01), "refuted"),
        ((-0.05, -0.05, 0.01, -0.05), "refuted"),
    ],
)
def test_calibration_with_four_arms_at_five_seeds(effects, false):
    claim = Better("a", "b", tuple(f"bn {i}" for i in range(4)), "plain", "final", 0.01)
    rng = np.random.default_rng(11)
    verdicts = [claim.judge(simulate(rng, effects)) for _ in range(250)]
    assert np.mean([verdict.answer == false for verdict in verdicts]) <= 0.05
    covered = [
        all(c.low <= effect <= c.high for (_, _, c), effect in zip(verdict.comparisons, effects, strict=True))
        for verdict in verdicts
    ]
    assert np.mean(covered) >= 0.93


def test_calibration_finds_a_large_effect():
    claim = Better("a", "b", tuple(f"bn {i}" for i in range(4)), "plain", "final", 0.01)
    rng = np.random.default_rng(12)
    answers = [claim.judge(simulate(rng, (0.0, 0.0, 0.0, 0.02))).answer for _ in range(100)]
    assert answers.count("supported") >= 90
