"""Do sigmoid units stop a deep net from learning?

EECS 498/598 Deep Learning, Homework 1, question 7.1: where a sigmoid saturates its derivative s (1 - s), at most 1/4,
is near 0, and the gradient shrinks with every layer. Sigmoid against ReLU in nets of 2, 4 and 6 convolutions without
a norm, with the gradient norm of every layer in the history.
"""

from __future__ import annotations

from striate.nets.families.options import ConvNetOptions
from striate.studies.claims.better import Better
from striate.studies.claims.larger import Larger
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="convnet", optimizer="sgd", lr=0.05, batch_size=32, epochs=10, record_gradients=True)
DEPTHS = (2, 4, 6)
FILTERS = 16


def study(base: Recipe) -> Study:
    """Return the study around ``base``; half of the convolutions stand before each of two pools."""
    arms = {
        (activation, depth): Arm(
            f"{activation} {depth}", {"activation": activation, "widths": [[FILTERS] * (depth // 2)] * 2, "hidden": []}
        )
        for activation in ("relu", "sigmoid")
        for depth in DEPTHS
    }
    name = {key: arm.name for key, arm in arms.items()}
    deepest = DEPTHS[-1]
    return Study(
        name="saturation",
        question="Do sigmoid units stop a deep net from learning?",
        base=base,
        arms=tuple(arms.values()),
        claims=(
            *(
                Better(
                    f"relu learns better at depth {depth}",
                    f"With {depth} convolutions, ReLU ends in a higher test accuracy than sigmoid",
                    treatment=(name["relu", depth],),
                    control=name["sigmoid", depth],
                    margin=0.01,
                )
                for depth in DEPTHS
            ),
            Larger(
                "the first layer's gradient vanishes",
                f"With {deepest} convolutions, ReLU leaves the first layer a larger gradient than sigmoid does",
                treatment=(name["relu", deepest],),
                control=name["sigmoid", deepest],
                metric=f"train/gradient.{first_layer(base)}",
                margin=2.0,
                log=True,
            ),
        ),
        seeds=(0, 1, 2, 3),  # to judge an arm whose every run failed takes four
    )


def first_layer(base: Recipe) -> str:
    """Return the name of the net's first layer with weights, as the history names it; only an unknown kind of net is built."""
    if isinstance(base.options, ConvNetOptions):
        return "conv1"
    from striate.nets import build
    from striate.nets.custom.surroundings import seeded

    with seeded(0):  # so that the generators stay as they are
        net = build(base.net, base.net_options, (32, 32, 3), 10)
    return next(name.removesuffix(".weight") for name, weights in net.named_parameters() if weights.dim() > 1)
