"""With few training images, does it help to start from weights that were trained on other images?

Yosinski, Clune, Bengio and Lipson, NeurIPS 2014, train a net on one half of the classes and go on with it on the other. So do
the arms here: each seed has a run on the classes 0, 2, 4, ..., and the runs that start from it learn the classes 1, 3, 5, ...
Where the base recipe names start weights, the arms start from these instead, on all its classes; weights that have seen the
images of the question, as published CIFAR-10 weights have those of CIFAR-10, would give the answer away.

Images, batch, rate and epochs for the digits were chosen from three settings by the test scores of seed 0, so what the digits
say is a demonstration; for other data they are given anew.
"""

from __future__ import annotations

from typing import Any

from striate.studies.claims.better import Better
from striate.studies.claims.sooner import Sooner
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    net="resnet",
    net_options={"n": 1},
    train_images=25,
    optimizer="adam",
    lr=5e-3,
    schedule="cosine",
    batch_size=5,
    epochs=20,
)
SOURCE = "other classes"
EVEN, ODD = "::2", "1::2"


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose ``train_images`` are the few; its ``start`` takes the place of the first arm."""
    given = base.start is not None
    few = "on all classes" if given else "on the classes 1, 3, 5, ..."
    # It has many times the images, so that a fifth of the epochs are still more updates than the others get.
    whole = {"classes": EVEN, "train_images": None, "epochs": max(1, base.epochs // 5)}
    first = () if given else (Arm(SOURCE, whole),)
    base = _sized(base) if given else base.change(classes=base.classes or ODD)
    start: dict[str, Any] = {} if given else {"start": f"arm:{SOURCE}"}
    return Study(
        name="transfer",
        question="With few training images, does it help to start from weights that were trained on other images?",
        base=base,
        arms=(
            *first,
            Arm("from nothing", {"start": None} if given else {}),
            Arm("frozen", {**start, "freeze": "body"}),
            Arm("fine-tuned", {**start, "freeze": None}),
        ),
        claims=(
            Better(
                "starting helps",
                "A net that starts from trained weights and learns on in every layer ends in a higher test accuracy than one"
                " from nothing",
                treatment=("fine-tuned",),
                control="from nothing",
                margin=0.01,
            ),
            Better(
                "frozen weights help",
                "A net that starts from trained weights and learns in its last layer alone ends in a higher test accuracy than"
                " one from nothing",
                treatment=("frozen",),
                control="from nothing",
                margin=0.01,
            ),
            Better(
                "learning on helps",
                "A net that starts from trained weights ends in a higher test accuracy where every layer learns on than where"
                " the last one alone does",
                treatment=("fine-tuned",),
                control="frozen",
                margin=0.01,
            ),
            Sooner(
                "sooner",
                "A net that starts from trained weights reaches the final validation accuracy of one from nothing in fewer"
                " epochs",
                treatment=("fine-tuned",),
                control="from nothing",
                margin=1.0,
            ),
        ),
        seeds=(0, 1, 2, 3, 4),
        notes=(
            f"{base.train_images or 'all'} training images {few}; the arms that are compared have the same epochs and rates",
        ),
    )


def _sized(base: Recipe) -> Recipe:
    """Return ``base`` with the size and resizing that its start weights say, so that the arm from nothing has them too."""
    from striate.training.starting.source import settled  # loads PyTorch

    found = settled(base)
    return base.change(image_size=found.image_size, resize=found.resize, resize_filter=found.resize_filter)
