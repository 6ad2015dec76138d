"""What does dropout without scaling at test time cost?

EECS 498/598 Deep Learning, Homework 1, question 7.2: units are kept with probability q in training and all are there
at test time, so without a factor the next layer receives 1/q times what it was trained with. Two cures are equal in
the mean: y = W(q x) at test time, or dividing by q in training (inverted dropout).
"""

from __future__ import annotations

from striate.studies.claims.better import Better
from striate.studies.claims.larger import Larger
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="convnet", net_options={"dropout": 0.5}, optimizer="adam", lr=1e-3, batch_size=32, epochs=15)


def study(base: Recipe) -> Study:
    """Return the study around ``base``; the net needs the options ``dropout`` and ``dropout_scaling``."""
    arms = (
        Arm("no dropout", {"dropout": 0.0, "dropout_scaling": "inverted"}),
        *(
            Arm(name, {"dropout_scaling": scaling})
            for name, scaling in (("no scaling", "none"), ("at test", "at-test"), ("inverted", "inverted"))
        ),
    )
    return Study(
        name="dropout-scaling",
        question="What does dropout without scaling at test time cost?",
        base=base,
        arms=arms,
        claims=(
            Larger(
                "the loss rises",
                "Without scaling, the validation loss is larger than with scaling at test time",
                treatment=("no scaling",),
                control="at test",
                metric="val/loss",
                margin=0.005,
            ),
            Better(
                "the accuracy suffers",
                "Scaling at test time ends in a higher test accuracy than no scaling",
                treatment=("at test",),
                control="no scaling",
            ),
            Better(
                "inverted dropout is better than scaling at test",
                "Inverted dropout ends in a higher test accuracy than scaling at test time",
                treatment=("inverted",),
                control="at test",
            ),
        ),
    )
