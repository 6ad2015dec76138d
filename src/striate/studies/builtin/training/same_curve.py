"""Do the layers by hand and PyTorch compute the same? One net, one set of batches, two engines, one curve.

The net has what EECS 498/598, Homework 1, 2019, asks for (convolution, batch norm, ReLU, max pooling, dropout, dense
layers). Both engines begin at the same weights and see the same batches and dropout masks, in float64, for four epochs of 26
updates (digits). What is left between them is the order of additions, which training magnifies.
"""

from __future__ import annotations

from striate.studies.claims.equal import Equal
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    engine="scratch",
    net="convnet",
    net_options={"filters": 8, "filter_size": 3, "hidden": 32, "batch_norm": True, "dropout": 0.25},
    lr=1e-3,
    batch_size=50,
    epochs=4,
    precision="float64",
    record_steps=True,
)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose learning rate is Adam's, a hundredth of that of plain descent."""
    rules = {
        "SGD": {"optimizer": "sgd", "momentum": 0.0, "lr": 100 * base.lr},
        "Adam": {"optimizer": "adam", "lr": base.lr},
    }
    tolerances = {"SGD": 1e-9, "Adam": 1e-7}
    return Study(
        name="same-curve",
        question="Do the layers by hand and PyTorch trace the same loss curve?",
        base=base,
        arms=tuple(
            Arm(f"{rule} {where}", {**changes, "engine": engine})
            for rule, changes in rules.items()
            for where, engine in (("by hand", "scratch"), ("in PyTorch", "twin"))
        ),
        claims=tuple(
            Equal(
                f"one curve by {rule}",
                f"The losses of all updates agree within {tolerance:g} under {rule}",
                treatment=f"{rule} by hand",
                control=f"{rule} in PyTorch",
                tolerance=tolerance,
            )
            for rule, tolerance in tolerances.items()
        ),
        seeds=(0,),
    )
