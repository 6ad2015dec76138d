"""Studies as arrays of studies x runs, and the rules of `striate.studies.claims` written for all of them at once.

`bench_verdicts.py --check` holds the rules against the claims themselves, study by study.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from striate.studies.looks.plan import Plan

ROUNDING = 1 / 1000 / np.sqrt(12)  # of an accuracy on 1,000 images
Array = Any
Draw = Callable[[np.random.Generator, int, int], list[Array]]
"""A generator, a number of studies, the runs of each arm -> the values of each arm."""


def p_values(one: Array, other: Array, n: int, least: float = 0.0) -> tuple[Array, Array]:
    """Return Welch's two-sided p and the effect of every study after ``n`` runs; arrays are studies x runs."""
    a, b = (np.maximum(x[:, :n].var(1, ddof=1), least**2) / n for x in (one, other))
    effect = one[:, :n].mean(1) - other[:, :n].mean(1)
    both = a + b
    safe = np.where(both > 0, both, 1.0)
    df = np.where(both > 0, safe**2 / np.where(both > 0, a * a + b * b, 1.0), 2.0) * (n - 1)
    p = 2 * special.stdtr(df, -np.abs(effect) / np.sqrt(safe))
    return np.where(both > 0, p, 1.0), effect


def two_arms(one: Array, other: Array, plan: Plan, comparisons: int = 1, least: float = 0.0) -> tuple[Array, Array]:
    """Return the sign of each study's answer, 0 where it has none, and at how many seeds it ended."""
    answer, ended = np.zeros(len(one), int), np.full(len(one), plan.sizes[-1])
    for n in plan.sizes:
        p, effect = p_values(one, other, n, least)
        now = (answer == 0) & (p < plan.level(n, comparisons))
        answer[now], ended[now] = np.sign(effect[now]).astype(int), n
    return answer, ended


def normal(*means: float, spreads: tuple[float, ...] = ()) -> Draw:
    """Return a drawing of arms with these means, in units of the first spread."""

    def draw(rng: np.random.Generator, studies: int, most: int) -> list[Array]:
        wide = spreads or (1.0,) * len(means)
        return [mean + sd * rng.normal(size=(studies, most)) for mean, sd in zip(means, wide, strict=True)]

    return draw


def on_images(rng: np.random.Generator, studies: int, most: int) -> list[Array]:
    """Draw two arms of accuracies on 1,000 images, near .98, where many runs are equal."""
    return [np.round(np.clip(0.98 + 0.001 * rng.normal(size=(studies, most)), 0, 1), 3) for _ in range(2)]


def failing(rng: np.random.Generator, studies: int, most: int) -> list[Array]:
    """Draw two arms of which each run fails with probability .2 and then counts as guessing."""
    arms = [0.9 + 0.01 * rng.normal(size=(studies, most)) for _ in range(2)]
    return [np.where(rng.random(arm.shape) < 0.2, 0.1, arm) for arm in arms]


def race(arms: list[Array], plan: Plan) -> tuple[Array, Array, Array]:
    """Return the arm that each study supports (-1: none), whether arm 0 was never dropped, and the runs of all arms."""
    k, studies = len(arms), len(arms[0])
    pairs = k * (k - 1) // 2
    racing, runs = np.ones((k, studies), bool), np.zeros(studies, int)
    chosen, before = np.full(studies, -1), 0
    for n in plan.sizes:
        live = racing.sum(0) > 1
        runs += np.where(live, racing.sum(0) * (n - before), 0)
        before, out = n, np.zeros_like(racing)
        for i in range(k):
            for j in range(i):
                p, effect = p_values(arms[i], arms[j], n)
                told = racing[i] & racing[j] & live & (p < plan.level(n, pairs))
                out[j] |= told & (effect > 0)
                out[i] |= told & (effect < 0)
        racing &= ~out
        ended = live & (racing.sum(0) == 1)
        chosen[ended] = racing.argmax(0)[ended]
    return chosen, racing[0], runs
