"""Dropout as exercises.

It draws its own mask, so what is right follows from what the learner's own forward pass kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from striate.scratch.exercises.exercise import (
    Array,
    Compared,
    Exercise,
    Fault,
    Learner,
    Unfinished,
    Values,
    draw,
    parts,
)


def _dropped(learner: Learner, x: Array, p: float, mode: str) -> tuple[Array, Any]:
    function = learner.get("dropout_forward")
    out, cache = parts(learner.call(function, x, {"p": p, "mode": mode, "seed": 7}), "out", "cache")
    if np.shape(out) != x.shape:
        raise Fault(f"returns out of shape {np.shape(out)}, where {x.shape} is needed")
    return np.asarray(out), cache


def _forward(learner: Learner, t: Values) -> Compared:
    """Compare by what each kept cell and each cell at test is multiplied."""
    x, p = t["x"], t["p"]
    factors = _dropped(learner, x, p, "train")[0] / x
    at_test = _dropped(learner, x, p, "test")[0] / x
    kept = factors[factors != 0]
    masks = len(np.unique(factors != 0, axis=0))
    share = len(kept) / x.size
    keep = p if abs(share - p) <= abs(share - (1 - p)) else 1 - p  # p is kept in one course, dropped in another
    right: Values = {
        "share of cells kept": keep,
        "factor of kept cells": 1 / keep,
        "share of cells kept at test": 1.0,
        "factor at test": 1.0,
        "rows with a mask of their own": len(x),
    }
    got: Values = {
        "share of cells kept": keep if abs(share - keep) < 0.1 else share,
        "factor of kept cells": float(kept.mean()) if len(kept) else 0.0,
        "share of cells kept at test": float((at_test != 0).mean()),
        "factor at test": float(at_test.mean()),
        "rows with a mask of their own": masks,
    }
    mistakes = [
        (
            "mask not scaled: kept cells are multiplied by 1 / (share kept), or the outputs at test by the share",
            right | {"factor of kept cells": 1.0},
        ),
        (
            "scaled twice: kept cells are multiplied in training, or all outputs at test, and not both",
            right | {"factor at test": keep},
        ),
        (
            "cells dropped at test: there all of them pass",
            {name: got[name] if name.endswith("at test") else value for name, value in right.items()},
        ),
        (
            "one mask for several images: each cell is dropped by itself",
            right | {"rows with a mask of their own": masks},
        ),
    ]
    vanilla = right | {"factor of kept cells": 1.0, "factor at test": keep}
    return Compared(got, right, mistakes, [vanilla])


def _backward(learner: Learner, t: Values) -> Compared:
    function = learner.get("dropout_backward")
    waits = "waits for dropout_forward, whose cache it takes"
    try:
        out, cache = _dropped(learner, t["x"], t["p"], t["mode"])
    except Unfinished:
        raise Fault(waits) from None
    except Fault as fault:
        raise Fault(f"{waits}: {fault}") from None
    dx = learner.call(function, t["dout"], cache)
    dx = np.asarray(dx[0] if isinstance(dx, tuple) else dx)
    factors = out / t["x"]
    right = {"dx": t["dout"] * factors}
    mistakes: list[tuple[str, Values]] = [("mask not scaled in the backward pass", {"dx": t["dout"] * (factors != 0)})]
    if dx.shape == out.shape and t["mode"] == "train":
        drawn, passed = factors != 0, dx != 0
        if (drawn != passed).any() and not passed.all():
            mistakes.append(("mask drawn anew in the backward pass: the cache has to keep it", {"dx": dx}))
    return Compared({"dx": dx}, right, mistakes)


MANY = np.linspace(1, 3, 2000).reshape(40, 50)


def exercises() -> list[Exercise]:
    """Return its two passes."""
    from striate.scratch.exercises.forms import FORMS

    small = [{"x": draw(1, 8) + 3, "dout": draw(1, 8, seed=3), "p": 0.4, "mode": mode} for mode in ("train", "test")]
    large = {"x": MANY, "dout": MANY[::-1].copy(), "p": 0.4, "mode": "train"}
    rows = (
        ("dropout_forward", _forward, [{"x": MANY, "p": 0.4}, {"x": MANY, "p": 0.25}], ()),
        ("dropout_backward", _backward, [*small, large], ()),
    )
    return [Exercise(name, "eecs498", "layer", FORMS[name], judge, trials, more) for name, judge, trials, more in rows]
