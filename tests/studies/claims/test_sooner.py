import math
from dataclasses import replace

import numpy as np
import pytest

from details import details
from striate.base.errors import StudyError
from striate.base.intervals import Scale
from striate.studies.claims.comparison import compare
from striate.studies.claims.finding import find
from striate.studies.claims.outcome import Outcome
from striate.studies.claims.sooner import Sooner, SoonerDetails, first_epoch
from striate.studies.claims.verdict import Table
from striate.studies.looks.plan import Look

CLAIM = Sooner("accelerates", "it accelerates", ("bn",), "plain", 1.0)


def run(arm: str, seed: int, *curve: float, images: int = 1000, diverged: bool = False, budget: int = 6) -> Outcome:
    status = "diverged" if diverged else "finished"
    seconds = tuple(10.0 * (epoch + 1) + seed for epoch in range(len(curve)))
    return Outcome(arm, seed, status, 0.1, budget, images, 10, 1000, curve, seconds, None)


PLAIN = [
    run("plain", 0, 0.30, 0.40, 0.50, 0.60, 0.65, 0.70),
    run("plain", 1, 0.30, 0.40, 0.50, 0.60, 0.71, 0.70),
    run("plain", 2, 0.30, 0.40, 0.50, 0.60, 0.70, 0.70),
]
FAST = [
    run("bn", 0, 0.60, 0.70, 0.80, 0.80, 0.80, 0.80, images=500),
    run("bn", 1, 0.50, 0.72, 0.60, 0.80, 0.80, 0.80, images=500),
    run("bn", 2, 0.70, 0.75, 0.80, 0.80, 0.80, 0.80, images=500),
]


def test_worked_by_hand():
    # Target 0.70: the plain runs reach it in epochs 6, 5, 5, the others in 2, 2, 1. To spare of 6: 0 1 1 and 4 4 5.
    verdict = CLAIM.judge([*PLAIN, *FAST])
    assert verdict.answer == "supported"
    assert (details(verdict, SoonerDetails).target, details(verdict, SoonerDetails).horizon) == (pytest.approx(0.7), 6)
    assert verdict.comparisons == (("bn", "plain", compare([4, 4, 5], [0, 1, 1], scale=Scale(0, 5, step=1))),)
    assert verdict.comparisons[0][2].effect == pytest.approx(11 / 3)
    fast, plain = details(verdict, SoonerDetails).arms
    assert (fast["arm"], fast["n"], fast["reached"], fast["mean_epochs"]) == ("bn", 3, 3, pytest.approx(5 / 3))
    # Seconds are 10 e + seed after epoch e: 20, 21 and 12.
    assert (fast["mean_images"], fast["mean_seconds"]) == pytest.approx((2500 / 3, 53 / 3))
    assert fast["epochs"] == {"0": 2, "1": 2, "2": 1}
    assert plain["mean_epochs"] == pytest.approx(16 / 3)
    assert (plain["mean_images"], plain["mean_seconds"]) == pytest.approx((16000 / 3, (60 + 51 + 52) / 3))
    assert verdict.reason.startswith(
        "to reach 0.7000, the mean final validation accuracy of plain, bn takes 1.7 epochs and plain 5.3,"
        " a saving of +3.7 (95 % interval"
    )


def test_a_target_that_is_a_mean_of_equal_numbers_is_reached():
    # (0.1 + 0.7) is below 0.8 in floating point by one step.
    control = [run("plain", seed, 0.1 + 0.7, budget=1) for seed in range(3)]
    assert first_epoch(control[0], 0.8, 1) == 1


def test_not_reached_is_censored_counted_and_named():
    slow = [run("bn", seed, 0.2, 0.3, 0.4, 0.5, 0.6, 0.69) for seed in range(2)] + [FAST[2]]
    verdict = CLAIM.judge([*PLAIN, *slow])
    assert verdict.comparisons[0][2].mean_treatment == pytest.approx(5 / 3)
    row = details(verdict, SoonerDetails).arms[0]
    assert (row["reached"], row["epochs"]) == (1, {"0": None, "1": None, "2": 1})
    assert row["mean_epochs"] == pytest.approx(13 / 3)
    assert (row["mean_images"], row["mean_seconds"]) == pytest.approx((12500 / 3, (60 + 61 + 12) / 3))
    assert "2 of 3 runs of bn did not reach it and count as 6 epochs" in verdict.reason


def test_the_horizon_is_the_smallest_budget():
    longer = [
        replace(r, budget=8, val_accuracy=(*r.val_accuracy[:5], 0.6, 0.6, 0.7), seconds=(1.0,) * 8) for r in PLAIN
    ]
    verdict = CLAIM.judge([*longer, *FAST])
    assert details(verdict, SoonerDetails).horizon == 6
    assert details(verdict, SoonerDetails).arms[1]["epochs"] == {"0": None, "1": 5, "2": 5}


@pytest.mark.parametrize(
    ("bad", "words", "cure"),
    [
        (run("plain", 2, 0.5, diverged=True), "1 of 3 runs of plain diverged", "a smaller learning rate"),
        (
            run("plain", 2, *[0.1] * 6),
            "1 of 3 runs of plain stayed at chance",
            "another learning rate or more epochs",
        ),
    ],
)
def test_a_control_that_failed_sets_no_target(bad, words, cure):
    verdict = CLAIM.judge([*PLAIN[:2], bad, *FAST])
    assert (verdict.answer, verdict.seeds_needed) == ("undecided", None)
    assert verdict.reason == (f"{words}, so its final accuracy is not a target; give it {cure}")
    assert verdict.comparisons == ()
    assert details(verdict, Table).target is None


def test_a_treatment_that_diverged():
    early = run("bn", 2, 0.6, 0.75, diverged=True)
    verdict = CLAIM.judge([*PLAIN, *FAST[:2], early])
    assert details(verdict, SoonerDetails).arms[0]["epochs"]["2"] == 2
    assert details(verdict, SoonerDetails).arms[0]["mean_seconds"] is not None
    assert "1 of 3 runs of bn diverged" in verdict.reason
    none = CLAIM.judge([*PLAIN, *(run("bn", seed, diverged=True) for seed in range(3))])
    assert (none.answer, none.seeds_needed) == ("undecided", 4)
    assert "every run of bn failed" in none.reason


def test_several_arms_share_the_level():
    claim = replace(CLAIM, treatment=("bn", "bn x5"))
    slow = [replace(r, arm="bn x5", val_accuracy=(0.5,) * 6) for r in FAST]
    verdict = claim.judge([*PLAIN, *FAST, *slow])
    assert verdict.answer == "supported"
    assert details(verdict, SoonerDetails).answers == {"bn": "supported", "bn x5": "refuted"}
    assert verdict.comparisons[0][2].confidence == pytest.approx(0.975)
    assert "of bn and bn x5, bn takes 1.7 epochs" in verdict.reason
    assert claim.judge([*PLAIN, *slow, *(replace(r, arm="bn") for r in slow)]).answer == "refuted"


@pytest.mark.parametrize("finals", [(0.2, 0.7), (0.69, 0.71)])
def test_nobody_saves_more_epochs_than_a_run_has(finals):
    control = [run("plain", i, *[0.1] * 5, final) for i, final in enumerate(finals)]
    treatment = [run("bn", 0, *[0.8] * 6), run("bn", 1, 0.1, 0.1, *[0.8] * 4)]
    comparison = CLAIM.judge([*control, *treatment]).comparisons[0][2]
    assert -5 <= comparison.low < comparison.high == 5


def test_in_one_epoch_there_is_none_to_save():
    verdict = CLAIM.judge([run(arm, seed, 0.7, budget=1) for arm in ("plain", "bn") for seed in range(5)])
    assert verdict.answer == "undecided"
    assert "in runs of one epoch there is none to save" in verdict.reason


def test_a_run_that_ended_before_the_horizon_has_no_seconds_to_it():
    lost = run("bn", 2, 0.6, diverged=True)
    assert details(CLAIM.judge([*PLAIN, *FAST[:2], lost]), SoonerDetails).arms[0]["mean_seconds"] is None


def test_one_seed():
    verdict = CLAIM.judge([PLAIN[0], FAST[0]])
    assert (verdict.answer, verdict.seeds_needed) == ("undecided", 2)
    assert verdict.comparisons[0][2].high == math.inf


def test_the_error_of_the_target_widens_the_interval():
    # Finals 0.69 0.70 0.71: standard error 0.01 / sqrt(3). Targets 0.694 and 0.706; the treatment's runs cross one
    # epoch later each for the higher one, so half the change of their mean is 0.5 epochs.
    control = [run("plain", i, 0.5, 0.5, 0.5, 0.5, 0.5, final) for i, final in enumerate((0.69, 0.70, 0.71))]
    ramp = [run("bn", i, 0.60, 0.695, 0.8, 0.8, 0.8, 0.8) for i in range(3)]
    comparison = CLAIM.judge([*control, *ramp]).comparisons[0][2]
    assert comparison.reference_error == 0.5
    # A treatment whose time does not depend on the exact target has none.
    assert (
        CLAIM.judge([*control, *(run("bn", i, 0.6, *[0.8] * 5) for i in range(3))]).comparisons[0][2].reference_error
        == 0
    )


def test_an_arm_that_stands_as_it_was_is_told_with_the_target_of_then():
    claim, more = replace(CLAIM, treatment=("bn", "other")), run("plain", 3, 0.3, 0.4, 0.5, 0.6, 0.9, 0.9)
    other = [replace(run, arm="other") for run in PLAIN]
    early = claim.judge([*PLAIN, *FAST, *other])
    stands = replace(find(FAST, PLAIN, early.comparisons[0][2], 9.0), answer="undecided", futile=True)
    later = claim.judge([*PLAIN, more, *FAST, *other], Look(kept={"bn": stands}))
    assert details(later, SoonerDetails).target == pytest.approx(0.75)
    assert "to reach 0.7000, the mean final validation accuracy of plain, of bn and other, bn takes 1.7" in later.reason


def test_unknown_arms():
    with pytest.raises(StudyError, match=r'"bn" is unknown \(did you mean "bnn"\?\)'):
        CLAIM.judge([*PLAIN, *(replace(r, arm="bnn") for r in FAST)])


def curves(rng: np.random.Generator, studies: int, level: float, half: float) -> np.ndarray:
    """Studies x 5 runs x 12 epochs: levels and speeds that differ between runs, noise between epochs, 500 images."""
    levels = rng.normal(level, 0.003, (studies, 5, 1))
    speeds = half * np.exp(rng.normal(0, 0.15, (studies, 5, 1)))
    mean = levels * (1 - 0.9 * np.exp(-np.arange(1, 13) / speeds))
    return np.round((mean + rng.normal(0, 0.006, mean.shape)) * 500) / 500


def spare(values: np.ndarray, target: np.ndarray) -> np.ndarray:
    there = values >= target[:, None, None] - 1e-9
    return np.where(there.any(-1), 11 - there.argmax(-1), 0)


@pytest.mark.parametrize("treatment", [(0.9, 3.0), (0.91, 2.5), (0.9, 2.0), (0.89, 3.0), (0.9, 1.0)])
def test_calibration_on_simulated_curves_at_five_seeds(treatment):
    """Without an effect, with moderate and large ones and a loss; the truth is the mean over 20,000 studies."""
    rng = np.random.default_rng(21)
    plain, bn = curves(rng, 20_000, 0.9, 3.0), curves(rng, 20_000, *treatment)
    target = plain[:, :, -1].mean(1)
    truth = float(spare(bn, target).mean() - spare(plain, target).mean())
    claim = replace(CLAIM, margin=max(truth, 0.0))
    verdicts = [
        claim.judge(
            [
                Outcome(arm, seed, "finished", 0.1, 12, 1, 10, 500, tuple(curve), (1.0,) * 12, None)
                for arm, side in (("plain", plain[study]), ("bn", bn[study]))
                for seed, curve in enumerate(side.tolist())
            ]
        )
        for study in range(300)
    ]
    # The margin is the truth itself, where `refuted` is false, and a loss must not be called a gain.
    assert np.mean([v.answer == ("refuted" if truth > 0.2 else "supported") for v in verdicts]) <= 0.05
    assert np.mean([v.comparisons[0][2].low <= truth <= v.comparisons[0][2].high for v in verdicts]) >= 0.93
