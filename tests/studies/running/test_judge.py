"""What is on disk becomes verdicts: what limits an answer, and what is not a difference at all, is said with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from striate.base.disk.files import read_json
from striate.studies.claims.better import Better
from striate.studies.claims.outcome import Outcome
from striate.studies.looks.plan import Plan
from striate.studies.question import Arm, Study
from striate.studies.running import judge as judging
from striate.studies.running.execute import run_study
from striate.studies.running.judge import equals, judge
from striate.training.recipe.recipe import Recipe

CLAIM = Better("better", "b beats a", treatment=("b",), control="a", measure="test", margin=0.01)


BASE = Recipe(net_options={"widths": [[4]], "hidden": []}, epochs=1, batch_size=256)


def study(seeds: int = 2, **changes: object) -> Study:
    return Study("s", "?", BASE.change(**changes), (Arm("a"), Arm("b", {"lr": 0.01})), (CLAIM,), tuple(range(seeds)))


def test_arms_that_change_nothing_are_told(tmp_path: Path) -> None:
    arms = (Arm("a"), Arm("b", {"keep_every": 1}), Arm("c", {"lr": 0.01}))
    claims = (CLAIM, Better("other", "c beats a", treatment=("c",), control="a", measure="test", margin=0.01))
    verdicts = run_study(Study("s", "?", BASE, arms, claims, (0, 1)), tmp_path / "out").verdicts
    told = "the runs of a and b are equal to the last bit: what these arms change has no effect"
    assert [told in verdict.reason for verdict in verdicts] == [True, False]


def test_arms_that_differ_in_the_last_bit_of_a_loss_are_not_equal() -> None:
    run = Outcome("a", 0, "finished", 0.1, 1, 10, 2, 100, (0.5,), (1.0,), 0.5, last={"val/loss": 0.7}, numbers="one")
    assert equals([run, replace(run, arm="b")]) == [("a", "b")]
    assert equals([run, replace(run, arm="b", numbers="other")]) == []


def test_pairs_that_have_not_ended_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of arm a only seed 0 has ended, of b only seed 1, as where a study was stopped or runs failed."""
    paired = replace(study(3), paired=True)
    run_study(paired, tmp_path / "out")
    every, ended = judging.outcomes_of, {("a", 0), ("b", 1)}

    def outcomes_of(runs):
        found, unfit = every(runs)
        return [run for run in found if (run.arm, run.seed) in ended], unfit

    monkeypatch.setattr(judging, "outcomes_of", outcomes_of)
    (told,) = judge(paired, tmp_path / "out").verdicts
    assert (told.answer, told.comparisons) == ("undecided", ())
    assert told.reason == "the study declared pairs, and no seed has ended in both arms"
    ended |= {("a", seed) for seed in (1, 2)} | {("b", 2)}
    (told,) = judge(paired, tmp_path / "out").verdicts
    assert told.comparisons[0][2].n_treatment == 2
    # Until decided: at the look at 2 there is no pair, for two runs failed, and the study goes on to the look at 3.
    outcomes, _ = outcomes_of(judging.ended(paired, tmp_path / "out"))
    lost = frozenset({("a", 1), ("b", 0)})
    left = [run for run in outcomes if (run.arm, run.seed) not in lost]
    path = judging.walked(paired, CLAIM, [run for run in left if run.seed < 2], Plan((2, 3)), lost)
    assert (path.needs, path.next, path.verdict and path.verdict.reason[:24]) == (
        ("b", "a"),
        3,
        "the study declared pairs",
    )
    path = judging.walked(paired, CLAIM, left, Plan((2, 3)), lost)
    assert path.verdict is not None
    assert path.verdict.comparisons[0][2].n_treatment == 1


def test_seeds_that_change_nothing_are_told_and_decide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of one run stand for a net that ignores its seed; of one arm, of both, and of some of its seeds only."""
    out = tmp_path / "out"
    run_study(study(3), out)
    as_they_are = judging.outcomes_of
    copied = {("a", 1)}

    def outcomes_of(runs):
        found, unfit = as_they_are(runs)
        first = {run.arm: run for run in found if run.seed == 0}
        return [replace(first[r.arm], seed=r.seed) if (r.arm, r.seed) in copied else r for r in found], unfit

    monkeypatch.setattr(judging, "outcomes_of", outcomes_of)
    (told,) = judge(study(3), out).verdicts
    assert told.answer == "undecided"
    assert told.reason.startswith(
        "the runs of a with seeds 0 and 1 are equal in every number, so they are one run counted 2 times; let the net and"
    )
    assert (told.comparisons[0][2].n_control, told.comparisons[0][2].n_treatment) == (2, 3)
    copied |= {(arm, seed) for arm in "ab" for seed in (1, 2)}
    (told,) = judge(study(3), out).verdicts
    assert told.answer == "undecided"
    assert (
        "the runs of b with seeds 0, 1 and 2 are equal in every number, so they are one run counted 3 times"
        in told.reason
    )
    assert "no interval from a single run, n = 1 against 1" in told.reason
    arms = read_json(out / "verdict.json")["arms"]
    assert [(arm["n"], arm["test"]["n"], arm["test"]["low"]) for arm in arms] == [(3, 1, None), (3, 1, None)]


def test_validation_on_the_test_images_is_said_in_every_verdict(tmp_path: Path) -> None:
    answer = run_study(study(1, validate_on_test=True), tmp_path / "out")
    assert "the test images also chose the weights" in answer.verdicts[0].reason


def test_a_claim_about_an_arm_without_a_run_is_undecided(tmp_path: Path) -> None:
    answer = judge(study(), tmp_path)
    assert answer.verdicts[0].answer == "undecided"
    assert "no run of b, a has ended yet" in answer.verdicts[0].reason
