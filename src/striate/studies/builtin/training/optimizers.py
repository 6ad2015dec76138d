"""Does batch normalization help under SGD and under Adam alike?

Homework 2, Convolutional Networks, October 2020, question 2.6: SGD at 1e-3 and Adam at 1e-4, each without and with
batch norm. The sheet leaves the momentum open; it is .9 here, and --set momentum=0 takes it away.
"""

from __future__ import annotations

from striate.studies.claims.better import Better
from striate.studies.claims.sooner import Sooner
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="simpleconvnet", optimizer="sgd", lr=1e-3, batch_size=32, epochs=10)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose learning rate is that of SGD; Adam's is a tenth of it."""
    rates = {
        "SGD": {"optimizer": "sgd", "lr": base.lr},
        "Adam": {"optimizer": "adam", "lr": base.lr / 10, "momentum": 0.9},
    }
    arms = [
        Arm(name + suffix, {**changes, "norm": norm})
        for name, changes in rates.items()
        for suffix, norm in (("", "none"), (" + BN", "batch"))
    ]
    claims = [
        claim
        for name in rates
        for claim in (
            Better(
                f"improves under {name}",
                f"Under {name}, batch normalization ends in a higher test accuracy",
                treatment=(f"{name} + BN",),
                control=name,
            ),
            Sooner(
                f"accelerates under {name}",
                f"Under {name}, batch normalization reaches the plain net's final validation accuracy in fewer epochs",
                treatment=(f"{name} + BN",),
                control=name,
                margin=1.0,
            ),
        )
    ]
    return Study(
        name="optimizers",
        question="Does batch normalization help under SGD and under Adam alike?",
        base=base,
        arms=tuple(arms),
        claims=tuple(claims),
    )
