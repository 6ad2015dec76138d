"""The only place where the name of a study becomes a question."""

from __future__ import annotations

from pathlib import Path

from striate.base.errors import StudyError, nearest
from striate.studies.builtin import (
    architecture_and_dropout_rate,
    augmentation,
    batchnorm,
    depth,
    divergence,
    dropout_rate,
    dropout_scaling,
    filter_size,
    filter_size_and_hidden_units,
    hidden_units,
    learning_rates,
    locality,
    optimizers,
    residual,
    resnet_blocks,
    same_curve,
    saturation,
    schedules,
    shallow_or_simple,
    step_gamma,
    vgg11,
)
from striate.studies.question import Question, question_from_file

_MODULES = (
    batchnorm,
    optimizers,
    residual,
    depth,
    augmentation,
    schedules,
    learning_rates,
    step_gamma,
    locality,
    saturation,
    dropout_scaling,
    divergence,
    vgg11,
    resnet_blocks,
    same_curve,
    hidden_units,
    filter_size,
    dropout_rate,
    filter_size_and_hidden_units,
    architecture_and_dropout_rate,
    shallow_or_simple,
)
BUILTIN: dict[str, Question] = {
    (name := module.__name__.rpartition(".")[2].replace("_", "-")): Question(
        name, (module.__doc__ or "").partition("\n")[0], module.BASE, module.study
    )
    for module in _MODULES
}


def question(name: str) -> Question:
    """Return the builtin question ``name``, or the one in the study file of that path; raises StudyError."""
    if name in BUILTIN:
        return BUILTIN[name]
    if name.endswith(".py") or "/" in name:
        return question_from_file(Path(name))
    raise StudyError(
        f'study "{name}" is unknown{nearest(name, BUILTIN)}; accepted are {", ".join(BUILTIN)}, or the path of a study file'
    )
