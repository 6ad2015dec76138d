from dataclasses import replace

import pytest

from striate.base.intervals import Scale
from striate.studies.claims.comparison import compare, seeds_needed
from striate.studies.claims.finding import also_text, failures_text, find, interval_text, lead
from striate.studies.claims.outcome import Outcome
from striate.studies.looks.found import Finding


def runs(arm: str, *finals: float | None) -> list[Outcome]:
    """One run for each final accuracy; None diverged in its first epoch."""
    return [
        Outcome(arm, i, "diverged", 1.0, 1, 100, 10, 1000, (), (), None)
        if final is None
        else Outcome(arm, i, "finished", 1.0, 1, 100, 10, 1000, (final,), (1.0,), None)
        for i, final in enumerate(finals)
    ]


def found(treatment: list[Outcome], control: list[Outcome], margin: float = 0.01, comparisons: int = 1) -> Finding:
    values = ([run.final_val for run in side] for side in (treatment, control))
    return find(treatment, control, compare(*values, comparisons=comparisons, scale=Scale(0, 1, 0.001)), margin)


def test_settled_answers_and_what_they_mean():
    control = runs("plain", 0.80, 0.81, 0.82)
    cases = (
        ((0.90, 0.91, 0.92), 0.01, "supported", ""),
        ((0.83, 0.84, 0.85), 0.05, "supported", "whether it is at least the 0.05 worth having remains open"),
        ((0.83, 0.84, 0.85), 0.06, "refuted", "that is real but less than the 0.06 worth having"),
        ((0.81, 0.81, 0.81), 0.06, "refuted", "any gain is less than the 0.06 worth having"),
        ((0.70, 0.71, 0.72), 0.01, "refuted", "that is a loss"),
    )
    for finals, margin, answer, meaning in cases:
        finding = found(runs("bn", *finals), control, margin)
        assert (finding.answer, finding.meaning, finding.seeds_needed) == (answer, meaning, None)


def test_an_open_answer_says_how_many_seeds_settle_it():
    finding = found(runs("bn", 0.80, 0.84, 0.88), runs("plain", 0.78, 0.80, 0.82))
    assert finding.answer == "undecided"
    # The effect seen, 0.04, is farther from 0 than from the margin.
    assert finding.seeds_needed == seeds_needed(finding.comparison, finding.comparison.effect)
    assert f"about {finding.seeds_needed} seeds for each arm would settle" in finding.meaning
    assert "both no gain and the 0.01 worth having remain possible" in finding.meaning
    # An effect of -0.02 is farther from the margin: 0.03.
    worse = found(runs("bn", 0.74, 0.78, 0.82), runs("plain", 0.78, 0.80, 0.82))
    assert worse.seeds_needed == seeds_needed(worse.comparison, 0.01 - worse.comparison.effect)
    assert (
        "both a loss and a gain remain possible" in found(runs("bn", 0.7, 0.8), runs("plain", 0.75, 0.8), 0.0).meaning
    )


def test_an_answer_out_of_reach():
    same = found(runs("bn", 0.5, 0.9), runs("plain", 0.5, 0.9), 0.0)
    assert (same.answer, same.seeds_needed) == ("undecided", None)
    assert "even 1000 seeds" in same.meaning


@pytest.mark.parametrize(("comparisons", "needed"), [(1, 4), (2, 5)])
def test_runs_without_any_spread_need_an_exact_test(comparisons, needed):
    few = found(runs("bn", *[0.9] * 2), runs("plain", *[0.5] * 2), comparisons=comparisons)
    assert (few.answer, few.seeds_needed) == ("undecided", needed)
    assert f"how far runs differ was not seen, and to judge without that takes at least {needed} seeds" in few.meaning
    enough = found(runs("bn", *[0.9] * needed), runs("plain", *[0.5] * needed), comparisons=comparisons)
    assert enough.answer == "supported"


def test_one_run_is_undecided_and_asks_for_two():
    finding = found(runs("bn", 0.9), runs("plain", 0.8))
    assert (finding.answer, finding.seeds_needed) == ("undecided", 2)
    assert finding.meaning == "at least 2 seeds for each arm are needed"


def test_all_runs_failed():
    finding = found(runs("bn", None, None, None), runs("plain", 0.1, None, 0.1))
    assert (finding.answer, finding.seeds_needed) == ("undecided", None)
    assert "every run of both failed" in finding.meaning


@pytest.mark.parametrize(("comparisons", "needed"), [(1, 4), (4, 5)])
def test_an_arm_that_always_fails_needs_an_exact_test(comparisons, needed):
    # 2 / C(8, 4) = 0.0286 is at most 0.05 but not 0.0125, which 2 / C(10, 5) = 0.0079 is.
    for n in range(2, 7):
        stable, lost = runs("plain", *[0.8, 0.81] * 3)[:n], runs("bn", *[None] * n)
        finding = found(lost, stable, comparisons=comparisons)
        if n < needed:
            assert (finding.answer, finding.seeds_needed) == ("undecided", needed)
            assert f"every run of bn failed, and to judge that takes at least {needed} seeds" in finding.meaning
        else:
            assert finding.answer == "refuted"
    assert found(runs("bn", 0.8, 0.81), runs("plain", None, None)).answer == "undecided"
    assert found(runs("bn", *[0.8] * 5), runs("plain", *[None] * 5)).answer == "supported"


def test_who_speaks_for_several_arms():
    small, large = compare([0.2, 0.2], [0.1, 0.1]), compare([0.5, 0.5], [0.1, 0.1])
    findings = {
        "a": Finding(large, "refuted", ""),
        "b": Finding(small, "undecided", ""),
        "c": Finding(small, "supported", ""),
        "d": Finding(large, "supported", ""),
    }
    assert lead(findings) == "d"
    assert also_text(findings, "d") == "supported too: c"
    del findings["d"], findings["c"]
    assert lead(findings) == "b"
    assert also_text(findings, "b") == ""
    del findings["b"]
    assert lead(findings) == "a"


def test_texts():
    result = compare([4.0, 6.0], [1.0, 3.0], comparisons=4)
    assert interval_text(result, ".1f") == "98.75 % interval -9.5 to +15.5, n = 2 against 2"
    assert interval_text(compare([1.0], [0.0, 1.0]), 1) == "no interval from a single run, n = 1 against 2"
    same = compare([1.0] * 5, [0.0] * 5)
    assert interval_text(same, 1) == "no interval from values without spread, n = 5 against 5"
    groups = [runs("bn", 0.8, None), runs("plain", 0.1, 0.9, None), runs("fine", 0.9)]
    assert failures_text(groups) == (
        "1 of 2 runs of bn and 1 of 3 runs of plain diverged, and 1 of 3 runs of plain stayed at chance"
    )
    lost = [runs(name, 0.1, 0.1) for name in "abc"]
    assert failures_text(lost) == "all 6 runs of a, b and c stayed at chance"
    assert failures_text(lost * 5) == "all 30 runs of the 15 arms stayed at chance"
    assert failures_text(lost[:2]) == "2 of 2 runs of a and 2 of 2 runs of b stayed at chance"
    assert failures_text([*lost, groups[2]]) == (
        "2 of 2 runs of a, 2 of 2 runs of b and 2 of 2 runs of c stayed at chance"
    )
    assert failures_text(groups[2:]) == ""
    few = [replace(run, val_images=6) for run in groups[1]]
    assert failures_text([few]).endswith(
        "1 of 3 runs of plain stayed at chance, as far as 6 validation examples can tell"
    )
