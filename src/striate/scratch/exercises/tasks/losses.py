"""The losses of EECS 498 as exercises: tried with labels 0 and 1, and with -1 and +1, since courses write both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from striate.scratch.exercises.comparing import all_alike
from striate.scratch.exercises.exercise import Array, Compared, Exercise, Learner, Values, draw, parts
from striate.scratch.layers.losses import hinge_loss, logistic_loss, softmax_loss

Loss = Callable[[Array, Array], tuple[float, Array]]
OVERFLOW = "float32 lost to an overflow: take the largest exponent out before exp"
UNDERFLOW = "float32 lost to an underflow: p is 0, and its logarithm infinite; write log p as x - log(sum of exp(x))"
NAMES: dict[str, tuple[tuple[str, ...], Loss]] = {
    "logistic_loss": (("logistic_loss",), logistic_loss),
    "svm_loss": (("svm_loss", "hinge_loss"), hinge_loss),
    "softmax_loss": (("softmax_loss",), softmax_loss),
}


def _judge_loss(name: str) -> Callable[[Learner, Values], Compared]:
    names, loss = NAMES[name]

    def once(learner: Learner, x: Array, y: Array) -> Compared:
        with np.errstate(all="ignore"):
            value, dx = parts(learner.call(learner.get(*names), x, y), "loss", "dx")
        right_loss, right_dx = loss(x.astype(np.float64), y)
        right: Values = {"loss": right_loss, "dx": right_dx.astype(x.dtype)}
        returned: Values = {"loss": value, "dx": dx}
        n = len(x)
        mistakes: list[tuple[str, Values]] = [
            ("loss summed and not averaged: divide it, and dx, by N", {"loss": right_loss * n, "dx": right_dx * n}),
            ("loss summed and not averaged: dx is that of the mean", {"loss": right_loss * n, "dx": right_dx}),
            (
                "divided by N not at all: the loss is a mean, and dx has to be its gradient",
                {"loss": right_loss, "dx": right_dx * n},
            ),
            ("divided by N twice", {"loss": right_loss, "dx": right_dx / n}),
            ("divided by N twice", {"loss": right_loss / n, "dx": right_dx / n}),
        ]
        if not all(_finite(value) for value in returned.values()):
            lost = UNDERFLOW if name == "softmax_loss" and _finite(dx) else OVERFLOW  # too large an exp makes p nan
            mistakes.insert(0, (lost, returned))
        return Compared(returned, right, mistakes)

    def judge(learner: Learner, trial: Values) -> Compared:
        first = once(learner, trial["x"], trial["y"])
        if name == "softmax_loss" or all_alike(first.returned, first.expected):
            return first
        other = once(learner, trial["x"], np.where(trial["y"] == 1, 1, -1))
        # Which convention the file keeps is seen by which it gets right, or gets wrong in a way that is known.
        known = any(all_alike(other.returned, wrong) for _, wrong in [("", other.expected), *other.mistakes])
        return other if known and not any(all_alike(first.returned, wrong) for _, wrong in first.mistakes) else first

    return judge


def _finite(value: Any) -> bool:
    try:
        array = np.asarray(value)
    except ValueError:  # rows of uneven lengths, which the comparison tells
        return True
    return array.dtype.kind not in "f" or bool(np.isfinite(array).all())


def _scores(n: int, k: int, scale: float, dtype: Any) -> Values:
    x = draw(n, k) if k else draw(n)
    y = np.arange(n) % (k or 2)
    return {"x": (x * scale).astype(dtype), "y": y}


def exercises() -> list[Exercise]:
    """Return the three losses."""
    from striate.scratch.exercises.forms import FORMS

    found: list[Exercise] = []
    for name, (names, _) in NAMES.items():
        k = 3 if name == "softmax_loss" else 0
        trials = [_scores(n, k, 1.0, np.float64) for n in (1, 2, 5)]
        trials[1:1] = [trials[0] | {"y": np.array([1])}]  # of one that is classified right the hinge is 0
        trials[2:2] = [trials[2] | {"y": np.array([1, 0])}]
        large = [_scores(2, k, 100.0, np.float32), _scores(4, k, 1000.0, np.float64)]
        # With the labels turned round, too: of a right answer an exponential is small.
        trials += [trial | {"y": labels} for trial in large for labels in (trial["y"], (trial["y"] + 1) % (k or 2))]
        found.append(Exercise(name, "eecs498", "loss", FORMS[name], _judge_loss(name), trials, names[1:]))
    return found
