"""The layers, losses and nets by hand, each with small inputs on which its gradients are checked.

A case gives float64 arrays that lie away from kinks: no cell of a relu near 0, no tie in a pool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.catalog import Catalog
from striate.base.errors import NetError
from striate.scratch.convnet import ConvNet
from striate.scratch.gradcheck import TOLERANCE, GradCheck, gradcheck, gradcheck_model
from striate.scratch.layers import activations as act
from striate.scratch.layers.batch_norm import Averages, batch_norm_backward, batch_norm_forward
from striate.scratch.layers.checks import Mode
from striate.scratch.layers.convolution import conv_backward, conv_forward
from striate.scratch.layers.dense import dense_backward, dense_forward
from striate.scratch.layers.dropout import dropout_backward, dropout_forward
from striate.scratch.layers.flatten import flatten_backward, flatten_forward
from striate.scratch.layers.losses import hinge_loss, logistic_loss, softmax_loss
from striate.scratch.layers.pooling import max_pool_backward, max_pool_forward
from striate.scratch.models import SVM, LogisticClassifier, Model, SoftmaxClassifier

Array = NDArray[Any]
Rng = np.random.Generator


@dataclass(frozen=True)
class Case:
    """One thing whose gradients are checked: its name, what the inputs are, and the check."""

    name: str
    inputs: str
    check: Callable[[Rng, float], GradCheck]


def _layer(
    name: str,
    inputs: str,
    forward: Callable[..., tuple[Any, Any]],
    backward: Callable[[Any, Any], Any],
    **shapes: tuple[int, ...] | Callable[[Rng], Array],
) -> Case:
    """Return the case of a layer on normal numbers of these shapes, or on what a function of the generator returns."""

    def check(rng: Rng, tolerance: float) -> GradCheck:
        arrays = [shape(rng) if callable(shape) else rng.normal(size=shape) for shape in shapes.values()]
        return gradcheck(forward, backward, *arrays, names=list(shapes), tolerance=tolerance, rng=rng)

    return Case(name, inputs, check)


def _loss(name: str, inputs: str, loss: Callable[[Array, Array], tuple[float, Array]], y: Array, *shape: int) -> Case:
    return _layer(name, inputs, lambda x: loss(x, y), lambda dout, dx: dout * dx, x=shape)


def _net(
    name: str, inputs: str, make: Callable[[Rng], Model], x: tuple[int, ...], classes: int, drop: float = 0
) -> Case:
    def check(rng: Rng, tolerance: float) -> GradCheck:
        model = make(rng)
        for name, array in model.params.items():
            if array.ndim == 1:  # biases of zero and scales of one would hide what they do
                model.params[name] = array + rng.normal(scale=0.1, size=array.shape)
        masks = [rng.random((x[0], model.params["b2"].size)) >= drop] if drop else None
        y = np.arange(x[0]) % classes
        return gradcheck_model(model, rng.normal(size=x), y, masks=masks, tolerance=tolerance)

    return Case(name, inputs, check)


def _away_from_zero(rng: Rng) -> Array:
    return rng.choice([-1, 1], (3, 4)) * rng.uniform(0.1, 2, (3, 4))


def _without_ties(rng: Rng) -> Array:
    return rng.permutation(2 * 3 * 6 * 7).reshape(2, 3, 6, 7) / 10


def _normalized(mode: Mode) -> Callable[..., tuple[Any, Any]]:
    averages = Averages(np.array([0.5, -1.0, 0.2]), np.array([0.3, 2.0, 1.5]))
    return lambda x, gamma, beta: batch_norm_forward(x, gamma, beta, averages, mode)


_KEPT = np.array([[1, 0, 1, 1], [0, 1, 1, 0], [1, 1, 0, 1]], dtype=bool)
_TWO = np.array([0, 1, 1, 0, 1])

_ALL: tuple[Case, ...] = (
    _layer("dense", "(4, 5) to (4, 3)", dense_forward, dense_backward, x=(4, 5), w=(5, 3), b=(3,)),
    _layer("relu", "(3, 4)", act.relu_forward, act.relu_backward, x=_away_from_zero),
    _layer("sigmoid", "(3, 4)", act.sigmoid_forward, act.sigmoid_backward, x=(3, 4)),
    _layer("tanh", "(3, 4)", act.tanh_forward, act.tanh_backward, x=(3, 4)),
    _layer("dropout", "(3, 4), inverted", lambda x: dropout_forward(x, 0.7, mask=_KEPT), dropout_backward, x=(3, 4)),
    _layer(
        "dropout-vanilla",
        "(3, 4), vanilla, at test",
        lambda x: dropout_forward(x, 0.7, "test", scaling="vanilla"),
        dropout_backward,
        x=(3, 4),
    ),
    _layer("batch-norm", "(5, 3)", _normalized("train"), batch_norm_backward, x=(5, 3), gamma=(3,), beta=(3,)),
    _layer(
        "batch-norm-images",
        "(2, 3, 4, 4)",
        _normalized("train"),
        batch_norm_backward,
        x=(2, 3, 4, 4),
        gamma=(3,),
        beta=(3,),
    ),
    _layer(
        "batch-norm-test", "(5, 3), at test", _normalized("test"), batch_norm_backward, x=(5, 3), gamma=(3,), beta=(3,)
    ),
    _layer(
        "convolution", "(2, 3, 5, 6), filters 3x2", conv_forward, conv_backward, x=(2, 3, 5, 6), w=(4, 3, 3, 2), b=(4,)
    ),
    _layer(
        "convolution-strided",
        "(2, 2, 7, 6), filters 3x3, stride 2, padding 1",
        lambda x, w, b: conv_forward(x, w, b, stride=2, padding=1),
        conv_backward,
        x=(2, 2, 7, 6),
        w=(3, 2, 3, 3),
        b=(3,),
    ),
    _layer("max-pool", "(2, 3, 6, 7)", lambda x: max_pool_forward(x, 2, 2, 2), max_pool_backward, x=_without_ties),
    _layer(
        "max-pool-overlapping",
        "(2, 3, 6, 7), windows 3x3, stride 2",
        lambda x: max_pool_forward(x, 3, 3, 2),
        max_pool_backward,
        x=_without_ties,
    ),
    _layer("flatten", "(2, 3, 2, 2)", flatten_forward, flatten_backward, x=(2, 3, 2, 2)),
    _loss("logistic-loss", "(5)", logistic_loss, _TWO, 5),
    _loss("hinge-loss", "(5)", hinge_loss, 2 * _TWO - 1, 5),
    _loss("softmax-loss", "(4, 3)", softmax_loss, np.array([0, 2, 1, 2]), 4, 3),
    _net("logistic", "(6, 4), L2", lambda rng: LogisticClassifier(4, None, None, 0.1, rng=rng), (6, 4), 2),
    _net(
        "logistic-hidden", "(6, 4), 3 hidden, L2", lambda rng: LogisticClassifier(4, 3, None, 0.1, rng=rng), (6, 4), 2
    ),
    _net("svm", "(6, 4), L2", lambda rng: SVM(4, None, None, 0.1, rng=rng), (6, 4), 2),
    _net("svm-hidden", "(6, 4), 3 hidden, L2", lambda rng: SVM(4, 3, None, 0.1, rng=rng), (6, 4), 2),
    _net("softmax", "(6, 4), L2", lambda rng: SoftmaxClassifier(4, None, 3, None, 0.1, rng=rng), (6, 4), 3),
    _net(
        "softmax-hidden", "(6, 4), 5 hidden, L2", lambda rng: SoftmaxClassifier(4, 5, 3, None, 0.1, rng=rng), (6, 4), 3
    ),
    _net(
        "convnet",
        "(3, 2, 7, 6), L2",
        lambda rng: ConvNet((2, 7, 6), 3, 3, 5, 4, None, 0.1, rng=rng, dtype=np.float64),
        (3, 2, 7, 6),
        4,
    ),
    _net(
        "convnet-norm-dropout",
        "(3, 2, 7, 6), L2",
        lambda rng: ConvNet((2, 7, 6), 3, 3, 5, 4, None, 0.1, batch_norm=True, dropout=0.3, rng=rng, dtype=np.float64),
        (3, 2, 7, 6),
        4,
        0.3,
    ),
)
CASES: Catalog[Case] = Catalog("layer", NetError, _ALL)


def cases(name: str | None = None) -> tuple[Case, ...]:
    """Return all cases; or the one of this name, and those whose names go on after it and a hyphen.

    Raises NetError for an unknown name, with the nearest valid one.
    """
    found = tuple(c for c in CASES.values() if name is None or c.name == name or c.name.startswith(f"{name}-"))
    return found or (CASES.entry(name or ""),)


def check(case: Case, seed: int = 0, tolerance: float = TOLERANCE) -> GradCheck:
    """Return the check of ``case`` on the numbers that ``seed`` draws."""
    return case.check(np.random.default_rng(seed), tolerance)
