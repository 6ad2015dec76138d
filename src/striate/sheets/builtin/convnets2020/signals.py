"""Question 1: locality, the derivatives of a correlation, and what sharing saves."""

from __future__ import annotations

from functools import partial

from striate.sheets.answers import proofs, verdicts
from striate.sheets.parts import Curves, Derivation, Says, Trained, Verdicts
from striate.sheets.sheet import Question

QUESTIONS = (
    Question(
        "1a",
        "Which two assumptions does a convolutional net make about its data, what is gained when they "
        "hold, and where do "
        "they fail?",
        (
            Derivation("locality"),
            Trained("locality"),
            Says(verdicts.claims, ("locality",)),
            Says(partial(verdicts.claim, name="convolution needs the order of the pixels", lead=False), ("locality",)),
            Curves("locality", (("val", "accuracy"),)),
            Verdicts("locality"),
        ),
    ),
    Question(
        "1b",
        "Two signals of length n are correlated on a ring, z[k] = sum over i of x[i] y[(i + k) mod n]. "
        "Give the derivatives of "
        "z[k] with respect to x[i] and to y[i].",
        (Derivation("cross-correlation"),),
    ),
    Question(
        "1c",
        "A dense layer of 1000 units on signals of length 100, and a convolution of 10 feature maps with "
        "kernel 3 and padding: "
        "(i) the size of the output, (ii) the trained parameters, (iii) the operations of a forward pass.",
        (Says(proofs.sizes_compared, ("dense-or-convolution",)), Derivation("dense-or-convolution")),
    ),
)
