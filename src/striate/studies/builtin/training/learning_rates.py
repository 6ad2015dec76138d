"""Which learning rate suits SGD, and which Adam?

Homework 2, Convolutional Networks, October 2020, question 2.11: five learning rates with SGD and five with Adam, with
curves of training and validation loss. Neighbouring rates are a factor of ten apart.
"""

from __future__ import annotations

from striate.studies.claims.better import Better
from striate.studies.claims.choice import Choice
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="simpleconvnet", optimizer="sgd", lr=1e-2, batch_size=32, epochs=5)
POWERS = (-2, -1, 0, 1, 2)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose learning rate is the middle one of SGD's; Adam's middle one is a tenth of it."""
    rates = {"SGD": base.lr, "Adam": base.lr / 10}
    arms = {
        optimizer: [
            Arm(
                f"{optimizer} {middle * 10.0**power:g}",
                {"optimizer": optimizer.lower(), "lr": middle * 10.0**power, "momentum": 0.9},
            )
            for power in POWERS
        ]
        for optimizer, middle in rates.items()
    }
    names = {optimizer: tuple(arm.name for arm in made) for optimizer, made in arms.items()}
    middle = len(POWERS) // 2
    return Study(
        name="learning-rates",
        question="Which learning rate suits SGD, and which Adam?",
        base=base,
        arms=(*arms["SGD"], *arms["Adam"]),
        claims=(
            *(
                Choice(
                    f"the rate of {optimizer}",
                    f"One learning rate of {optimizer} has the highest best validation accuracy",
                    candidates=candidates,
                    measure="best",
                    margin=0.005,
                )
                for optimizer, candidates in names.items()
            ),
            Better(
                "Adam at its middle rate",
                "Adam at its middle rate ends in a higher test accuracy than SGD at its own",
                treatment=(names["Adam"][middle],),
                control=names["SGD"][middle],
            ),
        ),
        seeds=(0, 1, 2),
    )
