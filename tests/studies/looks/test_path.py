"""Claims at look after look: which looks are made, when a claim and an arm end, and what the error then is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest

from details import details
from striate.studies.claims.better import Better, BetterDetails
from striate.studies.claims.choice import Choice
from striate.studies.claims.equal import Equal
from striate.studies.claims.fisher import fisher
from striate.studies.claims.outcome import Outcome
from striate.studies.claims.sooner import Sooner
from striate.studies.claims.stabler import Stabler
from striate.studies.looks.ahead import surely_open
from striate.studies.looks.path import Path, price, walk
from striate.studies.looks.plan import Plan, Until, planned

BETTER = Better("better", "t beats c", treatment=("t",), control="c", measure="final", margin=0.0)
PLAN = planned(Until(3, 6))
SEEDS = range(6)


def runs(arm: str, *finals: float, lr: float = 0.1, status: str = "finished") -> list[Outcome]:
    return [
        Outcome(arm, seed, status, lr, 1, 100, 10, 1000, (final,), (1.0,), final) for seed, final in enumerate(finals)
    ]


def path(claim, outcomes: Sequence[Outcome], plan: Plan = PLAN, **more) -> Path:
    return walk(claim.arms, claim.judge, outcomes, plan, SEEDS, **more)


CLEAR = (0.90, 0.91, 0.92, 0.93, 0.91, 0.90)
LOW = (0.50, 0.51, 0.52, 0.49, 0.51, 0.50)


def test_before_the_first_look_nothing_is_judged() -> None:
    made = path(BETTER, [*runs("t", *CLEAR[:3]), *runs("c", *LOW[:2])])
    assert (made.verdict, made.needs, made.next) == (None, ("t", "c"), 3)


def test_the_first_look_that_decides_is_the_answer_whatever_runs_came_after() -> None:
    early = path(BETTER, [*runs("t", *CLEAR[:4]), *runs("c", *LOW[:4])])
    late = path(BETTER, [*runs("t", *CLEAR), *runs("c", *LOW)])
    assert early.verdict == late.verdict
    assert early.verdict is not None
    assert (early.verdict.answer, early.needs, early.next) == ("supported", (), 0)
    n = early.verdict.looks[-1].seeds
    assert early.verdict.comparisons[0][2].n_treatment == n <= 4
    assert early.verdict.comparisons[0][2].confidence == 1 - PLAN.level(n)
    assert f"look {n - 2} of at most 4, the last at 6 seeds" in early.verdict.reason


def test_an_open_claim_waits_for_its_next_look() -> None:
    made = path(BETTER, [*runs("t", 0.81, 0.82, 0.83, 0.81), *runs("c", 0.8, 0.82, 0.81, 0.8)])
    assert (made.needs, made.next) == (("t", "c"), 5)
    assert made.verdict is not None
    assert [(one.seeds, one.answer) for one in made.verdict.looks] == [(3, "undecided"), (4, "undecided")]


def test_a_run_that_failed_holds_no_look_up() -> None:
    outcomes = [*runs("t", *CLEAR[:4])[:2], runs("t", *CLEAR[:4])[3], *runs("c", *LOW[:4])]
    assert path(BETTER, outcomes).verdict is None
    made = path(BETTER, outcomes, given_up={("t", 2)}).verdict
    assert made is not None
    assert made.comparisons[0][2].n_treatment == (2 if len(made.looks) == 1 else 3)


def test_pairs_wait_for_the_run_that_makes_the_first_of_them() -> None:
    first, second = runs("t", *CLEAR[:2])[1:], runs("c", *LOW[:1])
    plan = planned(Until(2, 6))
    surely = partial(surely_open, BETTER)
    made = path(BETTER, [*first, *second], plan, given_up={("t", 0)}, paired=True, surely=surely)
    assert (made.verdict, made.needs, made.next, made.sure) == (None, ("t", "c"), 2, ())


def test_a_refuted_arm_gets_no_more_seeds_and_stands_as_it_was() -> None:
    claim = replace(BETTER, treatment=("t", "u"), margin=0.01)
    near = (0.51, 0.53, 0.52, 0.51)
    bad = [0.3, 0.31, 0.3, 0.31]
    made = path(claim, [*runs("t", *near), *runs("u", *bad), *runs("c", *LOW[:4])])
    assert made.verdict is not None
    assert details(made.verdict, BetterDetails).answers == {"t": "undecided", "u": "refuted"}
    assert (made.needs, made.next) == (("t", "c"), 5)
    more = path(claim, [*runs("t", *near, 0.51), *runs("u", *bad), *runs("c", *LOW[:5])])
    assert more.verdict is not None
    of = {treatment: one for treatment, _, one in more.verdict.comparisons}
    assert (of["t"].n_treatment, of["u"].n_treatment) == (5, of["u"].n_control)
    last = max(one.seeds for one in more.verdict.looks if one.treatment == "u")
    assert last == of["u"].n_treatment < 5  # what stands as it was has no later look


def test_a_race_drops_arms_and_ends_where_those_left_are_alike() -> None:
    claim = Choice("choice", "one is best", ("a", "b", "c"), "final", 0.2)
    a, b, c = runs("a", *CLEAR), runs("b", 0.9, 0.92, 0.91, 0.92, 0.9, 0.91), runs("c", 0.3, 0.31, 0.3, 0.31)
    made = path(claim, [*a, *b, *c])
    assert made.verdict is not None
    assert (made.verdict.answer, made.needs) == ("refuted", ())
    assert "the others are worse, and" in made.verdict.reason


def test_stability_needs_the_deciding_rate_alone_and_none_where_nothing_fails() -> None:
    claim = Stabler("stable", "t is stable", treatment=("t", "t2"), control=("c", "c2"))
    smaller = [*runs("t", *CLEAR[:3]), *runs("c", *CLEAR[:3])]
    mixed = [*runs("t2", *CLEAR[:3], lr=1.0), *runs("c2", 0.1, 0.9, 0.1, lr=1.0)]
    made = path(claim, [*smaller, *mixed])
    assert (made.needs, made.next) == (("t2", "c2"), 4)
    fine = path(claim, [*smaller, *runs("t2", *CLEAR[:3], lr=1.0), *runs("c2", *CLEAR[:3], lr=1.0)])
    assert (fine.needs, fine.verdict and fine.verdict.answer) == ((), "undecided")


def test_a_control_that_fails_ends_a_claim_about_time() -> None:
    claim = Sooner("sooner", "t is sooner", treatment=("t",), control="c", margin=1.0)
    made = path(claim, [*runs("t", *CLEAR[:3]), *runs("c", 0.1, 0.1, 0.9)])
    assert (made.needs, made.verdict and made.verdict.answer) == ((), "undecided")


def test_equal_curves_end_at_the_first_look() -> None:
    claim = Equal("equal", "one curve", "t", "c", 1e-6)
    kept = [replace(run, losses=(1.0, 0.5)) for arm in ("t", "c") for run in runs(arm, *CLEAR[:3])]
    made = path(claim, kept)
    assert made.verdict is not None
    assert (made.verdict.answer, made.needs) == ("supported", ())
    assert "look" not in made.verdict.reason


@pytest.mark.parametrize("most", [6, 12])
def test_stable_shares_err_less_often_than_one_look_may(most: int) -> None:
    """Every path of two arms of one true share, whatever that is: the exact probability of any answer."""
    plan = planned(Until(3, most))

    @cache
    def ends(n: int, t: int, c: int) -> bool:
        return n in plan.sizes and fisher(t, n, c, n) <= plan.level(n)

    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        coin = np.array([(1 - share) ** 2, share * (1 - share), share * (1 - share), share**2])
        inside, wrong = {(0, 0): 1.0}, 0.0
        for n in range(1, most + 1):
            after: dict[tuple[int, int], float] = {}
            for (t, c), mass in inside.items():
                for (x, y), p in zip(((0, 0), (1, 0), (0, 1), (1, 1)), coin, strict=True):
                    after[t + x, c + y] = after.get((t + x, c + y), 0.0) + mass * p
            wrong += sum(mass for (t, c), mass in after.items() if ends(n, t, c))
            inside = {(t, c): mass for (t, c), mass in after.items() if not ends(n, t, c)}
        assert wrong < 0.05


def test_what_looks_cost_that_nobody_planned() -> None:
    plan = Plan((5, 8))
    said = price(plan, {5: 0.05, 8: plan.level(8)})
    assert said.startswith(
        "it was to end with 5 seeds and went on, so it has looks at 5 and 8: the interval at 8 seeds is 1."
    )
    percent = float(said.partition("up to ")[2].partition(" %")[0])
    assert 5.5 < percent < 9.5
    assert price(plan, {n: plan.level(n) for n in plan.sizes}) == ""
