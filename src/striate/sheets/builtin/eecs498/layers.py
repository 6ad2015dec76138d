"""Question 1: layers by hand, with their derivatives."""

from __future__ import annotations

from striate.sheets.parts import (
    Checked,
    Code,
    Derivation,
)
from striate.sheets.sheet import Question

LAYERS = "striate.scratch.layers"


def _two_passes(number: str, words: str, module: str, name: str, case: str, steps: tuple[int, int]) -> Question:
    """Return a question for a derivative, with the layer's two passes and their check."""
    tables = (0, 1) if name == "relu" else (0, 0)
    return Question(
        number,
        words,
        (
            Derivation("layer-gradients", steps=steps, tables=tables),
            Code((f"{LAYERS}.{module}:{name}_forward", f"{LAYERS}.{module}:{name}_backward")),
            Checked((case,)),
        ),
    )


QUESTIONS = (
    _two_passes(
        "1.1",
        "Fully connected layer: the derivatives of the loss by weights, bias and input, from that by the output.",
        "dense",
        "dense",
        "dense",
        (0, 6),
    ),
    _two_passes("1.2", "ReLU: the derivative of the loss by its input.", "activations", "relu", "relu", (6, 7)),
    _two_passes(
        "1.3",
        "Dropout with a given mask: the derivative of the loss by its input. Consider training and testing.",
        "dropout",
        "dropout",
        "dropout",
        (7, 8),
    ),
    Question(
        "1.4",
        "Batch normalization: the derivatives of mean and deviation by an input, and from these that of the loss.",
        (
            Derivation("batch-norm-gradient"),
            Code((f"{LAYERS}.batch_norm:batch_norm_forward", f"{LAYERS}.batch_norm:batch_norm_backward")),
            Checked(("batch-norm",)),
        ),
    ),
    Question(
        "1.5",
        "Convolution: show the derivatives of the loss by input and kernels, written with full convolution "
        "and filtering.",
        (
            Derivation("convolution-gradients"),
            Code((f"{LAYERS}.convolution:plain_forward", f"{LAYERS}.convolution:plain_backward")),
            Checked(("convolution",)),
        ),
    ),
)
