"""The convolutional net against PyTorch with the same weights and mask, and its running averages."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from striate.base.errors import NetError
from striate.scratch.convnet import ConvNet, pooled
from striate.scratch.gradcheck import gradcheck_model


def made(batch_norm: bool, dropout: float, reg: float = 0.2) -> ConvNet:
    rng = np.random.default_rng(0)
    sizes = ((2, 8, 7), 3, 3, 5, 4)
    model = ConvNet(*sizes, None, reg, batch_norm=batch_norm, dropout=dropout, rng=rng, dtype=np.float64)
    model.params = {k: v + (rng.normal(size=v.shape) if v.ndim == 1 else 0) for k, v in model.params.items()}
    return model


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize("images", [1, 5])
def test_it_equals_pytorch_with_the_same_weights(batch_norm: bool, dropout: float, mode: str, images: int) -> None:
    model, rng = made(batch_norm, dropout), np.random.default_rng(1)
    x, y, mask = rng.normal(size=(images, 2, 8, 7)), rng.integers(0, 4, images), rng.random((images, 5)) >= dropout
    p = {k: torch.tensor(v, requires_grad=True) for k, v in model.params.items()}
    mean, var = torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)
    out = F.conv2d(torch.tensor(x), p["W1"], p.get("b1"))
    if batch_norm:
        out = F.batch_norm(out, mean, var, p["gamma1"], p["beta1"], training=mode == "train", momentum=0.1)
    out = F.max_pool2d(torch.relu(out), 2).flatten(1)
    out = torch.relu(out @ p["W2"] + p["b2"])
    if dropout and mode == "train":
        out = out * torch.tensor(mask) / (1 - dropout)
    out = out @ p["W3"] + p["b3"]
    loss = F.cross_entropy(out, torch.tensor(y)) + 0.1 * sum(w.square().sum() for k, w in p.items() if k[0] == "W")
    loss.backward()
    done = model.backprop(x, y, mode=mode, masks=[mask] if dropout and mode == "train" else None)
    np.testing.assert_allclose(done.scores, out.detach().numpy(), rtol=1e-10, atol=1e-10)
    assert done.loss == pytest.approx(loss.item(), rel=1e-10)
    assert list(done.grads) == list(model.params)
    for k, tensor in p.items():
        assert tensor.grad is not None
        np.testing.assert_allclose(done.grads[k], tensor.grad.numpy(), rtol=1e-10, atol=1e-10)
    if batch_norm:
        np.testing.assert_allclose(done.buffers["running_mean1"], mean.numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(done.buffers["running_var1"], var.numpy(), rtol=1e-10)


def test_the_courses_sizes() -> None:
    model = ConvNet()
    assert sum(v.size for v in model.params.values()) == 389_910
    assert (pooled((1, 28, 28), 7), pooled((1, 28, 28), 5)) == (121, 144)
    assert {v.dtype.name for v in model.params.values()} == {"float32"}
    assert {k: v.shape for k, v in ConvNet(batch_norm=True).buffers.items()} == {
        "running_mean1": (32,),
        "running_var1": (32,),
    }


def test_float32_stays_float32_and_is_close_to_float64() -> None:
    x, y = np.random.default_rng(1).normal(size=(5, 2, 8, 7)), np.arange(5) % 4
    done = []
    for kind in ("float32", "float64"):
        model = ConvNet((2, 8, 7), 3, 3, 5, 4, None, batch_norm=True, dropout=0.4, dtype=kind)
        done.append(model.backprop(x, y, rng=np.random.default_rng(2)))
        arrays = [done[-1].scores, *done[-1].grads.values(), *done[-1].buffers.values()]
        assert {array.dtype.name for array in arrays} == {kind}
    assert done[0].loss == pytest.approx(done[1].loss, rel=1e-5)
    for name, grad in done[1].grads.items():
        np.testing.assert_allclose(done[0].grads[name], grad, atol=1e-5)


def test_backprop_changes_nothing_and_loss_moves_the_averages_on() -> None:
    model, rng = made(True, 0.4), np.random.default_rng(1)
    x, y = rng.normal(size=(5, 2, 8, 7)), rng.integers(0, 4, 5)
    before = {k: v.copy() for k, v in (model.params | model.buffers).items()}
    done = model.backprop(x, y, rng=np.random.default_rng(2))
    assert all(np.array_equal(before[k], v) for k, v in (model.params | model.buffers).items())
    loss, _ = model.loss(x, y, rng=np.random.default_rng(2))
    assert loss == done.loss
    for k, v in done.buffers.items():
        np.testing.assert_array_equal(model.buffers[k], v)
        assert not np.array_equal(v, before[k])
    after = model.scores(x)
    np.testing.assert_array_equal(model.loss(x), after)
    np.testing.assert_allclose(model.scores(x[:1]), after[:1], rtol=1e-12)  # no image sees the others


def test_the_masks_are_the_generators_alone() -> None:
    model, rng = made(False, 0.4), np.random.default_rng(1)
    x, y = rng.normal(size=(5, 2, 8, 7)), rng.integers(0, 4, 5)
    mask = np.random.default_rng(2).random((5, 5)) < 0.6
    drawn, given = model.backprop(x, y, rng=np.random.default_rng(2)), model.backprop(x, y, masks=[mask])
    assert drawn.loss == given.loss
    assert drawn.loss != model.backprop(x, y, rng=np.random.default_rng(3)).loss
    check = gradcheck_model(model, x, y, masks=[mask])
    assert check.holds, check.worst


def test_what_is_not_acceptable_is_named() -> None:
    model, x, y = made(False, 0.4), np.zeros((1, 2, 8, 7)), np.zeros(1, int)
    for make, said in (
        (
            lambda: ConvNet(dropout=1),
            "dropout is 1, and must be at least 0 and below 1: the probability of dropping a unit",
        ),
        (
            lambda: ConvNet((1, 8, 6), filter_size=6),
            "a filter of 6x6 and a 2x2 pool do not fit into images of 8x6"
            " (a window of 2 does not fit into 1 cells padded to 1); choose a filter of at most 5",
        ),
        (lambda: model.backprop(x, y), "dropout in training draws cells; give it a generator as rng, or a mask"),
        (lambda: model.backprop(x, y, masks=[]), "there are fewer masks than dropout layers; give one mask for each"),
        (lambda: model.backprop(x[:, :1], y), "have 1 channels and filters (3, 2, 3, 3) have 2"),
    ):
        with pytest.raises(NetError, match=re.escape(said)):
            make()


def test_sizes_that_are_not_whole_are_listed() -> None:
    text = "num_filters is 0, and must be a whole number from 1; hidden_dim is 2.5, and must be a whole number from 1"
    with pytest.raises(NetError, match=text):
        ConvNet(num_filters=0, hidden_dim=2.5)  # pyright: ignore[reportArgumentType]
