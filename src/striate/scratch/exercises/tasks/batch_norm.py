"""Batch normalization as exercises: of vectors (N, D), and of images (N, C, H, W) with one mean for each channel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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
from striate.scratch.exercises.tasks.layers import AVERAGED

ROWS = (
    ("batchnorm_forward", "batch_norm_forward"),
    ("batchnorm_backward", "batch_norm_backward", "batchnorm_backward_alt"),
)
IMAGES = (
    ("spatial_batchnorm_forward", "batchnorm2d_forward", "spatial_batch_norm_forward"),
    ("spatial_batchnorm_backward", "batchnorm2d_backward", "spatial_batch_norm_backward"),
)
AT_TEST = "statistics of the batch used at test: there it is the running ones"
Names = tuple[str, ...]
Statistics = tuple[str, str]
RUNNING: Statistics = ("running_mean", "running_var")
MOMENTUM, EPS = 0.9, 1e-5


def _normalized(
    t: Values,
    *,
    ddof: int = 0,
    running: bool = False,
    constant: bool = False,
    over: tuple[int, ...] | None = None,
    at_test: bool = False,
    outside: bool = False,
    momentum: float = MOMENTUM,
) -> Values:
    """Return all right values of a trial; ``over`` are the axes of mean and variance, all but the channel's by default.

    ``ddof`` is taken from the count, ``running`` uses the running statistics in training too, and ``constant`` leaves out of
    dx that mean and variance depend on x. ``at_test`` takes the batch's statistics at test, too; ``outside`` adds eps to the
    root.
    """
    x, dout = t["x"], t["dout"]
    every = tuple(axis for axis in range(x.ndim) if axis != 1)
    axes = every if over is None else over
    gamma, beta, mean_kept, var_kept = (_along(t[name], x.ndim) for name in ("gamma", "beta", *RUNNING))
    count = int(np.prod([x.shape[axis] for axis in axes]))
    of_batch = (t["mode"] == "train" and not running) or at_test
    mean, var = (x.mean(axes, keepdims=True), x.var(axes, keepdims=True)) if of_batch else (mean_kept, var_kept)
    if of_batch and ddof:
        var = var * count / max(count - 1, 1)
    sigma = np.sqrt(var) + EPS if outside else np.sqrt(var + EPS)
    h = (x - mean) / sigma
    dx = gamma / sigma * dout
    if of_batch and not constant:
        sums = [(part.sum(axes, keepdims=True)) for part in (dout, dout * h)]
        dx = gamma / sigma * (dout - sums[0] / count - h * sums[1] / (count - ddof or 1))
    after = {name: t[name] for name in RUNNING}
    if t["mode"] == "train":
        batch = {"running_mean": x.mean(every), "running_var": x.var(every)}
        after = {name: momentum * t[name] + (1 - momentum) * batch[name] for name in RUNNING}
    gradients = {"dgamma": (dout * h).sum(every), "dbeta": dout.sum(every)}
    return {"out": gamma * h + beta, "dx": dx} | gradients | after


def _along(channels: Array, ndim: int) -> Array:
    """Return an array (C) so that it meets axis 1 of one with ``ndim`` axes."""
    return channels.reshape(1, -1, *[1] * (ndim - 2))


def _mistakes(t: Values) -> list[tuple[str, Values]]:
    found = [
        ("variance with n-1: batch normalization divides by n", _normalized(t, ddof=1)),
        (
            "running statistics used in training: there it is the batch's own mean and variance",
            _normalized(t, running=True),
        ),
        ("mean and variance taken for constants: they depend on x, too", _normalized(t, constant=True)),
        (AT_TEST, _normalized(t, at_test=True)),
        ("eps added to the root: it belongs under it", _normalized(t, outside=True)),
    ]
    if t["x"].ndim == 4:
        found += [
            ("one mean per place: each channel has a single one, over all places", _normalized(t, over=(0,))),
            ("one mean per image: each channel has a single one, over the batch", _normalized(t, over=(2, 3))),
        ]
    return found


def _run(names: Names, learner: Learner, t: Values) -> tuple[Any, Any, Values]:
    given: Values = {"mode": t["mode"], "eps": EPS, "momentum": MOMENTUM}
    given |= {name: t[name].copy() for name in RUNNING}
    function = learner.get(*names)
    out, cache = parts(learner.call(function, t["x"], t["gamma"], t["beta"], given), "out", "cache")
    return out, cache, given


def _forward(learner: Learner, t: Values, names: Names) -> Compared:
    out, _, after = _run(names, learner, t)
    returned: Values = {"out": out} | {name: after[name] for name in RUNNING}
    right = _of(_normalized(t), returned)
    every = tuple(axis for axis in range(t["x"].ndim) if axis != 1)
    count = t["x"].size // t["x"].shape[1]
    unbiased = right["running_var"] + (1 - MOMENTUM) * t["x"].var(every) * (count / max(count - 1, 1) - 1)
    also = [right | {"running_var": unbiased}] if t["mode"] == "train" else []  # as PyTorch keeps it
    known = [(name, wrong) for name, wrong in _mistakes(t) if not name.startswith("mean and variance")]
    mistakes = [
        (name, {"out": wrong["out"], "running_mean": wrong["running_mean"], "running_var": var})
        for name, wrong in known[:4]
        for var in (right["running_var"], unbiased)
    ]
    mistakes += [(name, {"out": wrong["out"]}) for name, wrong in known[4:]]  # whatever shape their running ones have
    mistakes.append((AT_TEST, _of(_normalized(t | {"mode": "train"}), right)))  # whatever the mode, they move as well
    turned = _normalized(t, momentum=1 - MOMENTUM)
    mistakes.append(
        ("momentum the other way round: it is the share that is kept of the running ones", _of(turned, right))
    )
    mistakes.append(
        ("the running averages do not move in training, or move at test", right | {name: t[name] for name in RUNNING})
    )
    return Compared(returned, right, mistakes, also)


def _backward(learner: Learner, t: Values, names: tuple[Names, Names]) -> Compared:
    function = learner.get(*names[1])
    waits = f"waits for {names[0][0]}, whose cache it takes"
    try:
        _, cache, _ = _run(names[0], learner, t)
    except Unfinished:
        raise Fault(waits) from None
    except Fault as fault:
        raise Fault(f"{waits}: {fault}") from None
    values = parts(learner.call(function, t["dout"], cache), "dx", "dgamma", "dbeta")
    returned: Values = dict(zip(("dx", "dgamma", "dbeta"), values, strict=True))
    right = _of(_normalized(t), returned)
    mistakes = [(name, _of(variant, returned)) for name, variant in _mistakes(t)]
    mistakes.append((AVERAGED, right | {name: right[name] / len(t["x"]) for name in ("dgamma", "dbeta")}))
    return Compared(returned, right, mistakes)


def _of(values: Values, like: Values) -> Values:
    return {name: values[name] for name in like}


def _batch(shape: tuple[int, ...], mode: str) -> Values:
    channels = shape[1]
    arrays = {"x": draw(*shape), "gamma": draw(channels, seed=1), "beta": draw(channels, seed=2)}
    arrays["dout"] = draw(*shape, seed=3)
    kept = {"running_mean": draw(channels, seed=4), "running_var": 1.5 + 0.25 * draw(channels, seed=5)}
    return arrays | {"mode": mode} | kept


VECTORS = [
    _batch(shape, mode) for shape, mode in (((3, 1), "train"), ((4, 2), "train"), ((2, 1), "test"), ((5, 3), "train"))
]
PICTURES = [
    _batch(shape, mode)
    for shape, mode in (
        ((1, 1, 1, 3), "train"),
        ((2, 2, 2, 3), "train"),
        ((2, 2, 1, 2), "test"),
        ((3, 4, 3, 2), "train"),
    )
]


def exercises() -> list[Exercise]:
    """Return the two passes for vectors and for images."""
    from striate.scratch.exercises.forms import FORMS

    found: list[Exercise] = []
    for names, trials in ((ROWS, VECTORS), (IMAGES, PICTURES)):
        judges: tuple[Callable[[Learner, Values], Compared], ...] = (
            partial(_forward, names=names[0]),
            partial(_backward, names=names),
        )
        for (name, *more), judge in zip(names, judges, strict=True):
            found.append(Exercise(name, "eecs498", "layer", FORMS[name], judge, trials, tuple(more)))
    return found
