"""By which factor should StepLR lower the learning rate?

Homework 2, Convolutional Networks, October 2020, question 2.11: five values of gamma for StepLR, with curves of
training and validation loss. A gamma of 1 would be no schedule at all.
"""

from __future__ import annotations

from striate.studies.claims.choice import Choice
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    net="simpleconvnet",
    net_options={"norm": "batch"},
    optimizer="sgd",
    lr=0.05,
    schedule="step",
    batch_size=32,
    epochs=10,
)
GAMMAS = (0.05, 0.1, 0.3, 0.5, 0.9)


def study(base: Recipe) -> Study:
    """Return the study around ``base``; the rate drops after every fifth of the epochs."""
    steps = max(1, base.epochs // 5)
    arms = tuple(
        Arm(f"gamma {gamma:g}", {"schedule": "step", "gamma": gamma, "step_epochs": steps}) for gamma in GAMMAS
    )
    return Study(
        name="step-gamma",
        question="By which factor should StepLR lower the learning rate?",
        base=base,
        arms=arms,
        claims=(
            Choice(
                "one factor is best",
                "One gamma has the highest final validation accuracy",
                candidates=tuple(arm.name for arm in arms),
                measure="final",
                margin=0.005,
            ),
        ),
        seeds=(0, 1, 2),
    )
