"""Update rules: how a gradient g changes a weight w. r is the learning rate; squares and roots are cell by cell.

    sgd:           w <- w - r g
    sgd_momentum:  v <- m v + g                          w <- w - r v
    rmsprop:       c <- d c + (1 - d) g^2                w <- w - r g / (sqrt(c) + e)
    adam:          m <- b1 m + (1 - b1) g                v <- b2 v + (1 - b2) g^2              t <- t + 1
                   w <- w - r (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + e)

A rule takes (w, dw, config) and returns (next w, next config); it changes neither. ``config`` holds the learning rate, the
rule's constants and what it remembers; what is absent is filled in. The forms are PyTorch's.
Sources: Sutskever et al., ICML 2013; Hinton, Coursera lecture 6e, 2012; Kingma and Ba, arXiv 1412.6980.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.catalog import Catalog, unknown
from striate.base.errors import NetError, RecipeError, sentence

Array = NDArray[Any]
Config = dict[str, Any]
Rule = Callable[[Array, Array, Mapping[str, Any] | None], tuple[Array, Config]]

BELOW: dict[str, float] = {"learning_rate": math.inf, "epsilon": math.inf} | dict.fromkeys(
    ("momentum", "decay_rate", "beta1", "beta2"), 1.0
)
"""What each constant must stay below; all are at least 0."""


@dataclass(frozen=True)
class UpdateRule:
    """A rule with its constants, and the names of what it remembers: arrays of the weight's shape, 0 at first."""

    name: str
    step: Rule
    constants: Mapping[str, Any]
    memory: tuple[str, ...] = ()


def sgd(w: Array, dw: Array, config: Mapping[str, Any] | None = None) -> tuple[Array, Config]:
    """Gradient descent."""
    c = _ready("sgd", w, dw, config)
    return w - c["learning_rate"] * dw, c


def sgd_momentum(w: Array, dw: Array, config: Mapping[str, Any] | None = None) -> tuple[Array, Config]:
    """Gradient descent with momentum."""
    c = _ready("sgd_momentum", w, dw, config)
    c["velocity"] = c["momentum"] * c["velocity"] + dw
    return w - c["learning_rate"] * c["velocity"], c


def rmsprop(w: Array, dw: Array, config: Mapping[str, Any] | None = None) -> tuple[Array, Config]:
    """RMSprop: each cell's step is divided by the root of its mean square gradient."""
    c = _ready("rmsprop", w, dw, config)
    c["cache"] = c["decay_rate"] * c["cache"] + (1 - c["decay_rate"]) * dw * dw
    return w - c["learning_rate"] * dw / (np.sqrt(c["cache"]) + c["epsilon"]), c


def adam(w: Array, dw: Array, config: Mapping[str, Any] | None = None) -> tuple[Array, Config]:
    """Adam: momentum and mean square gradient, each divided by the share of it that t steps can have gathered."""
    c = _ready("adam", w, dw, config)
    c["t"] = t = c["t"] + 1
    c["m"] = c["beta1"] * c["m"] + (1 - c["beta1"]) * dw
    c["v"] = c["beta2"] * c["v"] + (1 - c["beta2"]) * dw * dw
    m, v = c["m"] / (1 - c["beta1"] ** t), c["v"] / (1 - c["beta2"] ** t)
    return w - c["learning_rate"] * m / (np.sqrt(v) + c["epsilon"]), c


RULES: Catalog[UpdateRule] = Catalog(
    "update rule",
    RecipeError,
    (
        UpdateRule("sgd", sgd, {"learning_rate": 1e-2}),
        UpdateRule("sgd_momentum", sgd_momentum, {"learning_rate": 1e-2, "momentum": 0.9}, ("velocity",)),
        UpdateRule("rmsprop", rmsprop, {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}, ("cache",)),
        UpdateRule(
            "adam", adam, {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}, ("m", "v")
        ),
    ),
)


def rule_named(name: str) -> Rule:
    """Return the rule; raises RecipeError for an unknown name, with the nearest valid one."""
    return RULES.entry(name).step


def filled(name: str, w: Array, config: Mapping[str, Any] | None = None) -> Config:
    """Return a copy of ``config`` with what the rule ``name`` needs for ``w`` and ``config`` lacks.

    Raises RecipeError for a field that the rule does not have, and for constants out of their range.
    """
    given, rule = dict(config or {}), RULES[name]
    known = (*rule.constants, *rule.memory)
    if strange := [field for field in given if field not in known]:
        raise RecipeError(f"update rule {name}: {unknown('field', strange, known)}")
    faults = [
        f"{field} is {value!r}, and must be a number from 0 to below {'infinity' if BELOW[field] == math.inf else 1}"
        for field, value in given.items()
        if field in BELOW and not (isinstance(value, Real) and 0 <= float(value) < BELOW[field])
    ]
    if faults:
        raise RecipeError(f"update rule {name}: {sentence(faults)}")
    return {**rule.constants, **{memory: np.zeros_like(w) for memory in rule.memory if memory not in given}, **given}


def _ready(name: str, w: Array, dw: Array, config: Mapping[str, Any] | None) -> Config:
    if w.shape != dw.shape:
        raise NetError(
            f"weights {w.shape} and gradient {dw.shape}: a gradient has the shape of what it is the gradient of"
        )
    return filled(name, w, config)
