"""The learning rate as a function of the update: nothing to store, nothing to wind forward.

    constant       lr
    step           lr * gamma ** floor(epoch / step_epochs)
    cosine         lr * (1 + cos(pi * t)) / 2                         Loshchilov and Hutter, arXiv 1608.03983
    one-cycle      linear to lr at t = peak, then linear to 0         Smith and Topin, arXiv 1708.07120
    inverse-time   lr / (1 + decay * update)                          the `decay` of Keras' first optimizers

With ``cycle_momentum`` one-cycle moves the momentum against the rate: momentum - (momentum - lowest_momentum) * rate / lr.

t runs from 0 to 1 over the run (after the warm-up, which rises linearly from lr / warm-up updates to lr).
"""

from __future__ import annotations

import math

from striate.training.recipe.recipe import Recipe

SPREAD = ("cosine", "one-cycle")  # over all epochs of the run: with more of them, earlier rates would be others


def learning_rate(recipe: Recipe, update: int, updates_per_epoch: int) -> float:
    """Return the learning rate of ``update`` (0, 1, ...) of a run with that many updates in an epoch."""
    total = recipe.epochs * updates_per_epoch
    warmup = round(recipe.warmup_epochs * updates_per_epoch)
    if update < warmup:
        return recipe.lr * (update + 1) / warmup
    done = (update - warmup) / max(1, total - warmup)
    match recipe.schedule:
        case "constant":
            return recipe.lr
        case "step":
            return float(recipe.lr * recipe.gamma ** (update // updates_per_epoch // recipe.step_epochs))
        case "cosine":
            return recipe.lr * (1 + math.cos(math.pi * done)) / 2
        case "one-cycle":
            rising = (update + 1) / total / recipe.peak
            falling = (total - update) / total / (1 - recipe.peak)
            return recipe.lr * min(1.0, rising, falling)
        case "inverse-time":
            return recipe.lr / (1 + recipe.decay * update)


def momentum_at(recipe: Recipe, rate: float) -> float:
    """Return the momentum of sgd, or beta1 of adam and adamw, that goes with the learning rate ``rate`` of an update."""
    usual = recipe.momentum if recipe.optimizer == "sgd" else recipe.beta1
    if not recipe.cycle_momentum:
        return usual
    return usual - (usual - recipe.lowest_momentum) * rate / recipe.lr
