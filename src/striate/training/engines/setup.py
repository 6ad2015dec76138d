"""From a recipe and its images to everything the loop needs: an engine with its net, batches, precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from striate.base.errors import NetError, RecipeError, reason
from striate.base.seeds import generator, integer
from striate.data import ImageSet
from striate.nets.catalog import ENTRIES, build_again
from striate.nets.custom.calling import keep_contiguous, takes_channels_last
from striate.nets.custom.naming import is_own
from striate.nets.custom.rehearsal import rehearse
from striate.nets.custom.state import traceless
from striate.nets.custom.surroundings import seeded
from striate.nets.measure.anatomy import anatomy
from striate.scratch import catalog as scratch_nets
from striate.scratch.models import Model
from striate.training.engines import machine
from striate.training.engines.engine import Engine
from striate.training.engines.evaluate import evaluate
from striate.training.engines.freezing import depths, freezing
from striate.training.engines.optimise import make_optimizer
from striate.training.engines.precision import choose_precision
from striate.training.engines.processes.group import ALONE, Group
from striate.training.engines.processes.together import Together
from striate.training.engines.pytorch import TorchEngine
from striate.training.engines.scratch import ScratchEngine
from striate.training.engines.twin import Masks, twin
from striate.training.feed.batches import Feed, Splits, in_order, split
from striate.training.folder.labels import Labels
from striate.training.folder.restore_net import dropout_rate
from striate.training.recipe.recipe import Recipe
from striate.training.starting.source import settled, started, taken_over


@dataclass(frozen=True)
class Setup:
    """What one run works with."""

    recipe: Recipe
    images: ImageSet
    splits: Splits
    engine: Engine
    feed: Feed
    device: torch.device
    warn: Callable[[str], None]
    group: Group = ALONE

    def labels(self) -> Labels:
        """Return what a reader of the weights needs to use them."""
        recipe, images = self.recipe, self.images
        return Labels(
            recipe.engine,
            recipe.net,
            recipe.net_options,
            images.image_shape,
            images.classes,
            self.splits.normalization,
            images.levels,
            None if images.tabular else recipe.resizing,
        )


def set_up(
    recipe: Recipe, images: ImageSet, warn: Callable[[str], None], group: Group = ALONE, *, begun: bool = False
) -> Setup:
    """Return a fresh net with its optimizer and batches; the initial weights are a function of the recipe's seed alone,
    and of its start weights. ``begun``: a checkpoint will take their place, so start weights need not be at hand.

    ``group`` are the processes that train together, this one among them.

    Raises NetError or DataError when net and images do not go together.
    """
    machine.keep_memory()
    by_hand = recipe.engine == "scratch"
    where = machine.device(by_hand=by_hand)
    splits = split(images, recipe)
    said = [taken_over(recipe)] if recipe.start is not None and not begun else []
    engine: Engine = (
        _scratch_engine(recipe, images)
        if by_hand
        else _torch_engine(recipe, images, splits, where, group, said.append, begun)
    )
    noted = replace(images, notes=(*images.notes, *splits.notes, *said))
    return Setup(recipe, noted, splits, engine, Feed(splits, recipe, where), where, warn, group)


def check(recipe: Recipe, images: ImageSet) -> None:
    """Raise NetError or DataError when the recipe's net and its images do not go together; nothing is kept."""
    if recipe.engine == "torch":
        initial_net(recipe, images)
    else:
        initial_model(recipe, images)


def _torch_engine(
    recipe: Recipe,
    images: ImageSet,
    splits: Splits,
    where: torch.device,
    group: Group,
    tell: Callable[[str], None],
    begun: bool,
) -> TorchEngine:
    masks = None if recipe.engine == "torch" else Masks()
    drawn = (
        initial_net(recipe, images, tell, begun=begun)
        if masks is None
        else twin(initial_model(recipe, images), dropout_rate_of(recipe), masks)
    )
    net = drawn.to(where)
    if takes_channels_last(net):
        net = net.to(memory_format=torch.channels_last)
    else:
        keep_contiguous(net)
    sample, _ = next(in_order(splits.val, splits.normalization, where, size=8))
    dtype, why = choose_precision(recipe.precision, net, sample)
    net = net.double() if dtype == torch.float64 else net
    if masks is None and recipe.net not in ENTRIES:
        _refuse_precision(net, sample, dtype, recipe)
    shape = images.image_shape
    optimizer = make_optimizer(net, recipe, depths(net, shape) if recipe.start_lr_factor < 1 else ())
    together = None
    if group.size > 1:
        together = Together(group, net, sync=recipe.sync_batch_norm, unused=recipe.net not in ENTRIES)
    return TorchEngine(recipe, net, optimizer, where, dtype, why, masks, freezing(net, recipe, shape), together)


def _scratch_engine(recipe: Recipe, images: ImageSet) -> ScratchEngine:
    why = "as asked" if recipe.precision != "auto" else "the layers by hand have no narrower type"
    return ScratchEngine(recipe, initial_model(recipe, images), dropout_rate_of(recipe), why)


def initial_model(recipe: Recipe, images: ImageSet) -> Model:
    """Return the recipe's net by hand with its initial weights, drawn from the stream "init"."""
    kind = "float64" if recipe.precision == "float64" else "float32"
    rng = generator(recipe.seed, "init")
    return scratch_nets.build(recipe.net, recipe.net_options, images.image_shape, len(images.classes), rng, kind)


def dropout_rate_of(recipe: Recipe) -> float:
    """Return the dropout rate of the recipe's net by hand."""
    return dropout_rate(recipe.net, recipe.net_options)


def initial_net(
    recipe: Recipe, images: ImageSet, tell: Callable[[str], None] = lambda text: None, *, begun: bool = False
) -> nn.Module:
    """Return the recipe's net with its initial weights, drawn from the stream "init"; the global generators are left alone.

    Start weights take their place, unless they are ``begun`` with already; ``tell`` is told what was not taken as it is.

    Raises NetError where a net of one's own cannot be trained, or its weights not be kept.
    """
    seed, classes = integer(recipe.seed, "init"), len(images.classes)

    def made(options: Mapping[str, Any] = MappingProxyType({})) -> nn.Module:
        return build_again(recipe.net, {**recipe.net_options, **options}, images.image_shape, classes)

    with seeded(seed):
        net = made()
    if is_own(recipe.net):
        for remark in rehearse(net, made, seed, recipe.net, images.image_shape, classes, recipe.batch_size):
            tell(remark)
    if recipe.start is not None and not begun:
        with seeded(seed):
            net = started(settled(recipe), net, made, images.image_shape, images.classes, tell)
    if recipe.batch_size == 1:
        _refuse_lone(net, images, recipe)
    return net


def _refuse_precision(net: nn.Module, sample: Tensor, dtype: torch.dtype, recipe: Recipe) -> None:
    """Raise NetError where a net from elsewhere, as it will be trained, does not take images of the data."""
    try:
        with traceless(net), seeded(0):
            evaluate(net, [(sample, torch.zeros(len(sample), dtype=torch.int64, device=sample.device))], dtype)
    except Exception as error:
        kind = str(dtype).removeprefix("torch.")
        raise NetError(
            f'net "{recipe.net}" cannot be trained in {kind} on {sample.device} ({reason(error, kind=True)}); choose another'
            " precision, or make the tensors of forward in the type and on the device of its images"
        ) from error


def _refuse_lone(net: nn.Module, images: ImageSet, recipe: Recipe) -> None:
    """Raise RecipeError where batch norm would see one value a channel in a batch of one image, and so no variance."""
    layers = anatomy(net, images.image_shape, recipe.net).layers
    if lone := [row.name for row in layers if row.kind == "batch norm" and math.prod(row.output[1:]) == 1]:
        raise RecipeError(
            f"in a batch of one image the batch norm {lone[0]} of net {recipe.net} sees one value a channel, which has no"
            " variance; choose a batch_size of at least 2"
        )
