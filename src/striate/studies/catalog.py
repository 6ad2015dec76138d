"""The only place where the name of a study becomes a question.

A row of the table is the module of a study, below `striate.studies.builtin`. It holds a docstring, whose first line says what
is asked, ``BASE``, a recipe, and ``study(base)``, which returns the `Study`. Its name is that of its module, with hyphens.
"""

from __future__ import annotations

from pathlib import Path

from striate.base.catalog import Catalog, loaded
from striate.base.errors import StudyError
from striate.studies.question import Question, question_from_file

_MODULES = (
    "parts.batchnorm",
    "learning.optimizers",
    "parts.residual",
    "parts.depth",
    "learning.augmentation",
    "learning.schedules",
    "learning.learning_rates",
    "learning.step_gamma",
    "parts.locality",
    "parts.saturation",
    "parts.dropout_scaling",
    "learning.divergence",
    "parts.vgg11",
    "parts.resnet_blocks",
    "learning.same_curve",
    "choices.hidden_units",
    "choices.filter_size",
    "choices.dropout_rate",
    "choices.filter_size_and_hidden_units",
    "choices.architecture_and_dropout_rate",
    "parts.shallow_or_simple",
)


def _question(module: str) -> Question:
    found = loaded(f"striate.studies.builtin.{module}")
    name = module.rpartition(".")[2].replace("_", "-")
    return Question(name, (found.__doc__ or "").partition("\n")[0], found.BASE, found.study)


BUILTIN: Catalog[Question] = Catalog(
    "study", StudyError, map(_question, _MODULES), also=lambda: "or the path of a study file"
)


def question(name: str) -> Question:
    """Return the builtin question ``name``, or the one in the study file of that path; raises StudyError."""
    if name not in BUILTIN and (name.endswith(".py") or "/" in name):
        return question_from_file(Path(name))
    return BUILTIN.entry(name)
