"""The shared parts, worked out by hand."""

from __future__ import annotations

import pytest
import torch

from striate.nets.families.layers import Add, PadShortcut, VanillaDropout, activation_layer, dropout_layer, norm_layer


@pytest.mark.parametrize(("channels", "groups"), [(1, 1), (2, 1), (3, 1), (4, 2), (32, 16), (48, 16), (64, 32)])
def test_group_norm_takes_the_most_groups_that_divide(channels: int, groups: int) -> None:
    assert norm_layer("group", channels).num_groups == groups
    assert norm_layer("layer", channels).num_groups == 1


def test_none_is_the_identity() -> None:
    x = torch.randn(2, 3, 4, 4)
    assert torch.equal(norm_layer("none", 3)(x), x)
    assert torch.equal(activation_layer("none")(x), x)


def test_an_addition_leaves_both_as_they_were() -> None:
    a, b = torch.ones(2), torch.full((2,), 3.0)
    assert Add()(a, b).tolist() == [4, 4]
    assert (a.tolist(), b.tolist()) == ([1, 1], [3, 3])


def test_padding_is_half_before_and_half_behind_and_odd_sizes_round_up() -> None:
    made = PadShortcut(1, 4, 2)(torch.arange(1.0, 10).view(1, 1, 3, 3))
    assert made.shape == (1, 4, 2, 2)
    assert made.flatten(2).tolist() == [[[0] * 4, [1, 3, 7, 9], [0] * 4, [0] * 4]]


@pytest.mark.parametrize(
    ("scaling", "train", "test"), [("inverted", 4.0, 1.0), ("none", 1.0, 1.0), ("at-test", 1.0, 0.25)]
)
def test_what_a_kept_unit_of_one_becomes_in_training_and_in_evaluation(scaling: str, train: float, test: float) -> None:
    torch.manual_seed(0)
    layer, x = dropout_layer(0.75, scaling), torch.ones(4000)
    made = layer.train()(x)
    assert set(made.tolist()) == {0.0, train}
    assert (made == 0).float().mean() == pytest.approx(0.75, abs=0.02)  # 3 standard deviations
    assert set(layer.eval()(x).tolist()) == {test}


def test_vanilla_dropout_passes_the_gradient_through_its_mask() -> None:
    layer, x = VanillaDropout(0.5, at_test=True), torch.ones(100, requires_grad=True)
    made = layer(x)
    made.sum().backward()
    assert torch.equal(x.grad, made.detach())


def test_epsilon_and_momentum_of_a_norm_by_hand() -> None:
    """Two values 0 and 2: mean 1, variance 1; the running variance takes the unbiased 2."""
    layer = norm_layer("batch", 1, epsilon=3.0, momentum=0.25).train()
    x = torch.tensor([0.0, 2.0]).view(2, 1, 1, 1)
    assert layer(x).flatten().tolist() == pytest.approx([-0.5, 0.5])  # (x - 1) / sqrt(1 + 3)
    assert float(layer.running_mean) == pytest.approx(0.25)
    assert float(layer.running_var) == pytest.approx(0.75 + 0.25 * 2)
    for norm in ("group", "layer"):
        assert norm_layer(norm, 4, epsilon=0.25).eps == 0.25
