"""What is said to be surely open is so whatever the last run gives: every value is tried; and the supremum by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from striate.base.intervals import t_quantile
from striate.studies.claims.better import Better
from striate.studies.claims.choice import Choice
from striate.studies.claims.comparison import compare
from striate.studies.claims.larger import Larger
from striate.studies.claims.outcome import Outcome
from striate.studies.claims.sooner import Sooner
from striate.studies.claims.stabler import Stabler
from striate.studies.claims.verdict import Claim
from striate.studies.looks.ahead import could, surely_open
from striate.studies.looks.plan import Look, Plan

ARMS = ("t", "u", "c")
PLAN = Plan((3, 4, 6), known={many: (0.01 / many, 0.02 / many, 0.04 / many) for many in (1, 2, 3)})
VALUES = [0.0, 0.2, 0.4, *np.linspace(0.45, 0.6, 16), 0.8, 1.0]
CLAIMS: dict[str, Claim] = {
    "better": Better("x", "x.", ("t", "u"), "c", "final", 0.01),
    "larger": Larger("x", "x.", ("t", "u"), "c", "val/x", 0.01),
    "lower": Larger("x", "x.", ("t", "u"), "c", "val/x", 0.01, lower=True),
    "choice": Choice("x", "x.", ARMS, "final", 0.01),
    "sooner": Sooner("x", "x.", ("t", "u"), "c", 1.0),
}


def run(arm: str, seed: int, value: float) -> Outcome:
    curve = (value / 2, value, value)
    return Outcome(arm, seed, "finished", 0.1, 3, 10, 2, 10**9, curve, (1.0,) * 3, None, last={"val/x": value})


@pytest.mark.parametrize("kind", CLAIMS)
def test_no_value_of_the_last_run_ends_what_is_surely_open(kind: str) -> None:
    claim, rng, sure_of = CLAIMS[kind], np.random.default_rng(7), 0
    for study in range(12):
        n = (3, 4)[study % 2]
        look, last = Look(PLAN, n), ARMS[study % 3]
        means = dict(zip(ARMS, 0.5 + 0.03 * rng.integers(0, 3, 3), strict=True))
        runs = [run(arm, s, float(rng.normal(means[arm], 0.01))) for arm in ARMS for s in range(n)]
        present = [one for one in runs if (one.arm, one.seed) != (last, n - 1)]
        sure = surely_open(claim, claim.judge(present, look), present, look, last)
        sure_of += bool(sure)
        for value in VALUES if sure else ():
            verdict = claim.judge([*present, run(last, n - 1, float(value))], look)
            assert verdict.answer == "undecided", (study, value)
            assert set(sure) <= set(verdict.open), (study, value, sure, verdict.open)
    assert sure_of > 1


def reach(values: Sequence[float], others: Sequence[float], against: float) -> float:
    """Return the largest t, over all values that may come, of ``values`` with one more, above ``others`` and ``against``."""
    found = [compare([*values, x], others, confidence=0.5) for x in np.linspace(-1, 5, 401)]
    widths = [(one.high - one.low) / 2 for one in found]
    df = [t_quantile_df(len(values) + 1, [*values, x], others) for x in np.linspace(-1, 5, 401)]
    return max((one.effect - against) / (w / t_quantile(d, 0.5)) for one, w, d in zip(found, widths, df, strict=True))


def t_quantile_df(n: int, values: Sequence[float], others: Sequence[float]) -> float:
    a, b = np.var(values, ddof=1) / n, np.var(others, ddof=1) / len(others)
    return float((a + b) ** 2 / (a * a / (n - 1) + b * b / (len(others) - 1)))


def test_the_supremum_is_that_of_all_values() -> None:
    values, others = [1.0, 1.6], [0.0, 0.4, 0.1]
    d, c = 1.3 - 0.5 / 3 - 0.25, 0.18 / 6 + np.var(others, ddof=1) / 3
    most = math.sqrt(1 + d * d / c)
    assert reach(values, others, 0.25) == pytest.approx(most, rel=1e-3)
    seen = compare(values, others)
    edge = next(level for level in np.linspace(0.5, 0.9999, 2000) if t_quantile(4, float(level)) > most)
    for level, able in ((edge - 0.001, True), (edge + 0.001, False)):
        given = compare(values, others, confidence=float(level))
        assert could(given, 1, 0.25, treatment=True) is able
    assert could(seen, 1, 0.0, treatment=True) is could(compare(others, values), -1, 0.0, treatment=False)


def test_claims_that_compare_no_means_and_pairs_are_never_sure() -> None:
    runs = [run(arm, seed, 0.5 + seed / 100) for arm in ARMS for seed in range(3)]
    claim = CLAIMS["better"]
    assert surely_open(claim, claim.judge(runs, Look(PLAN, 3)), runs, Look(PLAN, 3), "t")
    look = Look(PLAN, 3, paired=True)
    assert surely_open(claim, claim.judge(runs, look), runs, look, "t") == ()
    stabler = Stabler("x", "x.", ("t",), ("c",))
    assert surely_open(stabler, claim.judge(runs, Look(PLAN, 3)), runs, Look(PLAN, 3), "t") == ()
    sooner = CLAIMS["sooner"]
    assert surely_open(sooner, sooner.judge(runs, Look(PLAN, 3)), runs, Look(PLAN, 3), "c") == ()
