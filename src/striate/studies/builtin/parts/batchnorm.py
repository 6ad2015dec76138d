"""Does batch normalization help? It accelerates, permits larger learning rates, improves the result.

CS 7150 Deep Learning, Homework 1, summer 2020, question 4, with the arms of a published solution: Adam at 1e-4 with
Keras' decay of 1e-6 per update, batches of 32, 25 epochs; batch norm after every convolution and before its ReLU.
That solution validated on the CIFAR-10 test set with one seed and reported, as validation accuracy: baseline .8012,
baseline x5 .10 (chance), BN x5 .8365, x10 .8519, x30 .8182.
"""

from __future__ import annotations

import math

from striate.studies.claims.better import Better
from striate.studies.claims.larger import LARGEST_RATE, Larger
from striate.studies.claims.sooner import Sooner
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    net="convnet-cs7150", optimizer="adam", lr=1e-4, schedule="inverse-time", decay=1e-6, batch_size=32, epochs=25
)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose learning rate is the x1 of the arms."""
    plain = {"baseline": 1, "baseline x5": 5}
    normed = {"BN x1": 1, "BN x5": 5, "BN x10": 10, "BN x30": 30}
    arms = [Arm(name, {"norm": "none", "lr": factor * base.lr}) for name, factor in plain.items()]
    arms += [Arm(name, {"norm": "batch", "lr": factor * base.lr}) for name, factor in normed.items()]
    bn = tuple(normed)
    return Study(
        name="batchnorm",
        question="Does batch normalization help?",
        base=base,
        arms=tuple(arms),
        claims=(
            Sooner(
                "accelerates",
                "Batch normalization reaches the baseline's final validation accuracy in fewer epochs",
                treatment=bn,
                control="baseline",
                margin=1.0,
            ),
            Larger(
                "permits larger learning rates",
                "Batch normalization permits a larger learning rate: the largest at which the net still learns",
                treatment=("BN x1",),
                control="baseline",
                metric=LARGEST_RATE,
                margin=math.log10(2),
                log=True,
            ),
            Better(
                "improves the result",
                "Batch normalization ends in a higher test accuracy than the baseline",
                treatment=bn,
                control="baseline",
            ),
        ),
    )
