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

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import NetError, RecipeError, nearest

Array = NDArray[Any]
Config = dict[str, Any]
Rule = Callable[[Array, Array, Mapping[str, Any] | None], tuple[Array, Config]]


def sgd(w: Array, dw: Array, config: Mapping[str, Any] | None = None) -> tuple[Array, Config]:
    """Gradient descent: ``learning_rate`` 1e-2."""
    c = _filled(w, dw, config, {"learning_rate": 1e-2})
    return w - c["learning_rate"] * dw, c


def sgd_momentum(w: Array, dw: Array, config: Mapping[str, Any] | None = None) -> tuple[Array, Config]:
    """Gradient descent with momentum: ``learning_rate`` 1e-2, ``momentum`` 0.9; ``velocity`` starts at 0."""
    c = _filled(w, dw, config, {"learning_rate": 1e-2, "momentum": 0.9}, "velocity")
    c["velocity"] = c["momentum"] * c["velocity"] + dw
    return w - c["learning_rate"] * c["velocity"], c


def rmsprop(w: Array, dw: Array, config: Mapping[str, Any] | None = None) -> tuple[Array, Config]:
    """RMSprop: ``learning_rate`` 1e-2, ``decay_rate`` 0.99, ``epsilon`` 1e-8; ``cache`` starts at 0."""
    c = _filled(w, dw, config, {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}, "cache")
    c["cache"] = c["decay_rate"] * c["cache"] + (1 - c["decay_rate"]) * dw * dw
    return w - c["learning_rate"] * dw / (np.sqrt(c["cache"]) + c["epsilon"]), c


def adam(w: Array, dw: Array, config: Mapping[str, Any] | None = None) -> tuple[Array, Config]:
    """Adam: ``learning_rate`` 1e-3, ``beta1`` 0.9, ``beta2`` 0.999, ``epsilon`` 1e-8; ``m``, ``v`` and ``t`` start at 0."""
    constants = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}
    c = _filled(w, dw, config, constants, "m", "v")
    c["t"] = t = c["t"] + 1
    c["m"] = c["beta1"] * c["m"] + (1 - c["beta1"]) * dw
    c["v"] = c["beta2"] * c["v"] + (1 - c["beta2"]) * dw * dw
    m, v = c["m"] / (1 - c["beta1"] ** t), c["v"] / (1 - c["beta2"] ** t)
    return w - c["learning_rate"] * m / (np.sqrt(v) + c["epsilon"]), c


RULES: dict[str, Rule] = {"sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}


def rule_named(name: str) -> Rule:
    """Return the rule; raises RecipeError for an unknown name, with the nearest valid one."""
    if name not in RULES:
        raise RecipeError(f'there is no update rule "{name}"{nearest(name, RULES)}; the rules are {", ".join(RULES)}')
    return RULES[name]


def _filled(w: Array, dw: Array, config: Mapping[str, Any] | None, constants: Config, *memories: str) -> Config:
    """Return a copy of ``config`` with what is absent filled in; raises for shapes that differ and unknown fields."""
    if w.shape != dw.shape:
        raise NetError(
            f"weights {w.shape} and gradient {dw.shape}: a gradient has the shape of what it is the gradient of"
        )
    given = dict(config or {})
    known = (*constants, *memories)
    unknown = [f'"{field}"{nearest(field, known)}' for field in given if field not in known]
    if unknown:
        raise RecipeError(f"the update rule has no field {', '.join(unknown)}; its fields are {', '.join(known)}")
    return constants | {name: np.zeros_like(w) for name in memories if name not in given} | given
