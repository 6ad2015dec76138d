"""A chain: layers of one's own take part in it, and the gradient of the images is left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from striate.scratch import chain
from striate.scratch.gradcheck import gradcheck_model
from striate.scratch.layers.activations import tanh_backward, tanh_forward
from striate.scratch.layers.losses import softmax_loss
from striate.scratch.models import Model, dense_params

TANH = chain.Layer(lambda x, _: tanh_forward(x), lambda dout, cache: (tanh_backward(dout, cache), {}))


def given(params: dict[str, np.ndarray], mode: Any = "train") -> chain.Pass:
    return chain.Pass(params, {}, mode, None, None)


def test_two_layers_by_hand() -> None:
    # 3 -> 2 * 3 + 1 = 7 -> relu -> 5 * 7 - 30 = 5
    params = {"W1": np.array([[2.0]]), "b1": np.ones(1), "W2": np.array([[5.0]]), "b2": np.array([-30.0])}
    layers = (chain.dense(1), chain.RELU, chain.dense(2), chain.ONLY_COLUMN)
    out, caches = chain.forward(layers, np.array([[3.0]]), given(params))
    assert out.tolist() == [5]
    grads = chain.backward(layers, np.array([10.0]), caches)
    assert {k: v.ravel().tolist() for k, v in grads.items()} == {"W2": [70], "b2": [10], "W1": [150], "b1": [50]}


def test_a_layer_of_ones_own_is_trained_with_the_others() -> None:
    rng = np.random.default_rng(0)
    layers = [chain.FLATTEN, chain.dense(1), TANH, chain.dense(2)]
    model = Model(layers, dense_params((6, 4, 3), None, rng, np.float64), softmax_loss, reg=0.1)
    assert gradcheck_model(model, rng.normal(size=(5, 2, 3)), np.array([0, 1, 2, 0, 1])).holds


def test_nothing_goes_back_beyond_the_first_layer_that_learns() -> None:
    def never(dout: np.ndarray, cache: Any) -> Any:
        raise AssertionError("asked for the gradient of the images")

    still = chain.Layer(lambda x, _: (x, None), never)
    first = chain.dense(1)
    layers = (still, chain.Layer(first.forward, never, first.own), chain.RELU)
    out, caches = chain.forward(layers, np.array([[3.0]]), given({"W1": np.array([[2.0]]), "b1": np.ones(1)}))
    assert chain.backward(layers, out, caches)["W1"].tolist() == [[21]]


def test_the_gradients_of_a_layer_alone_are_those_it_returns_with_dx() -> None:
    rng = np.random.default_rng(0)
    params = dense_params((2, 3), None, rng, np.float64) | {"gamma1": rng.normal(size=2), "beta1": rng.normal(size=2)}
    filters = {"W1": rng.normal(size=(3, 2, 2, 2)), "b1": rng.normal(size=3)}
    for layer, x, own in (
        (chain.dense(1), rng.normal(size=(4, 2)), params),
        (chain.conv(1), rng.normal(size=(2, 2, 4, 4)), filters),
        (chain.batch_norm(1), rng.normal(size=(4, 2)), params),
    ):
        buffers = {"running_mean1": np.zeros(2), "running_var1": np.ones(2)}
        out, cache = layer.forward(x, chain.Pass(own, buffers, "train", None, None))
        _, both = layer.backward(out, cache)
        assert layer.own is not None
        alone = layer.own(out, cache)
        assert alone.keys() == both.keys()
        assert all(np.array_equal(alone[k], both[k]) for k in alone)
