"""Striate: a laboratory for convolutional networks.

>>> import striate as st
>>> run = st.train(st.Recipe(data="digits", epochs=1), "runs/first")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from striate.training.recipe import Recipe
    from striate.training.run import Run
    from striate.training.train import resume, test, train

# Public name -> module that holds it; loaded when first asked for, so that `import striate` does not load PyTorch.
_HOMES = {
    "Recipe": "striate.training.recipe",
    "Run": "striate.training.run",
    "resume": "striate.training.train",
    "test": "striate.training.train",
    "train": "striate.training.train",
}

__all__ = ["Recipe", "Run", "resume", "test", "train"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'striate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
