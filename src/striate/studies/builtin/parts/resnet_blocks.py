"""Standard or bottleneck blocks, activated after or before, at equal cost?

CSCE 636 Deep Learning, Assignment 2, questions 3 and 6: a bottleneck of four times the channels has about the weights
of a standard block (18,432 against 17,408), and version 2 puts norm and activation before the convolutions. So that
the block is compared and not the budget, the bottlenecks get the width at which their multiply-adds, counted on 32 x
32 colour images, come nearest to the standard's.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from striate.base.shapes import convolution_macs, dense_macs
from striate.nets.families.options import EXPANSION, ResNetOptions
from striate.studies.claims.better import Better
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    net="resnet",
    net_options={"n": 1, "width": 16},
    optimizer="sgd",
    lr=0.1,
    weight_decay=2e-4,
    schedule="cosine",
    batch_size=64,
    epochs=10,
)

IMAGE_SHAPE, CLASSES = (32, 32, 3), 10


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose options ``n`` and ``width`` are those of the standard blocks."""
    wide = {"block": "standard", "order": "post"}
    narrow = {"block": "bottleneck", "order": "post"}
    width = equal_width(base, wide, narrow)
    cost = [_macs(base.change(**wide)), _macs(base.change(**narrow, width=width))]
    arms = (
        Arm("standard, post", wide),
        Arm("standard, pre", {**wide, "order": "pre"}),
        Arm("bottleneck, post", {**narrow, "width": width}),
        Arm("bottleneck, pre", {**narrow, "order": "pre", "width": width}),
    )
    return Study(
        name="resnet-blocks",
        question="Standard or bottleneck blocks, activated after or before, at equal cost?",
        base=base,
        arms=arms,
        claims=(
            Better(
                "bottlenecks are better",
                "At equal multiply-adds, bottleneck blocks end in a higher test accuracy than standard blocks",
                treatment=("bottleneck, post",),
                control="standard, post",
            ),
            *(
                Better(
                    f"pre-activation helps {block} blocks",
                    f"Pre-activated {block} blocks end in a higher test accuracy than post-activated ones",
                    treatment=(f"{block}, pre",),
                    control=f"{block}, post",
                )
                for block in ("standard", "bottleneck")
            ),
        ),
        seeds=(0, 1, 2),
        notes=(
            f"for an image of 3 x 32 x 32 the standard blocks take {cost[0] / 1e6:.2f} million multiply-adds and the "
            f"bottlenecks, of width {width}, {cost[1] / 1e6:.2f}",
        ),
    )


def equal_width(base: Recipe, wide: dict[str, Any], narrow: dict[str, Any]) -> int:
    """Return the width at which the net with the ``narrow`` options costs most nearly what it costs with the ``wide`` ones."""
    wanted = _macs(base.change(**wide))
    widest = int(getattr(base.change(**wide).options, "width", 1))
    widths = range(1, 2 * widest + 1)
    place = bisect_left(widths, wanted, key=lambda width: _macs(base.change(**narrow, width=width)))
    nearest = [width for width in (place, place + 1) if width in widths]
    return min(nearest, key=lambda width: abs(_macs(base.change(**narrow, width=width)) - wanted))


def _macs(recipe: Recipe) -> int:
    """Return the multiply-adds of one 32 x 32 colour image: counted for a residual net, measured for one of your own."""
    if isinstance(recipe.options, ResNetOptions):
        return macs(recipe.options)
    from striate.nets import build
    from striate.nets.custom.surroundings import seeded
    from striate.nets.measure.anatomy import anatomy

    with seeded(0):  # so that the generators stay as they are
        net = build(recipe.net, recipe.net_options, IMAGE_SHAPE, CLASSES)
    return anatomy(net, IMAGE_SHAPE).macs


def macs(options: ResNetOptions) -> int:
    """Return the multiply-adds of a residual net's convolutions and of its dense layer, for one 32 x 32 colour image."""
    height, width, channels = IMAGE_SHAPE
    cells, inputs = height * width, options.width
    total = convolution_macs(channels, options.width, 9, cells)
    for stack in range(3):
        filters = options.width << stack
        for number in range(options.n):
            before = cells
            cells //= 4 if stack and not number else 1  # the first block of the later stacks has stride 2
            if options.block == "bottleneck":
                out = EXPANSION * filters
                total += convolution_macs(inputs, filters, 1, before) + convolution_macs(filters, filters, 9, cells)
                total += convolution_macs(filters, out, 1, cells)
            else:
                out = filters
                total += convolution_macs(inputs, filters, 9, cells) + convolution_macs(filters, out, 9, cells)
            if options.residual and options.shortcut == "projection" and not number:
                total += convolution_macs(inputs, out, 1, cells)
            inputs = out
    return total + dense_macs(inputs, CLASSES)
