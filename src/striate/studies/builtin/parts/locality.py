"""What is left of a convolutional net when the pixels are permuted?

Homework 2, Convolutional Networks, October 2020, question 1a: convolution assumes that what belongs together lies
together (locality) and looks alike everywhere (stationarity). One fixed permutation of the pixel positions, the same
for every image, destroys both and nothing else; a dense net cannot even notice it.
"""

from __future__ import annotations

from striate.studies.claims.better import Better
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="convnet", optimizer="adam", lr=1e-3, batch_size=32, epochs=15)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose net is the convolutional one; the dense net is `mlp`."""
    kinds = {"convolutional": {}, "dense": {"net": "mlp"}}
    arms = [
        Arm(f"{kind}, {'permuted' if permuted else 'natural'}", {**changes, "permute_pixels": permuted})
        for kind, changes in kinds.items()
        for permuted in (False, True)
    ]
    natural, permuted, dense, dense_permuted = (arm.name for arm in arms)
    return Study(
        name="locality",
        question="What is left of a convolutional net when the pixels are permuted?",
        base=base,
        arms=tuple(arms),
        claims=(
            Better(
                "convolution pays on images",
                "On natural pixels the convolutional net ends in a higher test accuracy than the dense one",
                treatment=(natural,),
                control=dense,
            ),
            Better(
                "convolution needs the order of the pixels",
                "The convolutional net ends in a higher test accuracy on natural pixels than on permuted ones",
                treatment=(natural,),
                control=permuted,
            ),
            Better(
                "the dense net needs it too",
                "The dense net ends in a higher test accuracy on natural pixels than on permuted ones",
                treatment=(dense,),
                control=dense_permuted,
            ),
        ),
    )
