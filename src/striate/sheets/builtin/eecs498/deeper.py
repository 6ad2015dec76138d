"""Questions 6 and 7: VGG11, and the short answers."""

from __future__ import annotations

from functools import partial

from striate.sheets.answers import choices, curves, proofs, sources, verdicts
from striate.sheets.parts import (
    ALL,
    Beside,
    Code,
    Curves,
    Derivation,
    Figure,
    Says,
    Scores,
    Text,
    Trained,
    Verdicts,
)
from striate.sheets.sheet import Question

STUDENTS = "Reports that students published"

QUESTIONS = (
    Question(
        "6.1",
        "Build the VGG11 that is described, and train it.",
        (
            Text(
                "As the starter code of the homework describes it: VGG11 at an eighth of its width, and no activation between "
                "the convolutions, which question 6.3 adds."
            ),
            Figure("vgg11-small"),
            Trained("vgg11"),
            Curves("vgg11", ALL),
            Code(("striate.nets.families.vgg:build_vgg", "striate.nets.families.convnet:build_convnet")),
        ),
    ),
    Question(
        "6.2",
        "Report its accuracy on the test images.",
        (
            Says(curves.performance, ("vgg11",)),
            Scores("vgg11"),
            Beside(STUDENTS, "0.68 on CIFAR-10.", partial(sources.scores_beside, data="cifar10"), ("vgg11",)),
        ),
    ),
    Question(
        "6.3",
        "Try optimizers, preprocessing, activations, widths, schedules and architectures for a better test accuracy.",
        (
            Says(verdicts.claims, ("vgg11-better",)),
            Says(choices.best_tested, ("vgg11-better",), choice=True),
            Trained("vgg11-better"),
            Scores("vgg11-better"),
            Curves("vgg11-better", ALL),
            Verdicts("vgg11-better"),
            Beside(
                STUDENTS,
                "0.74 on CIFAR-10 after changes.",
                partial(sources.choice_beside, data="cifar10"),
                ("vgg11-better",),
            ),
        ),
    ),
    Question(
        "7.1",
        "What is the main difficulty in training deep nets with sigmoid units?",
        (
            Says(
                partial(
                    proofs.held,
                    what="They saturate, and each layer multiplies the gradient by at most a quarter of its weights",
                ),
                ("short-answers",),
            ),
            Derivation("short-answers", steps=(0, 4), tables=(0, 2)),
            Says(partial(verdicts.claim, name="the first layer's gradient vanishes", lead=False), ("saturation",)),
            Trained("saturation"),
            Curves("saturation", (("train", "loss"),)),
            Verdicts("saturation"),
        ),
    ),
    Question(
        "7.2",
        "Dropout with probability p is applied to the input of a linear layer in training. How is the "
        "layer used at inference?",
        (
            Says(
                partial(
                    proofs.held,
                    what="As y = W (p x), where p is the probability that a unit is kept; or as y = W x, where the "
                    "kept units were divided by p in training",
                ),
                ("short-answers",),
            ),
            Derivation("short-answers", steps=(4, 6), tables=(2, 3)),
            Says(partial(verdicts.claim, name="the loss rises", lead=False), ("scaling",)),
            Trained("scaling"),
            Curves("scaling", (("val", "loss"),)),
            Verdicts("scaling"),
        ),
    ),
    Question(
        "7.3",
        "The training loss falls quickly and then diverges. Which hyper-parameters do you change?",
        (
            Says(
                partial(
                    proofs.held,
                    what="The learning rate first, which is above twice the inverse of the largest curvature",
                ),
                ("short-answers",),
            ),
            Derivation("short-answers", steps=(6, 9), tables=(3, 4)),
            Says(verdicts.cures, ("divergence",)),
            Trained("divergence"),
            Curves("divergence", (("train", "loss"),)),
            Verdicts("divergence"),
        ),
    ),
)
