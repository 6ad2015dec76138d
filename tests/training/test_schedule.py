"""Schedules against PyTorch's own, and against numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    SequentialLR,
    StepLR,
)

from striate.training.recipe.recipe import Recipe
from striate.training.schedule import learning_rate, momentum_at

STEPS = 4


def oracle(recipe: Recipe, make: object) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=recipe.lr)
    scheduler: LRScheduler = make(optimizer)
    rates = []
    for _ in range(recipe.epochs * STEPS):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize(
    ("fields", "make"),
    [
        ({"schedule": "step", "step_epochs": 2, "gamma": 0.3}, lambda o: StepLR(o, 2 * STEPS, 0.3)),
        ({"schedule": "cosine"}, lambda o: CosineAnnealingLR(o, 7 * STEPS)),
        ({"schedule": "inverse-time", "decay": 0.1}, lambda o: LambdaLR(o, lambda t: 1 / (1 + 0.1 * t))),
        ({"schedule": "constant"}, lambda o: LambdaLR(o, lambda t: 1.0)),
    ],
)
def test_it_agrees_with_pytorch_at_every_update(fields: dict[str, object], make: object) -> None:
    recipe = Recipe(epochs=7, lr=0.2, **fields)
    ours = [learning_rate(recipe, update, STEPS) for update in range(7 * STEPS)]
    assert ours == pytest.approx(oracle(recipe, make), rel=1e-9, abs=1e-12)


def test_one_cycle_rises_to_the_peak_and_falls_to_almost_nothing() -> None:
    recipe = Recipe(epochs=5, lr=1.0, schedule="one-cycle", peak=0.2)  # 20 updates, the peak after 4 of them
    rates = [learning_rate(recipe, update, STEPS) for update in range(20)]
    assert rates[:4] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert rates[4] == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(1 / 16)
    assert rates[4:] == sorted(rates[4:], reverse=True)


@pytest.mark.parametrize(("epochs", "peak"), [(5, 0.2), (10, 0.3), (8, 0.75)])
def test_one_cycle_is_pytorchs_linear_one_to_within_one_update(epochs: int, peak: float) -> None:
    # PyTorch reaches its peak and its end one update earlier; the rise is the same.
    recipe = Recipe(epochs=epochs, lr=0.4, schedule="one-cycle", peak=peak)
    total, top = epochs * STEPS, round(epochs * STEPS * peak)
    theirs = oracle(
        recipe,
        lambda o: OneCycleLR(
            o, 0.4, total_steps=total + 1, pct_start=top / (total + 1), anneal_strategy="linear", div_factor=top
        ),
    )
    ours = [learning_rate(recipe, update, STEPS) for update in range(total)]
    assert ours[:top] == pytest.approx(theirs[:top], rel=1e-9)
    assert ours == pytest.approx(theirs, abs=0.4 / (total - top) + 1e-9)


def test_warm_up_is_pytorchs_linear_one_before_the_cosine() -> None:
    recipe = Recipe(epochs=6, lr=0.3, schedule="cosine", warmup_epochs=2.0)
    warmup = 2 * STEPS

    def make(optimizer: torch.optim.Optimizer) -> LRScheduler:
        rise = LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
        fall = CosineAnnealingLR(optimizer, 6 * STEPS - warmup)
        return SequentialLR(optimizer, [rise, fall], milestones=[warmup])

    ours = [learning_rate(recipe, update, STEPS) for update in range(6 * STEPS)]
    assert ours == pytest.approx(oracle(recipe, make), rel=1e-9, abs=1e-12)


def test_warm_up_rises_linearly_and_hands_over_to_the_schedule() -> None:
    recipe = Recipe(epochs=3, lr=0.8, schedule="cosine", warmup_epochs=1.0)
    rates = [learning_rate(recipe, update, STEPS) for update in range(12)]
    assert rates[:4] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert rates[4] == pytest.approx(0.8)
    assert rates[8] == pytest.approx(0.4)  # half of the rest is over


def test_the_momentum_of_one_cycle_agrees_with_pytorch_at_the_ends_and_the_peak() -> None:
    """PyTorch's rate starts at a 25th of the peak, so its momentum does not start at the top; at the peak both are lowest."""
    recipe = Recipe(
        epochs=5,
        lr=1.0,
        schedule="one-cycle",
        optimizer="sgd",
        momentum=0.95,
        cycle_momentum=True,
        lowest_momentum=0.85,
    )
    rates = [learning_rate(recipe, update, STEPS) for update in range(5 * STEPS)]
    momenta = [momentum_at(recipe, rate) for rate in rates]
    assert min(momenta) == pytest.approx(0.85)
    assert momenta.index(min(momenta)) == rates.index(max(rates))
    assert momenta[-1] == pytest.approx(0.95 - 0.1 * rates[-1])
    assert all(m == pytest.approx(0.95 - 0.1 * r) for m, r in zip(momenta, rates, strict=True))
    assert momentum_at(recipe.change(cycle_momentum=False), 1.0) == 0.95
