"""Do residual connections help a small convolutional net?

Homework 2, Convolutional Networks, October 2020, questions 2.7 and 2.8: the same net with and without them, curves
compared. A residual connection carries a unit's input around its convolution: He et al., arXiv 1512.03385.
"""

from __future__ import annotations

from striate.studies.claims.better import Better
from striate.studies.claims.sooner import Sooner
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="simpleconvnet", net_options={"norm": "batch"}, optimizer="adam", lr=1e-3, batch_size=32, epochs=10)


def study(base: Recipe) -> Study:
    """Return the study around ``base``; the net needs the option ``residual``."""
    return Study(
        name="residual",
        question="Do residual connections help?",
        base=base,
        arms=(Arm("plain", {"residual": False}), Arm("residual", {"residual": True})),
        claims=(
            Better(
                "improves the result",
                "Residual connections end in a higher test accuracy",
                treatment=("residual",),
                control="plain",
            ),
            Sooner(
                "accelerates",
                "Residual connections reach the plain net's final validation accuracy in fewer epochs",
                treatment=("residual",),
                control="plain",
                margin=1.0,
            ),
        ),
    )
