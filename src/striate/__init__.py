"""Striate: a laboratory for convolutional networks.

import striate as st

run = st.train(st.Recipe(data="digits"), "runs/first")
answer = st.study("batchnorm", "runs/batchnorm")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from striate.app.export import export
    from striate.app.score import score
    from striate.app.shown import figure, open_net, page
    from striate.app.study import study
    from striate.nets.catalog import build
    from striate.nets.custom.trust import trust_code
    from striate.nets.weights.load import load_weights
    from striate.probes import probe
    from striate.proofs.catalog import prove
    from striate.scratch.gradcheck import gradcheck
    from striate.studies.claims.better import Better
    from striate.studies.claims.choice import Choice
    from striate.studies.claims.equal import Equal
    from striate.studies.claims.larger import Larger
    from striate.studies.claims.sooner import Sooner
    from striate.studies.claims.stabler import Stabler
    from striate.studies.question import Arm, Search, Study
    from striate.training.folder.run import Run, open_run
    from striate.training.recipe.recipe import Recipe
    from striate.training.train import resume, test, train
    from striate.training.trials.lr_range import range_test
    from striate.training.trials.overfit import overfit_batch

# Public name -> module that holds it; loaded when first asked for, so that `import striate` does not load PyTorch.
_HOMES = {
    "Arm": "striate.studies.question",
    "Better": "striate.studies.claims.better",
    "Choice": "striate.studies.claims.choice",
    "Equal": "striate.studies.claims.equal",
    "Larger": "striate.studies.claims.larger",
    "Recipe": "striate.training.recipe.recipe",
    "Run": "striate.training.folder.run",
    "Search": "striate.studies.question",
    "Sooner": "striate.studies.claims.sooner",
    "Stabler": "striate.studies.claims.stabler",
    "Study": "striate.studies.question",
    "build": "striate.nets.catalog",
    "export": "striate.app.export",
    "figure": "striate.app.shown",
    "gradcheck": "striate.scratch.gradcheck",
    "load_weights": "striate.nets.weights.load",
    "open_net": "striate.app.shown",
    "open_run": "striate.training.folder.run",
    "overfit_batch": "striate.training.trials.overfit",
    "page": "striate.app.shown",
    "probe": "striate.probes",
    "prove": "striate.proofs.catalog",
    "range_test": "striate.training.trials.lr_range",
    "resume": "striate.training.train",
    "score": "striate.app.score",
    "study": "striate.app.study",
    "test": "striate.training.train",
    "train": "striate.training.train",
    "trust_code": "striate.nets.custom.trust",
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
