"""Optimizers: decay where it belongs, a state that comes back, and PyTorch's unfused update as the oracle."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.nets import build
from striate.training.optimise import load_state_tensors, make_optimizer, set_learning_rate, state_tensors
from striate.training.recipe import Recipe

RECIPES = {
    "sgd": Recipe(optimizer="sgd", momentum=0.0, weight_decay=0.1),
    "momentum": Recipe(optimizer="sgd", momentum=0.9),
    "nesterov": Recipe(optimizer="sgd", momentum=0.8, nesterov=True, weight_decay=0.1),
    "rmsprop": Recipe(optimizer="rmsprop", alpha=0.8, epsilon=1e-6, weight_decay=0.1),
    "adam": Recipe(optimizer="adam", beta1=0.8, epsilon=1e-6, weight_decay=0.1),
    "adamw": Recipe(optimizer="adamw", weight_decay=0.1),
}


def net() -> nn.Module:
    torch.manual_seed(0)
    return build("convnet", {"norm": "batch", "widths": [[4]], "hidden": [5]}, (8, 8, 1), 3).to(
        memory_format=torch.channels_last
    )


def steps(model: nn.Module, optimizer: torch.optim.Optimizer, count: int, seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    for _ in range(count):
        model(torch.randn(6, 1, 8, 8, generator=rng)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("name", RECIPES)
def test_fused_updates_agree_with_the_plain_ones(name: str) -> None:
    recipe, ours, theirs = RECIPES[name], net(), net()
    fused = make_optimizer(ours, recipe)
    plain = type(fused)(
        [dict(group, params=list(group["params"])) for group in make_optimizer(theirs, recipe).param_groups]
    )
    for group in plain.param_groups:
        group["fused"], group["foreach"] = False, False
    steps(ours, fused, 4, seed=1)
    steps(theirs, plain, 4, seed=1)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", RECIPES)
def test_the_state_comes_back_to_the_last_bit(name: str) -> None:
    recipe, whole, cut = RECIPES[name], net(), net()
    first = make_optimizer(whole, recipe)
    steps(whole, first, 2, seed=1)
    kept = {key: value.contiguous().clone() for key, value in state_tensors(first).items()}
    cut.load_state_dict(whole.state_dict())
    second = make_optimizer(cut, recipe)
    load_state_tensors(second, kept)
    steps(whole, first, 3, seed=2)
    steps(cut, second, 3, seed=2)
    for a, b in zip(whole.parameters(), cut.parameters(), strict=True):
        assert torch.equal(a, b)


def test_norms_and_biases_are_not_decayed() -> None:
    model = net()
    decayed, plain = make_optimizer(model, RECIPES["adamw"]).param_groups
    assert (decayed["weight_decay"], plain["weight_decay"]) == (0.1, 0.0)
    assert {p.dim() for p in decayed["params"]} == {2, 4}
    assert {p.dim() for p in plain["params"]} == {1}


def test_the_learning_rate_reaches_every_group() -> None:
    optimizer = make_optimizer(net(), RECIPES["sgd"])
    set_learning_rate(optimizer, 0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.25]
