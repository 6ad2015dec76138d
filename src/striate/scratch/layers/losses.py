"""Losses: the mean over the batch of how wrong each score is, and its gradient with respect to the scores.

    logistic:  s = +1 or -1,   L = (1/N) sum_n log(1 + exp(-s x))        dx = -s / (1 + exp(s x)) / N
    hinge:     s = +1 or -1,   L = (1/N) sum_n max(0, 1 - s x)           dx = -s / N where s x < 1, else 0
    softmax:   p = exp(x) / sum_k exp(x_k),   L = -(1/N) sum_n log p[y]   dx = (p - [k = y]) / N

No exponential is taken of a positive number, so no finite score overflows.
Source: EECS 498/598 Deep Learning, Homework 1, 2019, questions 2 to 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError, NetError
from striate.scratch.layers.activations import sigmoid

Array = NDArray[Any]


def logistic_loss(x: Array, y: Array) -> tuple[float, Array]:
    """Return the loss and ``dx`` (N) of scores ``x`` (N); ``y`` (N) holds 0 and 1, or -1 and +1; 1 is the class of x > 0.

    Raises DataError for other labels, NetError where the shapes differ.
    """
    margins, signs = _margins(x, y)
    return float(np.logaddexp(0, -margins).mean()), -signs * sigmoid(-margins) / len(x)


def hinge_loss(x: Array, y: Array) -> tuple[float, Array]:
    """Return the loss and ``dx`` (N) of scores ``x`` (N); ``y`` (N) holds 0 and 1, or -1 and +1; 1 is the class of x > 0.

    Raises DataError for other labels, NetError where the shapes differ.
    """
    margins, signs = _margins(x, y)
    return float(np.maximum(1 - margins, 0).mean()), -signs * (margins < 1) / len(x)


def softmax_loss(x: Array, y: Array) -> tuple[float, Array]:
    """Return the loss and ``dx`` (N, K) of scores ``x`` (N, K); ``y`` (N) holds the classes, integers in [0, K).

    Raises DataError for other labels, NetError where the shapes differ.
    """
    if x.ndim != 2 or y.shape != x.shape[:1] or x.size == 0:
        raise NetError(f"scores {x.shape} and labels {y.shape}: the softmax loss takes (N, K) and (N), not empty")
    if y.dtype.kind not in "iu":
        raise DataError(f"labels are {y.dtype}, and must be integers from 0 to {x.shape[1] - 1}")
    wrong = np.flatnonzero((y < 0) | (y >= x.shape[1]))
    if wrong.size:
        raise DataError(
            f"label {wrong[0]} is {y[wrong[0]]}, and labels are 0 to {x.shape[1] - 1}, for {x.shape[1]} scores"
        )
    rows = np.arange(len(x))
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[rows, y] -= 1
    return float(-log_p[rows, y].mean()), dx / len(x)


def signs_of(y: Array) -> Array:
    """Return labels 0 and 1, or -1 and +1, as -1 and +1 (int64); raises DataError naming the first that is neither."""
    strange = np.flatnonzero(~np.isin(y, (-1, 0, 1)))
    if strange.size:
        raise DataError(f"label {strange[0]} is {y[strange[0]]}, and labels are 0 and 1, or -1 and +1")
    zero, minus = np.flatnonzero(y == 0), np.flatnonzero(y == -1)
    if zero.size and minus.size:
        raise DataError(
            f"label {zero[0]} is 0 and label {minus[0]} is -1: labels are 0 and 1, or -1 and +1, and not a mixture"
        )
    return np.where(y == 1, 1, -1)


def _margins(x: Array, y: Array) -> tuple[Array, Array]:
    """Return s * x, which is positive where the score is right, and s, both in the type of ``x``."""
    if x.ndim != 1 or y.shape != x.shape or x.size == 0:
        raise NetError(f"scores {x.shape} and labels {y.shape}: a loss of two classes takes (N) and (N), not empty")
    signs = signs_of(y).astype(x.dtype)
    return signs * x, signs
