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


def welch(one: Array, other: Array, n: int, least: float = 0.0) -> tuple[Array, Array, Array]:
    """Return effect, error (0: not known) and degrees of freedom after ``n`` runs; arrays are studies x runs."""
    a, b = (np.maximum(x[:, :n].var(1, ddof=1), least**2) / n for x in (one, other))
    effect = one[:, :n].mean(1) - other[:, :n].mean(1)
    both = a + b
    df = np.where(both > 0, np.where(both > 0, both, 1.0) ** 2 / np.where(both > 0, a * a + b * b, 1.0), 2.0) * (n - 1)
    return effect, np.sqrt(both), df


def p_values(one: Array, other: Array, n: int, least: float = 0.0) -> tuple[Array, Array]:
    """Return Welch's two-sided p and the effect of every study after ``n`` runs."""
    effect, error, df = welch(one, other, n, least)
    p = 2 * special.stdtr(df, -np.abs(effect) / np.where(error > 0, error, 1.0))
    return np.where(error > 0, p, 1.0), effect


def futile(one: Array, other: Array, n: int, plan: Plan, comparisons: int = 1, least: float = 0.0) -> Array:
    """Return of which studies the last look would hardly decide this comparison, whose margin is 0."""
    most = plan.sizes[-1]
    if n == most or not plan.futility:
        return np.zeros(len(one), bool)
    effect, error, df = welch(one, other, n, least)
    share, t = n / most, effect / np.where(error > 0, error, 1.0)
    half = special.stdtrit(df * (most - 1) / (n - 1), 1 - plan.level(most, comparisons) / 2) * np.sqrt(share)
    chance = sum(special.ndtr((way * t - half) / np.sqrt(1 - share)) for way in (1, -1))
    return (chance < plan.futility) & (error > 0)


def two_arms(one: Array, other: Array, plan: Plan, comparisons: int = 1, least: float = 0.0) -> tuple[Array, Array]:
    """Return the sign of each study's answer, 0 where it has none, and at how many seeds it ended."""
    answer, ended = np.zeros(len(one), int), np.full(len(one), plan.sizes[-1])
    live = np.ones(len(one), bool)
    for n in plan.sizes:
        p, effect = p_values(one, other, n, least)
        now = live & (p < plan.level(n, comparisons))
        answer[now] = np.sign(effect[now]).astype(int)
        ends = now | live & futile(one, other, n, plan, comparisons, least)
        ended[ends] = n
        live &= ~ends
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
    chosen, before, live = np.full(studies, -1), 0, np.ones(studies, bool)
    for n in plan.sizes:
        runs += np.where(live, racing.sum(0) * (n - before), 0)
        before, out, hardly = n, np.zeros_like(racing), np.zeros((k, k, studies), bool)
        for i in range(k):
            for j in range(i):
                p, effect = p_values(arms[i], arms[j], n)
                told = racing[i] & racing[j] & live & (p < plan.level(n, pairs))
                out[j] |= told & (effect > 0)
                out[i] |= told & (effect < 0)
                hardly[i, j] = hardly[j, i] = futile(arms[i], arms[j], n, plan, pairs)
        racing &= ~out
        ended = live & (racing.sum(0) == 1)
        chosen[ended] = racing.argmax(0)[ended]
        best = np.where(racing, [arm[:, :n].mean(1) for arm in arms], -np.inf).argmax(0)
        others = racing & (np.arange(k)[:, None] != best)
        live &= ~ended & ~(hardly[best, :, np.arange(studies)].T | ~others).all(0)
    return chosen, racing[0], runs
