"""Batch normalization: every feature is brought to mean 0 and variance 1 over the batch, then scaled and shifted.

    mu    = (1/n) sum_k x_k                         n values per feature: N for (N, D), N*H*W per channel of (N, C, H, W)
    var   = (1/n) sum_k (x_k - mu)^2                sigma = sqrt(var + eps)
    h     = (x - mu) / sigma                        out = gamma h + beta
    dbeta = sum_k dout_k                            dgamma = sum_k dout_k h_k
    dx    = (gamma / sigma) (dout - dbeta / n - h dgamma / n)
    test: mu and var are running averages and constants, so that dx = (gamma / sigma) dout

    running = momentum * running + (1 - momentum) * batch

The averages take the variance as above (the course's form) or, ``corrected``, with 1/(n-1), as PyTorch has it.
Sources: Ioffe and Szegedy, arXiv 1502.03167; EECS 498/598 Deep Learning, Homework 1, 2019, question 1.4 (later edition).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import NetError
from striate.scratch.layers.checks import Mode, checked_gradient, checked_mode

Array = NDArray[Any]


@dataclass(frozen=True)
class Averages:
    """Running ``mean`` and ``var`` of every feature, both (D) or, for images, (C)."""

    mean: Array
    var: Array


@dataclass(frozen=True)
class BatchNormCache:
    """What the backward pass needs (h, gamma / sigma, whether the statistics were the batch's); and the averages after."""

    normal: Array
    scale: Array
    of_batch: bool
    averages: Averages


def batch_norm_forward(
    x: Array,
    gamma: Array,
    beta: Array,
    averages: Averages | None = None,
    mode: Mode = "train",
    *,
    momentum: float = 0.9,
    eps: float = 1e-5,
    corrected: bool = False,
) -> tuple[Array, BatchNormCache]:
    """Return ``out``, of the shape of ``x``, and a cache; ``cache.averages`` are the running averages after this batch.

    ``x`` (N, D) or (N, C, H, W); ``gamma`` and ``beta`` (D) or (C). ``averages`` None means mean 0 and variance 0, which
    is where the course starts. In test mode they are used, and returned, as they are.

    Raises NetError where shapes differ, ``momentum`` is not in [0, 1], or ``eps`` is below 0.
    """
    checked_mode(mode)
    if not 0 <= momentum <= 1 or not 0 <= eps < np.inf:
        raise NetError(f"momentum is {momentum} and eps {eps}: momentum must be from 0 to 1, eps a number from 0")
    axes, features = _layout(x)
    averages = averages or Averages(np.zeros(features, x.dtype), np.zeros(features, x.dtype))
    for name, array in (("gamma", gamma), ("beta", beta), ("mean", averages.mean), ("var", averages.var)):
        if array.shape != (features,):
            raise NetError(
                f"{name} has shape {array.shape} and the input {x.shape}: one number per feature, ({features},)"
            )
    if mode == "train":
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        count = x.size // features
        variance = var * (count / max(count - 1, 1)) if corrected else var
        averages = Averages(
            momentum * averages.mean + (1 - momentum) * mean, momentum * averages.var + (1 - momentum) * variance
        )
    else:
        mean, var = averages.mean, averages.var
    sigma = np.sqrt(var + eps)
    normal = (x - _wide(mean, x)) / _wide(sigma, x)
    cache = BatchNormCache(normal, _wide(gamma / sigma, x), mode == "train", averages)
    return _wide(gamma, x) * normal + _wide(beta, x), cache


def batch_norm_backward(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """Return ``dx``, of the shape of ``dout``, and ``dgamma`` and ``dbeta``, one number per feature."""
    checked_gradient(dout, cache.normal.shape, "batch normalization")
    axes, features = _layout(dout)
    dbeta, dgamma = dout.sum(axis=axes), (dout * cache.normal).sum(axis=axes)
    if not cache.of_batch:
        return cache.scale * dout, dgamma, dbeta
    count = dout.size // features
    dx = cache.scale * (dout - _wide(dbeta / count, dout) - cache.normal * _wide(dgamma / count, dout))
    return dx, dgamma, dbeta


def _layout(x: Array) -> tuple[tuple[int, ...], int]:
    """Return the axes over which a feature's values lie, and the number of features."""
    if x.ndim not in (2, 4) or x.size == 0:
        raise NetError(f"the input has shape {x.shape}: batch normalization takes (N, D) or (N, C, H, W), not empty")
    return (0, *range(2, x.ndim)), x.shape[1]


def _wide(values: Array, x: Array) -> Array:
    """Return one number per feature in a shape that spreads over ``x``."""
    return values.reshape(1, -1, *(1,) * (x.ndim - 2))
