"""Dropout and batch normalization as exercises: layers that behave differently in training and at test.

Dropout draws its own mask, so what is right follows from what the learner's own forward pass kept.
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

BN_FORWARD = ("batchnorm_forward", "batch_norm_forward")
BN_BACKWARD = ("batchnorm_backward", "batch_norm_backward", "batchnorm_backward_alt")
N_MINUS_1 = "variance with n-1: batch normalization divides by n"


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
    share = len(kept) / x.size
    keep = p if abs(share - p) <= abs(share - (1 - p)) else 1 - p  # p is kept in one course, dropped in another
    right: Values = {"share of cells kept": keep, "factor of kept cells": 1 / keep, "factor at test": 1.0}
    got: Values = {
        "share of cells kept": keep if abs(share - keep) < 0.1 else share,
        "factor of kept cells": float(kept.mean()) if len(kept) else 0.0,
        "factor at test": float(at_test.mean()),
    }
    mistakes = [
        (
            "mask not scaled: kept cells are multiplied by 1 / (share kept), or the outputs at test by the share",
            right | {"factor of kept cells": 1.0},
        )
    ]
    vanilla = right | {"factor of kept cells": 1.0, "factor at test": keep}
    return Compared(got, right, mistakes, [vanilla])


def _backward(learner: Learner, t: Values) -> Compared:
    function = learner.get("dropout_backward")
    try:
        out, cache = _dropped(learner, t["x"], t["p"], t["mode"])
    except Unfinished:
        raise Fault("waits for dropout_forward, whose cache it takes") from None
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


def _normalized(t: Values, *, ddof: int = 0, running: bool = False, constant: bool = False) -> Values:
    x, gamma, eps = t["x"], t["gamma"], 1e-5
    count = len(x)
    of_batch = t["mode"] == "train" and not running
    mean, var = (x.mean(0), x.var(0)) if of_batch else (t["running_mean"], t["running_var"])
    if of_batch and ddof:
        var = var * count / max(count - 1, 1)
    sigma = np.sqrt(var + eps)
    h, dout = (x - mean) / sigma, t["dout"]
    dgamma, dbeta = (dout * h).sum(0), dout.sum(0)
    dx = gamma / sigma * dout
    if of_batch and not constant:
        dx = gamma / sigma * (dout - dbeta / count - h * dgamma / (count - ddof or 1))
    moves = t["mode"] == "train"
    after = {
        "running_mean": 0.9 * t["running_mean"] + 0.1 * x.mean(0) if moves else t["running_mean"],
        "running_var": 0.9 * t["running_var"] + 0.1 * x.var(0) if moves else t["running_var"],
    }
    return {"out": gamma * h + t["beta"], "dx": dx, "dgamma": dgamma, "dbeta": dbeta} | after


def _bn_run(learner: Learner, t: Values) -> tuple[Any, Any, Values]:
    given: Values = {"mode": t["mode"], "eps": 1e-5, "momentum": 0.9}
    given |= {name: t[name].copy() for name in ("running_mean", "running_var")}
    function = learner.get(*BN_FORWARD)
    out, cache = parts(learner.call(function, t["x"], t["gamma"], t["beta"], given), "out", "cache")
    return out, cache, given


def _bn_forward(learner: Learner, t: Values) -> Compared:
    out, _, after = _bn_run(learner, t)
    names = ("running_mean", "running_var")
    returned: Values = {"out": out} | {name: after[name] for name in names}
    right = _of(_normalized(t), returned)
    count = len(t["x"])
    unbiased = right["running_var"] + 0.1 * t["x"].var(0) * (count / max(count - 1, 1) - 1)
    also = [right | {"running_var": unbiased}] if t["mode"] == "train" else []
    mistakes = [
        (name, wrong | {"running_var": var})
        for name, variant in _bn_mistakes(t)[:2]
        for wrong in (_of(variant, returned),)
        for var in (right["running_var"], unbiased)
    ]
    mistakes += [
        (
            "the running averages do not move in training, or move at test",
            _of(variant, returned) | {name: t[name] for name in names},
        )
        for variant in (right,)
    ]
    return Compared(returned, right, mistakes, also)


def _bn_backward(learner: Learner, t: Values) -> Compared:
    function = learner.get(*BN_BACKWARD)
    try:
        _, cache, _ = _bn_run(learner, t)
    except Unfinished:
        raise Fault(f"waits for {BN_FORWARD[0]}, whose cache it takes") from None
    values = parts(learner.call(function, t["dout"], cache), "dx", "dgamma", "dbeta")
    returned: Values = dict(zip(("dx", "dgamma", "dbeta"), values, strict=True))
    mistakes = [(name, _of(variant, returned)) for name, variant in _bn_mistakes(t)]
    return Compared(returned, _of(_normalized(t), returned), mistakes)


def _bn_mistakes(t: Values) -> list[tuple[str, Values]]:
    return [
        (N_MINUS_1, _normalized(t, ddof=1)),
        (
            "running statistics used in training: there it is the batch's own mean and variance",
            _normalized(t, running=True),
        ),
        ("mean and variance taken for constants: they depend on x, too", _normalized(t, constant=True)),
    ]


def _of(values: Values, like: Values) -> Values:
    return {name: values[name] for name in like}


def _batch(n: int, d: int, mode: str) -> Values:
    arrays = {"x": draw(n, d), "gamma": draw(d, seed=1), "beta": draw(d, seed=2), "dout": draw(n, d, seed=3)}
    return arrays | {"mode": mode, "running_mean": draw(d, seed=4), "running_var": 1.5 + 0.25 * draw(d, seed=5)}


BATCHES = [_batch(2, 1, "train"), _batch(4, 2, "train"), _batch(2, 1, "test"), _batch(5, 3, "train")]
MANY = np.linspace(1, 3, 2000).reshape(40, 50)


def exercises() -> list[Exercise]:
    """Return the four exercises of these two layers."""
    from striate.scratch.exercises.forms import FORMS

    small = [{"x": draw(1, 8) + 3, "dout": draw(1, 8, seed=3), "p": 0.4, "mode": mode} for mode in ("train", "test")]
    large = {"x": MANY, "dout": MANY[::-1].copy(), "p": 0.4, "mode": "train"}
    rows = (
        ("dropout_forward", _forward, [{"x": MANY, "p": 0.4}, {"x": MANY, "p": 0.25}], ()),
        ("dropout_backward", _backward, [*small, large], ()),
        (BN_FORWARD[0], _bn_forward, BATCHES, BN_FORWARD[1:]),
        (BN_BACKWARD[0], _bn_backward, BATCHES, BN_BACKWARD[1:]),
    )
    return [Exercise(name, "eecs498", "layer", FORMS[name], judge, trials, more) for name, judge, trials, more in rows]
