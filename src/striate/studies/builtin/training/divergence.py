"""A loss falls and then explodes: which hyper-parameter cures it?

EECS 498/598 Deep Learning, Homework 1, question 7.3. The sick arm has a learning rate that is too large for its net
without a norm; each other arm changes one thing. A run that diverges or stays at chance is a result and counts as
guessing.
"""

from __future__ import annotations

from typing import Any

from striate.studies.claims.better import Better
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="convnet", optimizer="sgd", lr=0.5, batch_size=32, epochs=10, record_steps=True)


def study(base: Recipe) -> Study:
    """Return the study around ``base``, which is the sick arm."""
    cures: dict[str, dict[str, Any]] = {
        "lr / 10": {"lr": base.lr / 10},
        "no momentum": {"momentum": 0.0},
        "warm-up": {"warmup_epochs": max(1.0, base.epochs / 5)},
        "batch x8": {"batch_size": 8 * base.batch_size},
        "batch norm": {"norm": "batch"},
        "weight decay": {"weight_decay": 1e-3},
    }
    notes: tuple[str, ...] = ()
    if not hasattr(base.options, "norm"):
        del cures["batch norm"]
        notes = (f"net {base.net} has no option norm, so batch norm is not tried",)
    return Study(
        name="divergence",
        question="A loss falls and then explodes: which hyper-parameter cures it?",
        base=base,
        arms=(Arm("sick"), *(Arm(name, changes) for name, changes in cures.items())),
        claims=tuple(
            Better(
                f"{name} cures",
                f"Changed alone, {name} ends in a higher final validation accuracy than the sick recipe",
                treatment=(name,),
                control="sick",
                measure="final",
                margin=0.05,
                rescue=True,
            )
            for name in cures
        ),
        notes=notes,
    )
