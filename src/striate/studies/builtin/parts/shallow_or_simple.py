"""Is one convolution enough? ShallowNet against SimpleConvNet, trained alike.

A homework on convolutional networks of October 2020, questions 2.2 to 2.5: a net of one convolution, and one of six, each
trained with SGD and compared. Both see the same batches at the same learning rate for as many epochs; the deeper one has
more weights and takes longer, which the report says beside the verdict.
"""

from __future__ import annotations

from striate.studies.claims.better import Better
from striate.studies.claims.sooner import Sooner
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="shallownet", optimizer="sgd", momentum=0.9, lr=0.01, batch_size=64, epochs=20)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose net the second arm replaces by `simpleconvnet`."""
    return Study(
        name="shallow-or-simple",
        question="Is one convolution enough?",
        base=base,
        arms=(Arm(base.net), Arm("simpleconvnet", {"net": "simpleconvnet"})),
        claims=(
            Better(
                "six convolutions are better",
                f"simpleconvnet ends in a higher test accuracy than {base.net}",
                treatment=("simpleconvnet",),
                control=base.net,
            ),
            Sooner(
                "six convolutions learn in fewer epochs",
                f"simpleconvnet reaches the final validation accuracy of {base.net} in fewer epochs",
                treatment=("simpleconvnet",),
                control=base.net,
                margin=1.0,
            ),
        ),
    )
