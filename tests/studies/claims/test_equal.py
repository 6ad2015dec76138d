"""Two curves that should be one: differences by hand, and every way in which there is nothing to compare."""

from __future__ import annotations

import dataclasses

import pytest

from details import details
from striate.base.errors import StudyError
from striate.studies.claims.equal import Equal, EqualDetails, differences
from striate.studies.claims.outcome import Outcome

CLAIM = Equal("one curve", "Both trace one curve", treatment="by hand", control="torch", tolerance=1e-3)


def outcome(arm: str, losses: tuple[float, ...], seed: int = 0) -> Outcome:
    return Outcome(arm, seed, "finished", 0.1, 1, 10, 2, 10, (0.5,), (1.0,), None, losses=losses)


def test_the_difference_is_relative_to_the_larger() -> None:
    assert differences((2.0, 0.0, -1.0), (1.0, 0.0, -4.0)) == (0.5, 0.0, 0.75)


def test_curves_within_the_tolerance_support_it_and_one_update_beyond_it_refutes_it() -> None:
    near = CLAIM.judge([outcome("by hand", (2.0, 1.0, 0.5)), outcome("torch", (2.0, 1.0005, 0.5))])
    assert near.answer == "supported"
    assert details(near, EqualDetails).runs[0]["at_update"] == 2
    assert details(near, EqualDetails).runs[0]["largest_difference"] == pytest.approx(0.0005 / 1.0005)
    assert "over 3 updates and 1 seed the losses of by hand and torch differ by at most 0.0005" in near.reason
    far = [outcome("by hand", (2.0, 1.0), 1), outcome("torch", (2.0, 1.0), 1)]
    far += [outcome("by hand", (2.0, 1.0), 0), outcome("torch", (2.0, 1.01), 0)]
    verdict = CLAIM.judge(far)
    assert verdict.answer == "refuted"
    assert "2 seeds" in verdict.reason
    assert details(verdict, EqualDetails).differences == [[0.0, pytest.approx(0.01 / 1.01)], [0.0, 0.0]]


def test_what_cannot_be_compared_is_undecided_and_says_why() -> None:
    good, other = outcome("by hand", (1.0,)), outcome("torch", (1.0,))
    cases = {
        "no seed has ended in both arms": dataclasses.replace(other, seed=1),
        "kept no losses of its updates; set record_steps": dataclasses.replace(other, losses=()),
        "has 1 updates and the run of torch with seed 0 2": dataclasses.replace(other, losses=(1.0, 1.0)),
        "diverged, and a curve that ends early": dataclasses.replace(other, status="diverged"),
    }
    for words, bad in cases.items():
        verdict = CLAIM.judge([good, bad])
        assert verdict.answer == "undecided"
        assert words in verdict.reason


@pytest.mark.parametrize("tolerance", [0.0, -1.0, 1.0, float("nan")])
def test_a_tolerance_without_meaning_is_refused(tolerance: float) -> None:
    with pytest.raises(StudyError, match="must lie between 0 and 1, both excluded"):
        dataclasses.replace(CLAIM, tolerance=tolerance)
