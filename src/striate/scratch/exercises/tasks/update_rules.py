"""The update rules of EECS 498 as exercises: three steps of each, so that what one remembers may have any sign or scale."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from striate.scratch.exercises.comparing import checked
from striate.scratch.exercises.exercise import Array, Compared, Exercise, Learner, Values, draw, parts
from striate.scratch.update_rules import RULES

Call = Callable[..., Any]


def _climbing(name: str) -> Call:
    def step(w: Array, dw: Array, config: Any) -> Any:
        after, config = RULES[name].step(w, dw, config)
        return 2 * w - after, config

    return step


def _uncorrected(w: Array, dw: Array, config: Any) -> Any:
    config = {"m": 0 * w, "v": 0 * w} | config
    config["m"] = 0.9 * config["m"] + 0.1 * dw
    config["v"] = 0.999 * config["v"] + 0.001 * dw * dw
    return w - config["learning_rate"] * config["m"] / (np.sqrt(config["v"]) + 1e-8), config


def _damped(w: Array, dw: Array, config: Any) -> Any:
    config = {"v": 0 * w} | config
    config["v"] = 0.9 * config["v"] + 0.1 * dw
    return w - config["learning_rate"] * config["v"], config


def _rooted(name: str) -> Call:
    """Return the rule with epsilon under the root, by way of its state, which it does not enter."""

    def step(w: Array, dw: Array, config: Any) -> Any:
        _, config = RULES[name].step(w, dw, config)
        mean, square = (config["m"], config["v"]) if name == "adam" else (dw, config["cache"])
        if name == "adam":
            mean, square = mean / (1 - 0.9 ** config["t"]), square / (1 - 0.999 ** config["t"])
        return w - config["learning_rate"] * mean / np.sqrt(square + 1e-8), config

    return step


OF_ONE: dict[str, tuple[str, Call]] = {
    "adam": ("m and v are not divided by 1 - beta^t, the share of them that t steps can have gathered", _uncorrected),
    "sgd_momentum": ("the gradient is multiplied by 1 - momentum, which this rule does not do", _damped),
}
"""The mistakes that one rule alone invites."""
ADAPTIVE = ("rmsprop", "adam")


def _follow(rule: Call, t: Values, call: Call) -> Array:
    w, config, seen = t["w"], {"learning_rate": 0.1}, []
    for dw in t["gradients"]:
        w, config = parts(call(rule, w, dw, config), "next_w", "config")
        checked("next_w", w, dw)
        w = np.array(w)
        seen.append(w.copy())
    return np.stack(seen)


def _plain(rule: Call, *given: Any) -> Any:
    return rule(*given)


def _judge(name: str) -> Callable[[Learner, Values], Compared]:
    variants = [("the sign of the step is wrong: it climbs", _climbing(name))]
    variants += [OF_ONE[name]] if name in OF_ONE else []
    variants += [("epsilon added under the root: it is added to it", _rooted(name))] if name in ADAPTIVE else []

    def judge(learner: Learner, t: Values) -> Compared:
        in_place = partial(learner.call, free=(0,))  # as the course's own sgd does
        returned = {"w after each step": _follow(learner.get(name), t, in_place)}
        wrong = [(said, {"w after each step": _follow(variant, t, _plain)}) for said, variant in variants]
        return Compared(returned, {"w after each step": _follow(RULES[name].step, t, _plain)}, wrong)

    return judge


def exercises() -> list[Exercise]:
    """Return the four rules."""
    from striate.scratch.exercises.forms import FORMS

    steps = [{"w": draw(*s), "gradients": [draw(*s, seed=k) for k in (1, 2, 3)]} for s in ((1,), (3,), (2, 3))]
    # Epsilon counts where gradients are small.
    small = [{"w": draw(1), "gradients": [1e-5 * draw(1, seed=k) for k in (1, 2, 3)]}]
    return [
        Exercise(
            name, "eecs498", "update rule", FORMS[name], _judge(name), [*steps, *(small if name in ADAPTIVE else [])]
        )
        for name in RULES
    ]
