"""Striate: a laboratory for convolutional networks.

import striate as st

run = st.train(st.Recipe(data="digits"), "runs/first")
answer = st.study("batchnorm", "runs/batchnorm")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from striate.app.ask import study
    from striate.app.export import export
    from striate.app.score import score
    from striate.app.shown import figure, open_net, page
    from striate.nets.catalog import build
    from striate.nets.trust import trust_code
    from striate.nets.weights import load_weights
    from striate.probes import probe
    from striate.proofs.catalog import prove
    from striate.scratch.gradcheck import gradcheck
    from striate.studies.better import Better
    from striate.studies.choice import Choice
    from striate.studies.equal import Equal
    from striate.studies.larger import Larger
    from striate.studies.question import Arm, Search, Study
    from striate.studies.sooner import Sooner
    from striate.studies.stabler import Stabler
    from striate.training.overfit import overfit_batch
    from striate.training.range_test import range_test
    from striate.training.recipe import Recipe
    from striate.training.run import Run, open_run
    from striate.training.train import resume, test, train

# Public name -> module that holds it; loaded when first asked for, so that `import striate` does not load PyTorch.
_HOMES = {
    "Arm": "striate.studies.question",
    "Better": "striate.studies.better",
    "Choice": "striate.studies.choice",
    "Equal": "striate.studies.equal",
    "Larger": "striate.studies.larger",
    "Recipe": "striate.training.recipe",
    "Run": "striate.training.run",
    "Search": "striate.studies.question",
    "Sooner": "striate.studies.sooner",
    "Stabler": "striate.studies.stabler",
    "Study": "striate.studies.question",
    "build": "striate.nets.catalog",
    "export": "striate.app.export",
    "figure": "striate.app.shown",
    "gradcheck": "striate.scratch.gradcheck",
    "load_weights": "striate.nets.weights",
    "open_net": "striate.app.shown",
    "open_run": "striate.training.run",
    "overfit_batch": "striate.training.overfit",
    "page": "striate.app.shown",
    "probe": "striate.probes",
    "prove": "striate.proofs.catalog",
    "range_test": "striate.training.range_test",
    "resume": "striate.training.train",
    "score": "striate.app.score",
    "study": "striate.app.ask",
    "test": "striate.training.train",
    "train": "striate.training.train",
    "trust_code": "striate.nets.trust",
}

__all__ = [
    "Arm",
    "Better",
    "Choice",
    "Equal",
    "Larger",
    "Recipe",
    "Run",
    "Search",
    "Sooner",
    "Stabler",
    "Study",
    "build",
    "export",
    "figure",
    "gradcheck",
    "load_weights",
    "open_net",
    "open_run",
    "overfit_batch",
    "page",
    "probe",
    "prove",
    "range_test",
    "resume",
    "score",
    "study",
    "test",
    "train",
    "trust_code",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'striate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
