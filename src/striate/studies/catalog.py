"""The only place where the name of a study becomes a question.

A row of the table is the module of a study, below `striate.studies.builtin`, and what is asked: its docstring begins with that.
The module is loaded when the study is asked for; it holds ``BASE``, a recipe, and ``study(base)``, which returns the `Study`.
The study's name is that of its module, with hyphens.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from striate.base.catalog import Catalog, loaded
from striate.base.errors import StudyError

if TYPE_CHECKING:
    from striate.studies.question import Question


@dataclass(frozen=True)
class Entry:
    """One builtin study: its module, and its question in a line."""

    module: str
    summary: str

    @property
    def name(self) -> str:
        """What people call it."""
        return self.module.rpartition(".")[2].replace("_", "-")

    def question(self) -> Question:
        """Return the question, whose module is loaded now."""
        from striate.studies.question import Question

        found = loaded(f"striate.studies.builtin.{self.module}")
        return Question(self.name, self.summary, found.BASE, found.study)


BUILTIN: Catalog[Entry] = Catalog(
    "study",
    StudyError,
    (
        Entry(
            "parts.batchnorm",
            "Does batch normalization help? It accelerates, permits larger learning rates, improves the result.",
        ),
        Entry("training.optimizers", "Does batch normalization help under SGD and under Adam alike?"),
        Entry("parts.residual", "Do residual connections help a small convolutional net?"),
        Entry("parts.depth", "Where do plain nets stop improving with depth, and do residual nets go on?"),
        Entry(
            "training.augmentation", "Which transforms of the training images help against overfitting, and which hurt?"
        ),
        Entry("training.schedules", "Does a learning-rate schedule help, and which?"),
        Entry("training.learning_rates", "Which learning rate suits SGD, and which Adam?"),
        Entry("training.step_gamma", "By which factor should StepLR lower the learning rate?"),
        Entry(
            "training.transfer",
            "With few training images, does it help to start from weights that were trained on other images?",
        ),
        Entry("parts.locality", "What is left of a convolutional net when the pixels are permuted?"),
        Entry("parts.saturation", "Do sigmoid units stop a deep net from learning?"),
        Entry("parts.dropout_scaling", "What does dropout without scaling at test time cost?"),
        Entry("training.divergence", "A loss falls and then explodes: which hyper-parameter cures it?"),
        Entry("parts.vgg11", "What turns the literal VGG11 into a good one?"),
        Entry("parts.resnet_blocks", "Standard or bottleneck blocks, activated after or before, at equal cost?"),
        Entry(
            "training.same_curve",
            "Do the layers by hand and PyTorch compute the same? One net, one set of batches, two engines, one curve.",
        ),
        Entry(
            "choices.hidden_units", "How many hidden units? Chosen on the validation images, with the layers by hand."
        ),
        Entry(
            "choices.filter_size", "Which filter size? Chosen on the validation images, with the convolution by hand."
        ),
        Entry("choices.dropout_rate", "Which dropout rate? Chosen on the validation images, with the layers by hand."),
        Entry(
            "choices.filter_size_and_hidden_units",
            "Which filter size and how many hidden units, chosen together? On the validation images, with the layers by hand.",
        ),
        Entry(
            "choices.architecture_and_dropout_rate",
            "Which hidden layer and which dropout rate, chosen together? On the validation images, with the layers by hand.",
        ),
        Entry("parts.shallow_or_simple", "Is one convolution enough? ShallowNet against SimpleConvNet, trained alike."),
    ),
    also=lambda: "or the path of a study file",
)


def question(name: str) -> Question:
    """Return the builtin question ``name``, or the one in the study file of that path; raises StudyError."""
    if name not in BUILTIN and (name.endswith(".py") or "/" in name):
        from striate.studies.python_file import question_from_file

        return question_from_file(Path(name))
    return BUILTIN.entry(name).question()
