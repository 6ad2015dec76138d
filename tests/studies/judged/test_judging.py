"""The verdicts on a log are those that a study would give of the same numbers, and say what the log does not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from scipy import stats

from details import details
from logged import laid
from striate.base.disk.strict_json import dump_json, parse_json
from striate.base.errors import StudyError
from striate.studies.claims.better import Better
from striate.studies.claims.outcome import Outcome
from striate.studies.claims.sooner import Sooner, SoonerDetails
from striate.studies.judged.columns import Columns
from striate.studies.judged.judging import judge_log

A, B = [0.80, 0.804, 0.798, 0.811], [0.86, 0.864, 0.858, 0.85]


def table(**arms: list[float]) -> list[dict[str, Any]]:
    return [{"arm": arm, "seed": i, "test_acc": v} for arm, values in arms.items() for i, v in enumerate(values)]


def outcome(arm: str, seed: int, curve: list[float]) -> Outcome:
    seconds = tuple(float(i) for i in range(len(curve)))
    return Outcome(arm, seed, "finished", 0.1, len(curve), 10, 10, 10**9, tuple(curve), seconds, curve[-1])


def test_the_interval_is_that_of_a_study_and_of_scipy() -> None:
    judged = judge_log(table(a=A, b=B), "b > a by 0.005", Columns(value="test_acc"))
    (verdict,) = judged.verdicts
    ((_, _, comparison),) = verdict.comparisons
    expected = stats.ttest_ind(B, A, equal_var=False).confidence_interval()
    assert (comparison.low, comparison.high) == pytest.approx((expected.low, expected.high))
    runs = [outcome(arm, i, [v]) for arm, values in (("a", A), ("b", B)) for i, v in enumerate(values)]
    study = Better("b > a", "b is better", ("b",), "a", "test", 0.005).judge(runs)
    assert verdict.answer == study.answer == "supported"
    assert study.comparisons[0][2].effect == pytest.approx(comparison.effect)
    assert verdict.detectable == pytest.approx(study.detectable)
    assert verdict.reason.startswith(
        f"test_acc of b differs from a by {comparison.effect:+.4f} (95 % interval {comparison.low:+.4f} to"
        f" {comparison.high:+.4f}, n = 4 against 4); over 4 seeds both correlate by {np.corrcoef(A, B)[0, 1]:+.2f}"
    )


def test_smaller_is_better_is_the_mirror_of_larger() -> None:
    claims = ["b < a by 0.01 in test_acc", "a > b by 0.01 in test_acc"]
    lower, higher = judge_log(table(a=A, b=B), claims, Columns()).verdicts
    assert (lower.answer, higher.answer) == ("refuted", "refuted")
    one, other = lower.comparisons[0][2], higher.comparisons[0][2]
    assert (one.effect, one.low, one.high) == pytest.approx((other.effect, other.low, other.high))
    assert (one.mean_treatment, one.mean_control) == pytest.approx((np.mean(B), np.mean(A)))
    assert "test_acc of b is higher than that of a, a gain of -0.0547" in lower.reason
    (won,) = judge_log(table(a=A, b=B), "a < b in test_acc", Columns()).verdicts
    assert won.answer == "supported"
    assert "test_acc of a is lower than that of b, a gain of +0.0547" in won.reason


CURVES = {
    ("a", 0): [0.1, 0.3, 0.5, 0.6],
    ("a", 1): [0.1, 0.3, 0.5, 0.62],
    ("a", 2): [0.2, 0.3, 0.6, 0.61],
    ("b", 0): [0.5, 0.62, 0.63, 0.64],
    ("b", 1): [0.62, 0.63, 0.64, 0.65],
    ("b", 2): [0.5, 0.6, 0.64, 0.66],
}


@pytest.mark.parametrize("sign", [1, -1])
def test_sooner_is_that_of_a_study_in_the_steps_of_the_log(sign: int) -> None:
    rows = [
        {"arm": arm, "seed": seed, "step": 100 * i, "test": sign * value}
        for (arm, seed), values in CURVES.items()
        for i, value in enumerate(values, 1)
    ]
    (verdict,) = judge_log(rows, "b sooner than a by 100", Columns(value="test", step="step"), lower=sign < 0).verdicts
    study = Sooner("b", "b is sooner", ("b",), "a", 1).judge([outcome(*key, values) for key, values in CURVES.items()])
    one, other = verdict.comparisons[0][2], study.comparisons[0][2]
    assert verdict.answer == study.answer
    assert [one.effect, one.low, one.high] == pytest.approx([100 * v for v in (other.effect, other.low, other.high)])
    assert "steps and a" in verdict.reason
    assert details(verdict, SoonerDetails).unit == "steps"


def test_what_the_log_does_not_say_is_said() -> None:
    rows = [{"arm": row["arm"], "acc": row["test_acc"]} for row in table(a=A, b=B)]
    judged = judge_log(rows, "b > a", Columns(value="acc"))
    assert [note.partition(":")[0].partition(",")[0] for note in judged.notes] == [
        "the log does not say the seeds",
        "whether acc is of test or of validation images",
    ]
    assert all(note in judged.verdicts[0].reason for note in judged.notes)
    assert "correlate" not in judged.verdicts[0].reason  # without seeds there are no pairs
    assert len(judge_log(rows, "b > a", Columns(value="acc"), "test").notes) == 1
    (note,) = judge_log(table(a=A, b=B), "b > a", Columns(value="test_acc"), "training").notes
    assert "of training images" in note


def test_copies_count_once_and_settle_nothing(tmp_path: Path) -> None:
    rows = [
        {"arm": arm, "seed": seed, "step": step, "val": end + step / 100}
        for arm, ends in (("a", [0.1, 0.1, 0.1001, 0.1002]), ("b", [0.5, 0.5001, 0.5002, 0.5003]))
        for seed, end in enumerate(ends)
        for step in (1, 2, 3)
    ]
    (verdict,) = judge_log(rows, "b > a", Columns(value="val", step="step")).verdicts
    assert verdict.answer == "undecided"
    assert verdict.reason.startswith("the runs of a with seeds 0 and 1 are equal in every number")


def test_arms_with_the_same_values_are_named() -> None:
    rows = table(a=A, b=A, c=B)
    one, other = judge_log(rows, ["b > a", "c > a"], Columns(value="test_acc")).verdicts
    assert "a and b have the same values with every seed: what tells them apart has no effect" in one.reason.replace(
        "b and a", "a and b"
    )
    assert "same values" not in other.reason


def test_failed_runs_are_counted_and_told() -> None:
    rows = table(a=[math.nan, 0.5, 0.52], b=[0.9, 0.91, 0.92])
    (verdict,) = judge_log(rows, "b > a", Columns(value="test_acc", failed_as=0.1)).verdicts
    assert "1 of 3 runs of a failed" in verdict.reason


def test_a_claim_is_asked_for_and_a_wrong_column_answered() -> None:
    with pytest.raises(StudyError, match=r'no claim is given, and the arms are a, b; .*`claim` "b > a by 0.005"'):
        judge_log(table(a=A, b=B), (), Columns(value="test_acc"))
    with pytest.raises(StudyError, match=r'`value`: column "acc" is unknown \(did you mean "test_acc"\?\)'):
        judge_log(table(a=A, b=B), "b > a", Columns(value="acc"))
    with pytest.raises(StudyError, match=r"is about steps, and the table has one row for each run"):
        judge_log(table(a=A, b=B), "b sooner than a", Columns(value="test_acc"))


@pytest.mark.parametrize(
    ("name", "metric"),
    [("mlflow.db", "val_acc"), ("wandb", "val.acc"), ("tensorboard", "val/acc"), ("lightning", "val_acc")],
)
def test_every_log_gives_the_same_verdict(name: str, metric: str, tmp_path: Path) -> None:
    judged = judge_log(laid(name, tmp_path), "b > a by 0.005", Columns(value=metric))
    comparison = judged.verdicts[0].comparisons[0][2]
    assert judged.verdicts[0].answer == "supported"
    assert (comparison.effect, comparison.n_treatment) == (pytest.approx(0.06, abs=1e-6), 3)
    assert judged.arms == ["a", "b"]
    record = parse_json(dump_json(judged.to_json()))
    assert record["verdicts"][0]["answer"] == "supported"
    assert record["arms"][0] == {
        "name": "a",
        "n": 3,
        "states": {"stable": 3, "at chance": 0, "diverged": 0},
        metric: record["arms"][0][metric],
    }
    assert record["arms"][0][metric]["mean"] == pytest.approx(0.8006667, abs=1e-6)


def test_no_interval_of_an_accuracy_goes_beyond_what_two_can_differ_by() -> None:
    (verdict,) = judge_log(table(a=[0.99, 1.0], b=[0.05, 0.9]), "b > a by 0.005", Columns(value="test_acc")).verdicts
    ((_, _, comparison),) = verdict.comparisons
    assert (comparison.low, comparison.high, comparison.boundless) == (-1.0, 1.0, True)
    assert "no useful interval from so few runs, n = 2 against 2" in verdict.reason


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        (1e-7, "loss of b differs from a by +9.00e-08 (95 % interval +7.87e-08 to +1.01e-07"),
        (1e6, "loss of b differs from a by +900,000 (95 % interval +786,652 to +1,013,348"),
        (1.0, "loss of b differs from a by +0.9000 (95 % interval +0.7867 to +1.0133"),
    ],
)
def test_numbers_are_told_with_the_digits_that_they_have(unit: float, words: str) -> None:
    values = {"a": [1.0, 1.05, 1.1], "b": [1.9, 1.95, 2.0]}
    rows = [{"arm": a, "seed": s, "loss": v * unit} for a, vs in values.items() for s, v in enumerate(vs)]
    (verdict,) = judge_log(rows, "b > a in loss", Columns()).verdicts
    assert verdict.reason.startswith(words)


def test_equal_values_on_no_known_grid_are_never_said_to_be_settled_by_more_seeds() -> None:
    for n in (2, 5, 9):
        (verdict,) = judge_log(table(a=[0.9] * n, b=[0.8] * n), "b > a", Columns(value="test_acc")).verdicts
        assert (verdict.answer, verdict.seeds_needed) == ("undecided", None)
        assert "no number of seeds tells it while all are equal" in verdict.reason


@pytest.mark.parametrize("name", ["n", "name", "states"])
def test_a_column_may_be_called_as_what_is_said_of_an_arm(name: str) -> None:
    rows = [{"arm": a, "seed": s, name: v} for a, s, v in (("a", 0, 1.0), ("a", 1, 1.1), ("b", 0, 2.0), ("b", 1, 2.2))]
    judged = judge_log(rows, "b > a", Columns(value=name))
    first = judged.to_json()["arms"][0]
    assert (first["name"], first["n"], first[f"column {name}"]["mean"]) == ("a", 2, 1.05)


def test_at_which_step_values_count_is_said_and_a_run_that_ended_before_is_refused() -> None:
    rows = [
        {"arm": arm, "seed": seed, "epoch": epoch, "test_acc": 0.1 * epoch + 0.01 * seed}
        for arm in "ab"
        for seed in range(2)
        for epoch in range(1, 5 - (arm == "b" and seed == 1))
    ]
    given: dict[str, Any] = {"value": "test_acc", "step": "epoch"}
    assert judge_log(rows, "b > a", Columns(**given, at=3)).notes == (
        "values are those at epoch 3, or the last before it",
    )
    with pytest.raises(StudyError, match="b with seed 1 ends at epoch 3, before 4; choose an earlier one with `at`"):
        judge_log(rows, "b > a", Columns(**given, at=4))
    (note,) = judge_log(rows, "b > a", Columns(**given, at="last")).notes
    assert note == "runs end at epoch 3 to 4, and each counts with its own last value"


def test_a_failed_run_shortens_no_other_one() -> None:
    curves = {
        ("a", 0): (0.1, 0.2, 0.8),
        ("a", 1): (0.1, 0.3, 0.8),
        ("b", 0): (0.1, 0.8, 0.9),
        ("b", 1): (0.8, math.nan, math.nan),
    }
    rows = [
        {"arm": arm, "seed": seed, "step": step, "test": value}
        for (arm, seed), values in curves.items()
        for step, value in enumerate(values, 1)
    ]
    (verdict,) = judge_log(rows, "b sooner than a", Columns(value="test", step="step", failed_as=0.0)).verdicts
    assert verdict.details.to_json()["horizon"] == 3
    assert "1 of 2 runs of b failed" in verdict.reason


def test_one_arm_alone_and_what_is_no_claim_are_answered() -> None:
    with pytest.raises(StudyError, match='there is one arm, "a", and a claim compares two'):
        judge_log(table(a=A), (), Columns(value="test_acc"))
    wrong: Any = [5]
    with pytest.raises(StudyError, match="a claim is int, and must be a text"):
        judge_log(table(a=[1, 2], b=[3, 4]), cast("Any", 3), Columns(value="test_acc"))
    with pytest.raises(StudyError, match="a claim is int, and must be a text"):
        judge_log(table(a=A, b=B), wrong, Columns(value="test_acc"))
    split: Any = "dev"
    with pytest.raises(StudyError, match='`split`: split "dev" is unknown'):
        judge_log(table(a=A, b=B), "b > a", Columns(value="test_acc"), split)


def test_runs_are_pairs_by_their_seeds_alone() -> None:
    """Seeds that no number holds are counted by their places, of which nothing says that they belong together."""
    rows = [
        {"arm": a, "seed": f"{s}{'9' * 20}", "test_acc": v} for a, vs in (("a", A), ("b", B)) for s, v in enumerate(vs)
    ]
    (verdict,) = judge_log(rows, "b > a", Columns(value="test_acc")).verdicts
    assert "correlate" not in verdict.reason


def test_a_margin_of_percent_is_said_to_be_one() -> None:
    rows = [
        {"arm": a, "seed": s, "acc": f"{v} %"} for a, vs in (("a", (90, 91)), ("b", (93, 94))) for s, v in enumerate(vs)
    ]
    (verdict,) = judge_log(rows, "b > a by 0.005", Columns(value="acc")).verdicts
    assert "acc is in percent, so the margin 0.005 is in percentage points" in verdict.reason
    (plain,) = judge_log(rows, "b > a", Columns(value="acc")).verdicts
    assert "percentage" not in plain.reason


def test_a_margin_that_no_gain_of_a_share_reaches_is_refused_and_not_a_refutation() -> None:
    rows = table(a=[0.80, 0.81], b=[0.90, 0.91])
    with pytest.raises(
        StudyError, match=r'claim "b > a": the margin is 1, and test_acc is a share within 0 and 1, .* as 0\.01 for one'
    ):
        judge_log(rows, "b > a by 1", Columns(value="test_acc"))
    assert judge_log(rows, "b > a by 0.5", Columns(value="test_acc")).verdicts[0].answer == "refuted"
    percent = table(a=[80, 81], b=[90, 91])
    assert judge_log(percent, "b > a by 1", Columns(value="test_acc")).verdicts[0].answer == "supported"
