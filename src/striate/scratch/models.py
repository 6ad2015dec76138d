"""Nets by hand: a chain of layers, its parameters, and a loss; the three classifiers of rows of features.

    loss = data loss (mean over the batch) + (reg / 2) * sum over all W of sum of W^2        dW += reg * W

Biases, gamma and beta are not in the sum; ``reg`` is what PyTorch calls weight_decay.

The contract, for a training loop of any kind:
    params, buffers     name -> array: what is learnt, and running averages; a loop may replace the arrays
    backprop(x, y)      loss, gradients (the names of params), scores and next buffers of one batch; changes nothing
    scores(x)           the scores in test mode; one column per class, or (N) where label 1 is that of scores above 0
    loss(x), loss(x, y) the course's form: scores in test mode; or (loss, gradients), and the buffers move on
Randomness comes from a generator or from given masks alone. x (N, ...) is brought to the type of the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any, ClassVar, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from striate.base.errors import NetError
from striate.scratch import chain
from striate.scratch.layers.checks import Mode, broken, checked_mode
from striate.scratch.layers.losses import hinge_loss, logistic_loss, softmax_loss

Array = NDArray[Any]
Arrays = dict[str, Array]
Loss = Callable[[Array, Array], tuple[float, Array]]


@dataclass(frozen=True)
class Backprop:
    """One forward and backward pass: ``loss`` with the L2 term, ``grads`` by parameter, ``scores``, next ``buffers``."""

    loss: float
    grads: Arrays
    scores: Array
    buffers: Arrays


class Model:
    """A chain of layers with its parameters and buffers, ending in a loss of scores and labels."""

    def __init__(
        self,
        layers: Sequence[chain.Layer],
        params: Arrays,
        data_loss: Loss,
        *,
        buffers: Arrays | None = None,
        reg: float,
    ) -> None:
        if not 0 <= reg < inf:
            raise NetError(f"reg is {reg}, and must be a finite number, at least 0: the strength of the L2 term")
        self.layers = tuple(layers)
        self.params = params
        self.buffers = buffers or {}
        self.data_loss = data_loss
        self.reg = reg

    @property
    def dtype(self) -> np.dtype[Any]:
        """The float type of the parameters."""
        return self.params["W1"].dtype

    def scores(
        self,
        x: Array,
        mode: Mode = "test",
        *,
        rng: np.random.Generator | None = None,
        masks: Sequence[Array] | None = None,
    ) -> Array:
        """Return the scores of ``x``: (N, K), or (N) for two classes. The buffers stay as they are."""
        return self._forward(x, mode, rng, masks)[0]

    def loss_of(self, scores: Array, y: Array) -> float:
        """Return the data loss alone, the mean over the batch, without the L2 term."""
        return self.data_loss(scores, y)[0]

    def backprop(
        self,
        x: Array,
        y: Array,
        *,
        mode: Mode = "train",
        rng: np.random.Generator | None = None,
        masks: Sequence[Array] | None = None,
    ) -> Backprop:
        """Return loss, gradients, scores and next buffers of one batch.

        Each dropout layer draws one uniform number per cell from ``rng``, or takes the next of ``masks`` (bool, True is
        kept). Raises NetError where the shapes do not fit, DataError for labels that are not accepted.
        """
        scores, caches, buffers = self._forward(x, mode, rng, masks)
        loss, dscores = self.data_loss(scores, y)
        grads = chain.backward(self.layers, dscores, caches)
        if self.reg:
            for name, w in self.params.items():
                if w.ndim > 1:
                    loss += 0.5 * self.reg * float(np.vdot(w, w))
                    grads[name] = grads[name] + self.reg * w
        return Backprop(loss, {name: grads[name] for name in self.params}, scores, buffers)

    @overload
    def loss(self, x: Array) -> Array: ...
    @overload
    def loss(
        self,
        x: Array,
        y: Array,
        *,
        rng: np.random.Generator | None = None,
    ) -> tuple[float, Arrays]: ...
    def loss(
        self,
        x: Array,
        y: Array | None = None,
        *,
        rng: np.random.Generator | None = None,
    ) -> Array | tuple[float, Arrays]:
        """Return the scores in test mode, or, with labels, (loss, gradients) in training mode; the buffers then move on."""
        if y is None:
            return self.scores(x)
        done = self.backprop(x, y, rng=rng)
        self.buffers.update(done.buffers)
        return done.loss, done.grads

    def _forward(
        self,
        x: Array,
        mode: Mode,
        rng: np.random.Generator | None,
        masks: Sequence[Array] | None,
    ) -> tuple[Array, list[Any], Arrays]:
        checked_mode(mode)
        given = chain.Pass(self.params, dict(self.buffers), mode, rng, None if masks is None else iter(masks))
        out, caches = chain.forward(self.layers, x.astype(self.dtype, copy=False), given)
        if given.masks is not None and next(given.masks, None) is not None:
            raise NetError("there are more masks than dropout layers; give one mask for each")
        return out, caches, given.buffers


class BinaryClassifier(Model):
    """Two classes: dense, or dense-relu-dense where ``hidden_dim`` is given; scores (N), and the loss ``judged``."""

    judged: ClassVar[Loss]

    def __init__(
        self,
        input_dim: int = 100,
        hidden_dim: int | None = None,
        weight_scale: float | None = 1e-3,
        reg: float = 0.0,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        sizes = _sizes(input_dim, hidden_dim, 1)
        layers = [*_dense_layers(sizes), chain.ONLY_COLUMN]
        super().__init__(layers, dense_params(sizes, weight_scale, rng, dtype), type(self).judged, reg=reg)


class LogisticClassifier(BinaryClassifier):
    """Two classes by the logistic loss; scores are logits (N)."""

    judged = staticmethod(logistic_loss)


class SVM(BinaryClassifier):
    """Two classes by the hinge loss."""

    judged = staticmethod(hinge_loss)


class SoftmaxClassifier(Model):
    """K classes by the softmax loss: dense-relu-dense, or dense alone where ``hidden_dim`` is None; scores (N, K)."""

    def __init__(
        self,
        input_dim: int = 784,
        hidden_dim: int | None = 100,
        num_classes: int = 10,
        weight_scale: float | None = 1e-3,
        reg: float = 0.0,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        sizes = _sizes(input_dim, hidden_dim, num_classes)
        super().__init__(_dense_layers(sizes), dense_params(sizes, weight_scale, rng, dtype), softmax_loss, reg=reg)


def dense_params(
    sizes: Sequence[int], weight_scale: float | None, rng: np.random.Generator | None, dtype: DTypeLike, first: int = 1
) -> Arrays:
    """Return W and b of dense layers between ``sizes``, numbered from ``first``; W is (inputs, outputs), biases are 0."""
    params: Arrays = {}
    rng = rng or np.random.default_rng(0)
    for number, (inputs, outputs) in enumerate(pairwise(sizes), start=first):
        params[f"W{number}"] = gaussian(rng, (inputs, outputs), inputs, weight_scale, dtype)
        params[f"b{number}"] = np.zeros(outputs, dtype)
    return params


def gaussian(
    rng: np.random.Generator, shape: tuple[int, ...], inputs: int, weight_scale: float | None, dtype: DTypeLike
) -> Array:
    """Return normal numbers of this standard deviation; None is sqrt(2 / inputs), from He et al., arXiv 1502.01852.

    They are drawn as float64 whatever ``dtype`` is, so that nets of both types start alike. Raises NetError for other scales.
    """
    if weight_scale is not None and not 0 <= weight_scale < inf:
        raise NetError(f"weight_scale is {weight_scale}, and must be a finite number, at least 0, or None")
    scale = np.sqrt(2 / inputs) if weight_scale is None else weight_scale
    return (scale * rng.standard_normal(shape)).astype(dtype)


def _dense_layers(sizes: Sequence[int]) -> list[chain.Layer]:
    layers = [chain.FLATTEN, chain.dense(1)]
    for number in range(2, len(sizes)):
        layers += [chain.RELU, chain.dense(number)]
    return layers


def _sizes(input_dim: int, hidden_dim: int | None, outputs: int) -> tuple[int, ...]:
    sizes = (input_dim, outputs) if hidden_dim is None else (input_dim, hidden_dim, outputs)
    if broken(**{str(place): size for place, size in enumerate(sizes)}) or min(sizes) < 1:
        raise NetError(
            f"the layers have the sizes {sizes}, and each must be a whole number from 1; hidden_dim None means no hidden layer"
        )
    return sizes
