"""The chance that the seeds left decide, by hand, by simulation and over every outcome; and that stopping for want of it gives
no answer that would not have been given."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats

from striate.studies.claims.better import Better
from striate.studies.claims.choice import Choice
from striate.studies.claims.comparison import compare
from striate.studies.claims.fisher import fisher
from striate.studies.claims.larger import Larger
from striate.studies.claims.outcome import Outcome
from striate.studies.claims.sooner import Sooner
from striate.studies.claims.stabler import Stabler
from striate.studies.claims.verdict import Claim
from striate.studies.looks.futility import chance, futility_text, least_chance, share_chance
from striate.studies.looks.path import walk
from striate.studies.looks.plan import FUTILITY, Look, Plan, Until, planned

PLAN = planned(Until(3, 12))


def test_equal_means_at_half_of_the_seeds_by_hand() -> None:
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    # 10 degrees of freedom now, 22 at the end; half of the seeds: s sqrt(1/2) is both what may come and the error then.
    q = stats.t.ppf(1 - PLAN.level(12) / 2, 22)
    found = chance(compare(values, values), 0.0, Look(PLAN, 6))
    assert found == pytest.approx(2 * stats.norm.sf(q))
    assert 0.02 < found < 0.03
    # With a margin of two errors the interval may come to lie above 0 or below the margin, each from one error away.
    error = np.sqrt(2 * 0.035 / 6)
    middle = chance(compare([v + error for v in values], values), 2 * error, Look(PLAN, 6))
    assert middle == pytest.approx(2 * stats.norm.sf(q - np.sqrt(2)))


@pytest.mark.parametrize("apart", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("n", [4, 8])
def test_it_is_how_often_the_last_look_decides(apart: float, n: int) -> None:
    """Drawn anew: the spread and the difference as the data leave them, the runs to come, and what Welch's test says then."""
    rng, many, most = np.random.default_rng(3), 20_000, 12
    seen = rng.normal(size=(2, n))
    seen = (seen - seen.mean(1, keepdims=True)) / seen.std(1, ddof=1, keepdims=True) + np.array([[apart], [0.0]])
    sd = np.sqrt((2 * n - 2) / rng.chisquare(2 * n - 2, many))
    means = seen.mean(1)[:, None] + sd * rng.normal(size=(2, many)) / np.sqrt(n)
    more = means[:, :, None] + sd[:, None] * rng.normal(size=(2, many, most - n))
    whole = np.concatenate([np.broadcast_to(seen[:, None], (2, many, n)), more], axis=2)
    p = stats.ttest_ind(whole[0], whole[1], axis=1, equal_var=False).pvalue
    found = chance(compare(list(seen[0]), list(seen[1])), 0.0, Look(PLAN, n))
    assert found == pytest.approx((p <= PLAN.level(12)).mean(), abs=0.02)


@pytest.mark.parametrize(("hits_t", "hits_c"), [(3, 3), (4, 2), (0, 5), (5, 1)])
def test_shares_of_runs_over_every_outcome(hits_t: int, hits_c: int) -> None:
    n, more = 5, 7
    ends = [stats.betabinom(more, hits + 1, n - hits + 1) for hits in (hits_t, hits_c)]
    wanted = sum(
        ends[0].pmf(t) * ends[1].pmf(c)
        for t, c in product(range(more + 1), repeat=2)
        if fisher(hits_t + t, 12, hits_c + c, 12) <= PLAN.level(12)
    )
    assert share_chance(hits_t, n, hits_c, n, Look(PLAN, n)) == pytest.approx(wanted)


def test_every_arm_at_a_rate_gets_the_seeds_left() -> None:
    n, more = 4, 8
    ends = [stats.betabinom(2 * more, 4 + 1, 4 + 1), stats.betabinom(more, 3 + 1, 1 + 1)]
    wanted = sum(
        ends[0].pmf(t) * ends[1].pmf(c)
        for t, c in product(range(2 * more + 1), range(more + 1))
        if fisher(4 + t, 24, 3 + c, 12) <= PLAN.level(12)
    )
    assert share_chance(4, 2 * n, 3, n, Look(PLAN, n), (2, 1)) == pytest.approx(wanted)
    # With the seeds of one arm more, the chance is 1.6 %; with those of both, 9.2 %.
    claim, look = Stabler("x", "x.", ("t", "u"), ("c",)), Look(PLAN, 8)
    assert share_chance(6, 16, 1, 8, look) < FUTILITY < share_chance(6, 16, 1, 8, look, (2, 1))
    hits = {"t": 3, "u": 3, "c": 1}
    runs = [run(arm, seed, 0.8 + seed / 100 if seed < hits[arm] else 0.5) for arm in claim.arms for seed in range(8)]
    assert claim.judge(runs, look).open == ("t", "u", "c")


def test_a_chance_below_the_least_never_reads_as_that() -> None:
    assert "with a chance of 2.9 %, so it got no more than 6" in futility_text(Look(PLAN, 6), 0.02999)
    assert "with a chance of under 0.1 %" in futility_text(Look(PLAN, 6), 0.0009)


def test_no_values_leave_less_than_equal_means_do() -> None:
    rng = np.random.default_rng(4)
    for n, spread, many in product((3, 5, 8, 11), (0.0, 0.2, 1.0, 5.0), (1, 5)):
        look = Look(PLAN, n)
        one, other = rng.normal(size=n), spread * rng.normal(size=n) + 0.3 * rng.normal()
        found = chance(compare(list(one), list(other)), 0.0, look, many)
        assert found >= least_chance(look, many, n) - 1e-9


def test_nothing_ends_at_the_last_look_without_one_or_where_no_spread_was_seen() -> None:
    same = compare([0.5, 0.6, 0.7], [0.5, 0.6, 0.7])
    for look in (Look(), Look(PLAN, 12), Look(replace(PLAN, futility=0.0), 8), Look(Plan((3, 12)), 3)):
        assert chance(same, 0.0, look) == share_chance(1, 3, 1, 3, look) == least_chance(look, 1, 3) == 1.0
        assert not look.is_futile(0.0)
    assert chance(compare([0.5] * 3, [0.5] * 3), 0.0, Look(PLAN, 8)) == 1.0


ARMS = ("t", "u", "c")
CLAIMS: dict[str, Claim] = {
    "better": Better("x", "x.", ("t", "u"), "c", "final", 0.01),
    "larger": Larger("x", "x.", ("t", "u"), "c", "val/x", 0.0),
    "choice": Choice("x", "x.", ARMS, "final", 0.0),
    "sooner": Sooner("x", "x.", ("t", "u"), "c", 0.0),
    "stabler": Stabler("x", "x.", ("t",), ("c",)),
}


def run(arm: str, seed: int, value: float) -> Outcome:
    curve = (value / 2, value, value)
    return Outcome(arm, seed, "finished", 0.1, 3, 10, 2, 10**9, curve, (1.0,) * 3, None, last={"val/x": value})


@pytest.mark.parametrize("kind", CLAIMS)
def test_it_takes_answers_away_and_gives_none(kind: str) -> None:
    claim, rng, saved = CLAIMS[kind], np.random.default_rng(11), 0
    for _ in range(6 if kind == "stabler" else 20):  # Fisher's test takes its time
        means = dict(zip(ARMS, 0.8 + 0.01 * rng.integers(0, 3, 3), strict=True))
        values = {arm: rng.normal(means[arm], 0.01, 12) for arm in ARMS}
        if kind == "stabler":
            values = {arm: np.where(rng.random(12) < 0.5, 0.3, values[arm]) for arm in ARMS}
        runs = [run(arm, seed, float(value)) for arm in claim.arms for seed, value in enumerate(values[arm])]
        with_, without = (
            walk(claim.arms, claim.judge, runs, plan, range(12)).verdict for plan in (PLAN, replace(PLAN, futility=0.0))
        )
        assert with_ is not None
        assert without is not None
        assert with_.answer in (without.answer, "undecided")
        ended = "it would be decided with a chance of" in with_.reason
        assert not ended or with_.answer == "undecided"
        assert "it would be decided with a chance of" not in without.reason
        saved += ended
    assert saved > 1


def test_a_study_of_before_goes_on_as_it_was_to() -> None:
    record = PLAN.to_json()
    assert Plan.from_json(record).futility == record["futility"] == FUTILITY
    del record["futility"]
    assert Plan.from_json(record).futility == 0.0
