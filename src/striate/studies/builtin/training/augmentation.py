"""Which transforms of the training images help against overfitting, and which hurt?

Homework 2, Convolutional Networks, October 2020, question 2.9: data transforms, their curves and final accuracies.
What helps depends on the data: a mirrored car is a car, a mirrored digit is not that digit.
"""

from __future__ import annotations

from typing import Any

from striate.data.catalog import side
from striate.studies.claims.better import Better
from striate.studies.claims.larger import Larger
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="simpleconvnet", net_options={"norm": "batch"}, optimizer="adam", lr=1e-3, batch_size=32, epochs=6)
LARGEST_SHIFT = 64  # that a recipe takes


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose ``pad_crop`` is the shift; else an eighth of the images' side: 4 for 32 x 32."""
    edge = side(base.data, base.image_size) or 8
    shift = base.pad_crop or min(max(1, edge // 8), LARGEST_SHIFT)
    square = max(1, min(2 * shift, edge - 1))
    transforms: dict[str, dict[str, Any]] = {
        "flip": {"flip": True, "pad_crop": 0},
        "crop": {"pad_crop": shift},
        "flip + crop": {"flip": True, "pad_crop": shift},
        "flip + crop + cutout": {"flip": True, "pad_crop": shift, "cutout": square},
        "crop + rotate": {"pad_crop": shift, "rotate": 10.0},
        "crop + jitter": {"pad_crop": shift, "jitter": 0.2},
        "crop + mixup": {"pad_crop": shift, "mixup": 0.2},
    }
    none = Arm("none", {"flip": False, "pad_crop": 0})
    return Study(
        name="augmentation",
        question="Which transforms of the training images help against overfitting?",
        base=base,
        arms=(none, *(Arm(name, changes) for name, changes in transforms.items())),
        claims=(
            Better(
                "improves the result",
                "Transformed training images end in a higher test accuracy",
                treatment=tuple(transforms),
                control=none.name,
            ),
            Larger(
                "overfits without",
                "Without transforms, the validation loss ends higher than with a random crop",
                treatment=(none.name,),
                control="crop",
                metric="val/loss",
                margin=0.005,
            ),
        ),
        seeds=(0, 1, 2),
        notes=(f"crops shift an image by up to {shift} pixels, and cutout blackens a square of {square}",),
    )
