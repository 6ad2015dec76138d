"""Where do plain nets stop improving with depth, and do residual nets go on?

He et al., arXiv 1512.03385, figure 6: on CIFAR-10 a plain net of 56 layers is worse than one of 20 even on the
training images, and residual nets gain from depth. Arms: 8, 20 and 32 layers (n, 3n and 5n blocks a stack), without
and with shortcuts.
"""

from __future__ import annotations

from striate.studies.claims.better import Better
from striate.studies.claims.larger import Larger
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(
    net="resnet",
    net_options={"n": 1, "width": 8, "shortcut": "pad"},
    optimizer="sgd",
    lr=0.05,
    weight_decay=1e-4,
    schedule="cosine",
    batch_size=64,
    epochs=10,
)
FACTORS = (1, 3, 5)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, whose option ``n`` (blocks in each stack) is the smallest depth."""
    n = int(getattr(base.options, "n", 1))
    arms = {
        (residual, factor): Arm(
            f"{'residual' if residual else 'plain'} {_depth(base, n * factor)}", {"residual": residual, "n": n * factor}
        )
        for residual in (False, True)
        for factor in FACTORS
    }
    name = {key: arm.name for key, arm in arms.items()}
    first, last = FACTORS[0], FACTORS[-1]
    return Study(
        name="depth",
        question="Where do plain nets stop improving with depth, and do residual nets go on?",
        base=base,
        arms=tuple(arms.values()),
        claims=(
            Better(
                "plain nets gain from depth",
                "Without shortcuts, a deeper net ends in a higher test accuracy than the shallowest",
                treatment=tuple(name[False, factor] for factor in FACTORS[1:]),
                control=name[False, first],
            ),
            Better(
                "residual nets gain from depth",
                "With shortcuts, a deeper net ends in a higher test accuracy than the shallowest",
                treatment=tuple(name[True, factor] for factor in FACTORS[1:]),
                control=name[True, first],
            ),
            Better(
                "shortcuts help the deepest net",
                "At the largest depth, the residual net ends in a higher test accuracy than the plain one",
                treatment=(name[True, last],),
                control=name[False, last],
            ),
            Larger(
                "deep plain nets are hard to train",
                "Without shortcuts, the deepest net has a larger training loss than the shallowest: depth costs optimization",
                treatment=(name[False, last],),
                control=name[False, first],
                metric="train/loss",
                margin=0.01,
            ),
        ),
        seeds=(0, 1, 2),
    )


def _depth(base: Recipe, n: int) -> str:
    """Return the number of layers, as the papers count them, of a net with n blocks a stack; of another kind of net, n."""
    layers = {"standard": 6, "bottleneck": 9}.get(getattr(base.options, "block", ""))
    return f"{layers * n + 2}" if layers else f"n={n}"
