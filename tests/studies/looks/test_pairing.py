"""Pairs of seeds: by hand, and what they would have been worth."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy import stats

from striate.base.errors import StudyError
from striate.studies.claims.comparison import compare, seeds_needed
from striate.studies.looks.pairing import compared, correlation_interval, pairing_text, shares_text
from striate.studies.looks.plan import ONCE, Look

A, B = {0: 3.0, 1: 5.0, 2: 4.0, 3: 6.5}, {0: 1.0, 1: 3.5, 2: 2.0, 3: 4.0}


def test_unpaired_it_is_welchs_with_the_correlation_beside() -> None:
    made = compared(A, B, ONCE)
    assert made == compare(list(A.values()), list(B.values()))
    assert made.correlation == pytest.approx(stats.pearsonr(list(A.values()), list(B.values())).statistic)
    assert made.pairs == 4


def test_pairs_are_compared_by_their_differences() -> None:
    made = compared(A, {**B, 9: 100.0}, Look(paired=True))
    found = stats.ttest_rel(list(A.values()), list(B.values())).confidence_interval(0.95)
    assert (made.low, made.high) == pytest.approx((found.low, found.high))
    plain = compare(list(A.values()), list(B.values()))
    assert made.paired_width == pytest.approx((found.high - found.low) / (plain.high - plain.low))
    assert (seeds_needed(made, 1.0) or 0) < (seeds_needed(plain, 1.0) or 0)


def test_arms_of_a_paired_study_share_seeds() -> None:
    with pytest.raises(StudyError, match="no seed has ended in both arms"):
        compared({0: 1.0}, {1: 1.0}, Look(paired=True))


def test_the_interval_of_a_correlation_is_fishers() -> None:
    found = stats.pearsonr(list(A.values()), list(B.values())).confidence_interval(0.95)
    r = stats.pearsonr(list(A.values()), list(B.values())).statistic
    assert correlation_interval(r, 4) == pytest.approx((found.low, found.high), abs=1e-6)
    assert correlation_interval(0.5, 3) == (-1.0, 1.0)
    assert correlation_interval(1.0, 5) == (-1.0, 1.0)  # coarse values lie on a line by chance


def test_what_pairing_would_have_been_worth_is_said() -> None:
    said = pairing_text(compared(A, B, ONCE))
    assert said.startswith("over 4 seeds both correlate by +0.96 (")
    assert said.endswith("times as wide, so pairing would have saved runs")
    assert "cost runs" in pairing_text(compared(A, {0: 4.0, 1: 1.0, 2: 2.0, 3: 1.5}, ONCE))
    assert "declared beforehand" in pairing_text(compared(A, B, Look(paired=True)))
    level = replace(compared(A, B, ONCE), paired_width=0.9996)  # written it is 1.00, which saves and costs nothing
    assert pairing_text(level).endswith("their interval would be as wide, so pairing would have changed nothing")
    assert pairing_text(compared({0: 1.0, 1: 2.0}, B, ONCE)) == ""
    assert compared({0: 1.0, 1: 1.0, 2: 1.0}, B, ONCE).correlation is None


def test_equal_pairs_are_too_few_until_signs_alone_could_tell() -> None:
    same = dict.fromkeys(range(5), 1.0)
    assert compared(same, same, Look(paired=True)).too_few
    more = dict.fromkeys(range(6), 1.0)
    assert not compared(more, more, Look(paired=True)).too_few  # 2 / 2^6 is below 5 %
    assert math.isinf(compared(more, more, Look(paired=True)).low)


def test_three_pairs_say_nothing_of_what_pairing_is_worth() -> None:
    made = compared({0: 0.1, 1: 0.2, 2: 0.4}, {0: 0.11, 1: 0.19, 2: 0.42}, ONCE)
    said = pairing_text(made)
    assert said.endswith("(no useful interval from so few), so whether pairing would have saved runs is not known")


def test_shares_are_paired_by_mcnemars_exact_test() -> None:
    treatment = dict(enumerate(map(bool, [1, 1, 1, 1, 1, 1, 1, 0])))
    control = dict(enumerate(map(bool, [1, 0, 0, 0, 0, 0, 0, 0])))
    said = shares_text(treatment, control, 0.01)
    r = stats.pearsonr([*map(int, treatment.values())], [*map(int, control.values())]).statistic
    assert said.startswith(f"over 8 seeds both correlate by {r:+.2f} (")
    p = stats.binomtest(0, 6).pvalue  # six seeds in which one alone counts, always the treatment
    assert f"by McNemar's exact test, p would be {p:.2g}, so pairing would have cost runs" in said
    assert shares_text(treatment, control, p).endswith("changed nothing")
    mixed = dict(enumerate(map(bool, [1, 1, 1, 1, 1, 0, 1, 0])))
    told = shares_text(mixed, dict(enumerate(map(bool, [0, 0, 0, 0, 0, 1, 1, 0]))), 0.5)
    assert (
        f"p would be {stats.binomtest(1, 6).pvalue:.2g}, so pairing would have saved runs" in told
    )  # 5 seeds against 1
    assert shares_text(treatment, dict.fromkeys(range(8), False), 0.01) == ""
    assert shares_text({0: True, 1: False}, {0: True, 1: False}, 1.0) == ""
