import math
from dataclasses import replace

import pytest

from details import details
from striate.base.errors import StudyError
from striate.studies.claims.outcome import Outcome
from striate.studies.claims.stabler import Stabler, StablerDetails

CLAIM = Stabler("permits", "it permits larger rates", ("bn x1", "bn x5", "bn x10"), ("plain x1", "plain x5"))


def runs(arm: str, states: str) -> list[Outcome]:
    """One run for each letter: s stable, c at chance, d diverged. The rate is 1e-4 times the number in the name."""
    made: list[Outcome] = []
    for seed, letter in enumerate(states):
        curve = () if letter == "d" else (0.8 if letter == "s" else 0.1,)
        status = "diverged" if letter == "d" else "finished"
        lr = 1e-4 * int(arm.rpartition("x")[2])
        made.append(Outcome(arm, seed, status, lr, 1, 100, 10, 1000, curve, (1.0,) * len(curve), None))
    return made


def study(**states: str) -> list[Outcome]:
    return [run for arm, letters in states.items() for run in runs(arm.replace("_", " "), letters)]


STABLE = study(bn_x1="sssss", bn_x5="sssss", bn_x10="sssss", plain_x1="sssss")


def test_supported():
    verdict = CLAIM.judge([*STABLE, *study(plain_x5="ccdcd")])
    assert (verdict.answer, verdict.kind, verdict.seeds_needed) == ("supported", "stabler", None)
    assert verdict.reason == (
        "at 0.0005, the largest learning rate given to both, 5 of 5 runs of the treatment and 0 of 5 of the control are"
        " stable (Fisher's exact test, p = 0.0079); stable up to: treatment 0.001 or more, control 0.0001"
    )
    assert verdict.detectable == pytest.approx(0.8314, abs=1e-4)
    treatment, control = details(verdict, StablerDetails).treatment, details(verdict, StablerDetails).control
    assert (treatment["largest_stable"], treatment["or_more"]) == (pytest.approx(1e-3), True)
    assert (control["largest_stable"], control["or_more"]) == (pytest.approx(1e-4), False)
    assert control["arms"][1] == {
        "arm": "plain x5", "lr": pytest.approx(5e-4), "n": 5, "stable": 0, "at chance": 3, "diverged": 2
    }  # fmt: skip
    assert [row["p"] for row in details(verdict, StablerDetails).shared] == [1.0, pytest.approx(2 / 252)]


def test_it_says_what_pairs_of_seeds_would_have_been_worth():
    verdict = CLAIM.judge([*study(bn_x1="sssss", bn_x10="sssss", bn_x5="ssssc", plain_x1="sssss", plain_x5="sccdc")])
    assert "over 5 seeds both correlate by +0.25 (" in verdict.reason
    assert "by McNemar's exact test, p would be 0.25, so pairing would have cost runs" in verdict.reason  # 3 of 3 seeds


def test_refuted_when_the_control_is_stabler():
    verdict = CLAIM.judge(study(bn_x1="sssss", bn_x5="ddddd", bn_x10="ddddd", plain_x1="sssss", plain_x5="sssss"))
    assert verdict.answer == "refuted"
    assert "stable up to: treatment 0.0001, control 0.0005 or more" in verdict.reason


def test_the_five_percent_line():
    # Five against one has p = 12/252 = 0.048, five against two p = 0.167.
    assert CLAIM.judge([*STABLE, *study(plain_x5="scccc")]).answer == "supported"
    open_one = CLAIM.judge([*STABLE, *study(plain_x5="ssccc")])
    assert open_one.answer == "undecided"
    assert open_one.seeds_needed is not None
    assert open_one.seeds_needed > 5
    assert f"about {open_one.seeds_needed} seeds for each rate would settle" in open_one.reason


def test_undecided_when_the_control_never_failed():
    verdict = CLAIM.judge([*STABLE, *study(plain_x5="sssss")])
    assert (verdict.answer, verdict.seeds_needed) == ("undecided", None)
    assert "the study never made the control fail there: give the control 0.001 too" in verdict.reason
    both = replace(CLAIM, treatment=("bn x1", "bn x5"))
    assert "give both a larger one" in both.judge([*STABLE, *study(plain_x5="sssss")]).reason


def test_undecided_when_both_fail():
    verdict = CLAIM.judge(study(bn_x1="sssss", bn_x5="ddddd", bn_x10="ddddd", plain_x1="sssss", plain_x5="ddddd"))
    assert (verdict.answer, verdict.seeds_needed) == ("undecided", None)
    assert "both always fail there: give both a smaller one" in verdict.reason


def test_undecided_when_the_shares_are_alike():
    verdict = CLAIM.judge(study(bn_x1="sssss", bn_x5="ssddd", bn_x10="ddddd", plain_x1="sssss", plain_x5="ssddd"))
    assert (verdict.answer, verdict.seeds_needed) == ("undecided", None)
    assert "more seeds would not settle shares so alike" in verdict.reason


@pytest.mark.parametrize("n", [1, 2, 3])
def test_too_few_seeds(n):
    for letter in "sd":
        all_runs = study(bn_x1="s" * n, bn_x5="s" * n, bn_x10="s" * n, plain_x1="s" * n, plain_x5=letter * n)
        verdict = CLAIM.judge(all_runs)
        needed = 4 if letter == "d" else None  # where nothing fails, more seeds of the same stay undecided
        assert (verdict.answer, verdict.seeds_needed) == ("undecided", needed)
        words = "at least 4 seeds for each rate are needed" if needed else "never made the control fail"
        assert words in verdict.reason
        assert verdict.detectable == math.inf
        assert ";;" not in verdict.reason.replace(" ", "")


def test_all_runs_diverged():
    verdict = CLAIM.judge(study(bn_x1="ddddd", bn_x5="ddddd", bn_x10="ddddd", plain_x1="ddddd", plain_x5="ddddd"))
    assert verdict.answer == "undecided"
    assert "treatment not even 0.0001, the smallest tried" in verdict.reason
    assert details(verdict, StablerDetails).treatment["largest_stable"] is None


def test_no_shared_rate():
    claim = Stabler("permits", "it permits", ("bn x10",), ("plain x1",))
    verdict = claim.judge([*STABLE])
    assert (verdict.answer, verdict.detectable) == ("undecided", math.inf)
    assert "no learning rate was given to both" in verdict.reason


def test_a_range_ends_at_the_first_failure():
    # Stable again at x10 after a failure at x5: the range ends at x1 and is not open.
    verdict = CLAIM.judge(study(bn_x1="sssss", bn_x5="ssssd", bn_x10="sssss", plain_x1="sssss", plain_x5="ccccc"))
    assert details(verdict, StablerDetails).treatment["largest_stable"] == pytest.approx(1e-4)
    assert details(verdict, StablerDetails).treatment["or_more"] is False


def test_rates_are_equal_up_to_rounding_and_pooled():
    # 5 * 1e-4 and 0.0005 may differ in the last digit; two arms of a family at one rate are one group.
    twin = [replace(run, arm="other x5", lr=run.lr * (1 + 1e-12)) for run in runs("plain x5", "ccccc")]
    claim = replace(CLAIM, control=("plain x1", "plain x5", "other x5"))
    verdict = claim.judge([*STABLE, *study(plain_x5="ccccc"), *twin])
    assert details(verdict, StablerDetails).shared[-1]["control"] == "0 of 10"
    different = [replace(run, lr=run.lr * 1.001) for run in twin]
    assert (
        details(claim.judge([*STABLE, *study(plain_x5="ccccc"), *different]), StablerDetails).shared[-1]["control"]
        == "0 of 5"
    )


def test_what_cannot_be_judged():
    mixed = runs("plain x5", "cc")
    with pytest.raises(StudyError, match='the runs of the arm "plain x5" have several learning rates'):
        CLAIM.judge([*STABLE, mixed[0], replace(mixed[1], lr=1.0)])
    with pytest.raises(StudyError, match=r'"plain x5" is unknown \(did you mean "plain x1"\?\)'):
        CLAIM.judge(STABLE)
