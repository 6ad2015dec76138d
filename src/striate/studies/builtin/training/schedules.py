"""Does a learning-rate schedule help, and which?

Homework 2, Convolutional Networks, October 2020, question 2.10: schedulers, StepLR among them, against a constant
rate.
"""

from __future__ import annotations

from typing import Any

from striate.studies.claims.better import Better
from striate.studies.claims.choice import Choice
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="simpleconvnet", net_options={"norm": "batch"}, optimizer="sgd", lr=0.05, batch_size=32, epochs=8)


def study(base: Recipe) -> Study:
    """Return the study around ``base``: every schedule starts from (or, one-cycle, rises to) its learning rate."""
    schedules: dict[str, dict[str, Any]] = {
        "step": {"schedule": "step", "step_epochs": max(1, base.epochs // 3), "gamma": 0.1},
        "cosine": {"schedule": "cosine"},
        "one-cycle": {"schedule": "one-cycle"},
        "inverse-time": {"schedule": "inverse-time", "decay": base.decay or 0.01},  # halved after 100 updates
    }
    arms = (
        Arm("constant", {"schedule": "constant", "decay": 0.0}),
        *(Arm(name, made) for name, made in schedules.items()),
    )
    return Study(
        name="schedules",
        question="Does a learning-rate schedule help, and which?",
        base=base,
        arms=arms,
        claims=(
            Better(
                "improves the result",
                "A schedule ends in a higher test accuracy than the constant rate",
                treatment=tuple(schedules),
                control="constant",
            ),
            Choice(
                "one schedule is best",
                "One of the schedules has the highest final validation accuracy",
                candidates=tuple(arm.name for arm in arms),
                measure="final",
                margin=0.005,
            ),
        ),
        seeds=(0, 1, 2),
    )
