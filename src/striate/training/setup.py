"""From a recipe and its images to everything the loop needs: net, optimizer, batches, precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from striate.base.seeds import integer
from striate.data import ImageSet
from striate.nets import build
from striate.training import machine
from striate.training.batches import Feed, Splits, in_order, split
from striate.training.optimise import make_optimizer
from striate.training.recipe import Recipe


@dataclass(frozen=True)
class Setup:
    """What one run works with. ``draws`` tells whether the net itself draws random numbers (dropout)."""

    recipe: Recipe
    images: ImageSet
    splits: Splits
    net: nn.Module
    optimizer: torch.optim.Optimizer
    feed: Feed
    device: torch.device
    dtype: torch.dtype
    precision_reason: str
    draws: bool
    warn: Callable[[str], None]

    def labels(self) -> dict[str, Any]:
        """Return what a reader of the weights needs to use them: classes, normalization, image shape, net."""
        return {
            "net": self.recipe.net,
            "net_options": self.recipe.net_options,
            "image_shape": list(self.images.image_shape),
            "classes": list(self.images.classes),
            "mean": list(self.splits.normalization.mean),
            "std": list(self.splits.normalization.std),
        }


def set_up(recipe: Recipe, images: ImageSet, warn: Callable[[str], None]) -> Setup:
    """Return a fresh net with its optimizer and batches; the initial weights are a function of the recipe's seed alone.

    Raises NetError or DataError when net and images do not go together.
    """
    machine.keep_memory()
    where = machine.device()
    net = initial_net(recipe, images).to(where).to(memory_format=torch.channels_last)
    splits = split(images, recipe)
    sample, _ = next(in_order(splits.val, splits.normalization, where, size=8))
    dtype, reason = machine.choose_precision(recipe.precision, net, sample)
    draws = any(isinstance(module, nn.Dropout) for module in net.modules())
    optimizer = make_optimizer(net, recipe)
    feed = Feed(splits, recipe, where)
    return Setup(recipe, images, splits, net, optimizer, feed, where, dtype, reason, draws, warn)


def initial_net(recipe: Recipe, images: ImageSet) -> nn.Module:
    """Return the recipe's net with its initial weights, drawn from the stream "init"; torch's own generator is left alone."""
    with torch.random.fork_rng():
        torch.manual_seed(integer(recipe.seed, "init"))
        return build(recipe.net, recipe.net_options, images.image_shape, len(images.classes))
