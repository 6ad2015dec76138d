"""Batch normalization forward and back, in the standard form and in the two readings of a printed one.

    Y = gamma (X - mu) / sigma + beta,  sigma^2 = (1/D) sum_j (X_j - mu)^2 + epsilon

`standard`: D = n, feature by feature (Ioffe and Szegedy, arXiv 1502.03167, algorithm 1). `printed`: D = 1, without gamma
and beta, feature by feature; `printed, as a norm`: the same with one sum over all features, as the printed norm says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Form = Literal["standard", "printed", "printed, as a norm"]
FORMS: tuple[Form, ...] = ("standard", "printed", "printed, as a norm")


@dataclass(frozen=True)
class Batch:
    """x and the gradient of Y, (n, features) each; gamma (features). Numbers, or SymPy's expressions."""

    x: np.ndarray
    gradient: np.ndarray
    gamma: np.ndarray
    epsilon: Any


def deviation(batch: Batch, form: Form, root: Callable[[Any], Any] = np.sqrt) -> np.ndarray:
    """Return sigma (1, features) of a form; (1, 1) where the norm is taken over all features together."""
    centred = batch.x - batch.x.sum(axis=0) / len(batch.x)
    axes = (0, 1) if form == "printed, as a norm" else 0
    return root((centred**2).sum(axis=axes, keepdims=True) / divisor(batch, form) + batch.epsilon)


def backward(batch: Batch, form: Form, root: Callable[[Any], Any] = np.sqrt) -> np.ndarray:
    """Return dL/dX (n, features) of a form; gamma counts in the standard form only."""
    x, gradient, n = batch.x, batch.gradient, len(batch.x)
    centred, sigma = x - x.sum(axis=0) / n, deviation(batch, form, root)
    axes = (0, 1) if form == "printed, as a norm" else 0
    along = (gradient * centred).sum(axis=axes, keepdims=True)
    through = (gradient - gradient.sum(axis=0) / n) / sigma - centred * along / (divisor(batch, form) * sigma**3)
    return batch.gamma * through if form == "standard" else through


def divisor(batch: Batch, form: Form) -> int:
    """Return D, by which the sum of squares is divided: n in the standard form, 1 as printed."""
    return len(batch.x) if form == "standard" else 1


def outputs(batch: Batch, form: Form) -> np.ndarray:
    """Return Y (n, features) without gamma and beta."""
    return (batch.x - batch.x.mean(axis=0)) / deviation(batch, form)


def slope(batch: Batch, form: Form) -> np.ndarray:
    """Return dsigma/dX (n, features)."""
    return (batch.x - batch.x.mean(axis=0)) / (divisor(batch, form) * deviation(batch, form))
