"""Optimizers: decay where it belongs, a state that comes back, and PyTorch's unfused update as the oracle."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from striate.nets import build
from striate.training.engines.optimise import (
    load_state_tensors,
    make_optimizer,
    set_learning_rate,
    set_update,
    state_tensors,
)
from striate.training.recipe.recipe import Recipe

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


def alone(recipe: Recipe, gradients: list[float], rates: list[float]) -> list[float]:
    """Return the weight, from 0 on, after each update with the gradient and the rate of that update."""
    weight = nn.Parameter(torch.zeros(1, dtype=torch.float64))
    holder = nn.Module()
    holder.register_parameter("w", weight)
    optimizer = make_optimizer(holder, recipe)
    seen: list[float] = []
    for gradient, rate in zip(gradients, rates, strict=True):
        weight.grad = torch.full((1,), gradient, dtype=torch.float64)
        set_update(optimizer, recipe, rate)
        optimizer.step()
        seen.append(weight.item())
    return seen


def by_hand(gradients: list[float], lr: float, epsilon: float) -> list[float]:
    """Keras' Adam, as its source writes it."""
    m = v = w = 0.0
    seen: list[float] = []
    for t, g in enumerate(gradients, start=1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (math.sqrt(v) + epsilon)
        seen.append(w)
    return seen


def test_epsilon_in_the_form_of_keras_is_its_formula() -> None:
    gradients = [1e-7, -3e-7, 2e-6, 1e-7]
    recipe = Recipe(epsilon=1e-7, epsilon_form="keras")
    assert alone(recipe, gradients, [1e-3] * 4) == pytest.approx(by_hand(gradients, 1e-3, 1e-7), rel=1e-12)


@pytest.mark.parametrize(("form", "share"), [("keras", 0.0307), ("pytorch", 0.5)])
def test_the_first_step_at_a_gradient_of_the_size_of_epsilon(form: str, share: float) -> None:
    """Epsilon counts sqrt(1 / (1 - .999)) = 31.6 times in the form of Keras: a share 1 / 32.6 of the rate, and not 1 / 2."""
    [moved] = alone(Recipe(epsilon=1e-7, epsilon_form=form), [1e-7], [1e-3])
    assert -moved / 1e-3 == pytest.approx(share, abs=5e-5)


def test_the_count_of_updates_comes_back_with_the_state() -> None:
    recipe = Recipe(epsilon=1e-7, epsilon_form="keras")
    first, second = net(), net()
    one, two = make_optimizer(first, recipe), make_optimizer(second, recipe)
    for optimizer, model in ((one, first),):
        for _ in range(3):
            set_update(optimizer, recipe, 1e-3)
            steps(model, optimizer, 1, seed=1)
    load_state_tensors(two, state_tensors(one))
    for optimizer in (one, two):
        set_update(optimizer, recipe, 1e-3)
    wanted = 1e-7 / math.sqrt(1 - 0.999**4)
    assert [group["eps"] for o in (one, two) for group in o.param_groups] == pytest.approx([wanted] * 4, rel=1e-12)


def test_momentum_moves_against_the_rate() -> None:
    recipe = Recipe(optimizer="sgd", lr=1.0, momentum=0.95, schedule="one-cycle", cycle_momentum=True)
    velocity = weight = 0.0
    wanted: list[float] = []
    for rate, momentum in ((0.5, 0.9), (1.0, 0.85), (0.0, 0.95)):
        velocity = momentum * velocity + 1.0
        weight -= rate * velocity
        wanted.append(weight)
    assert alone(recipe, [1.0] * 3, [0.5, 1.0, 0.0]) == pytest.approx(wanted, rel=1e-12)
    adam = Recipe(lr=1.0, schedule="one-cycle", cycle_momentum=True, lowest_momentum=0.8)
    optimizer = make_optimizer(net(), adam)
    set_update(optimizer, adam, 0.5)
    assert [group["betas"] for group in optimizer.param_groups] == [(pytest.approx(0.85), 0.999)] * 2
