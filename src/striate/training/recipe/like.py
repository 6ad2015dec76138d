"""The defaults of another library, said all at once: `like=keras` before any field that is given beside it.

    Adam      epsilon 1e-7, added to the square root of the uncorrected mean square      (`epsilon_form`)
    norms     epsilon 1e-3; batch norm gives each batch .01 of its running statistics    (Keras: momentum .99)
    weights   Glorot's uniform rule, biases 0

Only what the net and the optimizer of a recipe have is set. The learning rate, its schedule and the data stay: Keras has
defaults for none of them that a published setting would leave unsaid.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from striate.base.catalog import unknown
from striate.base.errors import RecipeError

LIBRARIES: dict[str, dict[str, Any]] = {
    "keras": {
        "epsilon": 1e-7,
        "epsilon_form": "keras",
        "norm_epsilon": 1e-3,
        "norm_momentum": 0.01,
        "initial_weights": "glorot",
    }
}
OPTIMIZERS = {"epsilon": ("adam", "adamw"), "epsilon_form": ("adam", "adamw")}


def like(library: object, optimizer: object, options: Collection[str]) -> dict[str, Any]:
    """Return the changes of a recipe with ``optimizer``, and a net with these ``options``, that make it like ``library``.

    Raises RecipeError for a library that is not known here.
    """
    if not isinstance(library, str) or library not in LIBRARIES:
        raise RecipeError(f"like: {unknown('library', str(library), LIBRARIES)}")
    return {
        field: value
        for field, value in LIBRARIES[library].items()
        if (optimizer in OPTIMIZERS[field] if field in OPTIMIZERS else field in options)
    }
