"""Question 1: layers by hand, with their derivatives."""

from __future__ import annotations

from striate.sheets.parts import (
    Checked,
    Code,
    Derivation,
    Text,
)
from striate.sheets.sheet import Question

LAYERS = "striate.scratch.layers"


def _two_passes(
    number: str, words: str, module: str, name: str, case: str, steps: tuple[int, int], *more: Text
) -> Question:
    """Return a question for a derivative, with the layer's two passes and their check; ``more`` stands below the proof."""
    tables = (0, 1) if name == "relu" else (0, 0)
    return Question(
        number,
        words,
        (
            Derivation("layer-gradients", steps=steps, tables=tables),
            *more,
            Code((f"{LAYERS}.{module}:{name}_forward", f"{LAYERS}.{module}:{name}_backward")),
            Checked((case,)),
        ),
    )


QUESTIONS = (
    _two_passes(
        "1.1",
        "Fully connected layer: the derivatives of the loss with respect to weights, bias and input, given that with "
        "respect to the output.",
        "dense",
        "dense",
        "dense",
        (0, 6),
    ),
    _two_passes(
        "1.2", "ReLU: the derivative of the loss with respect to its input.", "activations", "relu", "relu", (6, 7)
    ),
    _two_passes(
        "1.3",
        "Dropout with a given mask: the derivative of the loss with respect to its input. Consider training and testing.",
        "dropout",
        "dropout",
        "dropout",
        (7, 8),
        Text(
            "At test nothing is dropped. With the inverted form Y = X, and the gradient passes as it is; where the mask was "
            "not divided by p in training, Y = p X, and the gradient is multiplied by p.",
            r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} \quad \mathrm{or} \quad "
            r"\frac{\partial L}{\partial X} = p \, \frac{\partial L}{\partial Y}",
        ),
    ),
    Question(
        "1.4",
        "Batch normalization: the derivatives of mean and deviation with respect to an input, and from these that of "
        "the loss. Consider training and testing.",
        (
            Derivation("batch-norm-gradient"),
            Text(
                "At test the running averages m and v of mean and variance, gathered in training, take the place of those of "
                "the batch. They do not depend on X, so that each output follows its own input alone.",
                r"Y_i = \gamma \frac{X_i - m}{\sqrt{v + \epsilon}} + \beta, \quad "
                r"\frac{\partial L}{\partial X_i} = \frac{\gamma}{\sqrt{v + \epsilon}} \frac{\partial L}{\partial Y_i}",
            ),
            Code((f"{LAYERS}.batch_norm:batch_norm_forward", f"{LAYERS}.batch_norm:batch_norm_backward")),
            Checked(("batch-norm",)),
        ),
    ),
    Question(
        "1.5",
        "Convolution: show the derivatives of the loss with respect to input and kernels, written with full convolution "
        "and filtering.",
        (
            Derivation("convolution-gradients"),
            Code((f"{LAYERS}.convolution:plain_forward", f"{LAYERS}.convolution:plain_backward")),
            Checked(("convolution",)),
        ),
    ),
)
