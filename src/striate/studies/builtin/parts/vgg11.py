"""What turns the literal VGG11 into a good one?

EECS 498/598 Deep Learning, Homework 1, question 6: the net that the starter file's comments describe (8 convolutions,
no activation, no norm, 149,370 parameters; Adam at 1e-3, batches of 100, 10 epochs; students reported 68 % on
CIFAR-10), and improvements of optimizer, preprocessing, activation, width and schedule. Each arm adds one change to
the arm before it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from striate.studies.claims.better import Better
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    net="vgg11-small", net_options={"width": 8}, image_size=32, optimizer="adam", lr=1e-3, batch_size=100, epochs=10
)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, which is the literal arm."""
    steps: dict[str, dict[str, Any]] = {
        "+ ReLU": {"activation": "relu"},
        "+ batch norm": {"norm": "batch"},
        "+ one-cycle": {"schedule": "one-cycle", "lr": 3 * base.lr},
        "+ crop": {"pad_crop": 4},
        "+ width x2": {"width": 2 * int(getattr(base.options, "width", 1))},
    }
    arms, changes = [Arm("literal")], dict[str, Any]()
    for name, change in steps.items():
        changes = {**changes, **change}
        arms.append(Arm(name, changes))
    return Study(
        name="vgg11",
        question="What turns the literal VGG11 into a good one?",
        base=base,
        arms=tuple(arms),
        claims=tuple(
            Better(
                f"{after.name} helps",
                f"{after.name}, added to {before.name}, ends in a higher test accuracy",
                treatment=(after.name,),
                control=before.name,
            )
            for before, after in pairwise(arms)
        ),
        seeds=(0, 1, 2),
    )
