"""CSCE 636 Deep Learning, Assignment 2 (Shuiwang Ji): back-propagation, residual blocks, convolution as a matrix, ResNets."""

from __future__ import annotations

from functools import partial
from typing import Any

from striate.sheets.answers import curves, proofs, verdicts
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
from striate.sheets.sheet import Question, Sheet
from striate.sheets.work import Work

RESNET = "striate.nets.families.resnet"
TRAINING: dict[str, Any] = {
    "optimizer": "sgd",
    "momentum": 0.9,
    "weight_decay": 2e-4,
    "schedule": "step",
    "gamma": 0.1,
    "batch_size": 128,
    "flip": True,
    "pad_crop": 4,
    "standardize": "image",
    "keep_every": 10,
    "width": 16,
}
QUICK = {"n": 1, "epochs": 4, "step_epochs": 3, "batch_size": 64, "pad_crop": 1, "flip": False, "keep_every": 2}
EVENING = {"n": 1, "epochs": 10, "step_epochs": 6, "train_images": 10000, "keep_every": 5}
FULL = {"n": 3, "epochs": 200, "step_epochs": 80}


def _resnet(name: str, net: str) -> Work:
    common = {**TRAINING, "net": net, "lr": 0.1}
    return Work(name, changes=common, quick=QUICK, evening=EVENING, full=FULL)


SHEET = Sheet(
    name="csce636",
    title="CSCE 636 Deep Learning, Assignment 2: answered",
    intro="The questions are those of the assignment in other words; its exercises 1 and 2 are from Learning from Data.",
    works=(
        _resnet("v1", "resnet-v1"),
        _resnet("v2", "resnet-v2"),
        Work(
            "blocks",
            study="resnet-blocks",
            quick={"epochs": 3},
            evening={"epochs": 5, "train_images": 5000},
            full={"epochs": 60},
            seeds=(2, 2, 3),
        ),
    ),
    questions=(
        Question(
            "1",
            "Exercise 7.7 of Learning from Data: the gradient of the tanh perceptron's squared error, and what "
            "becomes of it "
            "for large weights.",
            (
                Says(partial(proofs.held, what="The gradient vanishes as the weights grow"), ("tanh-perceptron",)),
                Derivation("tanh-perceptron"),
            ),
        ),
        Question(
            "2",
            "Exercise 7.8: redo the example of back-propagation when the output node is the identity.",
            (
                Says(
                    partial(proofs.held, what="With the identity at the output its delta is 2 (x - y)"),
                    ("backprop-example",),
                ),
                Derivation("backprop-example"),
            ),
        ),
        Question(
            "3",
            "How many trained parameters have a standard residual block of 32 channels and a bottleneck block "
            "of 128, both with "
            "identity shortcuts? Compare and explain.",
            (
                Says(proofs.blocks_compared, ("residual-blocks",)),
                Derivation("residual-blocks"),
            ),
        ),
        Question(
            "4a",
            "Which shapes have the mean and the variance of batch normalization for a tensor of N x C after a "
            "dense layer?",
            (
                Says(partial(proofs.shape_of, case="dense"), ("batch-norm-shapes",)),
                Derivation("batch-norm-shapes", steps=(0, 1), tables=(0, 1)),
            ),
        ),
        Question(
            "4b",
            "And for a tensor of N x H x W x C after a convolution?",
            (
                Says(partial(proofs.shape_of, case="convolution"), ("batch-norm-shapes",)),
                Derivation("batch-norm-shapes", steps=(1, 4), tables=(0, 1)),
            ),
        ),
        Question(
            "5a",
            "Write a 1-D convolution of 2 channels to 2, kernel 3 and length 4 as a matrix A times the "
            "flattened input.",
            (
                Says(
                    partial(
                        proofs.held, what="A is a 4 x 8 matrix in which each kernel stands shifted from row to row"
                    ),
                    ("conv-as-matrix",),
                ),
                Derivation("conv-as-matrix", steps=(0, 2), tables=(0, 1)),
            ),
        ),
        Question(
            "5b",
            "Write its backward pass as a matrix B times the gradient of the output. How are A and B related?",
            (
                Says(partial(proofs.held, what="B is the transpose of A"), ("conv-as-matrix",)),
                Derivation("conv-as-matrix", steps=(2, 4), tables=(1, 2)),
            ),
        ),
        Question(
            "5c",
            "Is that backward pass a convolution too? With which kernels?",
            (
                Says(
                    partial(
                        proofs.held,
                        what="Yes: of the gradient padded by 2, with flipped kernels and exchanged channel indices",
                    ),
                    ("conv-as-matrix",),
                ),
                Derivation("conv-as-matrix", steps=(4, 7), tables=(2, 3)),
            ),
        ),
        Question(
            "6",
            "Implement and train residual nets for CIFAR-10: version 1 with standard blocks, version 2 with "
            "pre-activated "
            "bottlenecks; keep checkpoints, show progress, and report the test accuracy.",
            (
                Code((f"{RESNET}:Block", f"{RESNET}:build_resnet", f"{RESNET}:_activated", f"{RESNET}:_shortcut")),
                Text(
                    "How training images are padded, cropped at random and, where the recipe says so, mirrored, by batches:"
                ),
                Code(("striate.data.augment.geometry:pad_crop", "striate.data.augment.geometry:flip")),
                Figure("resnet-v1", {"n": 3, "width": 16}),
                Figure("resnet-v2", {"n": 3, "width": 16}),
                Trained("v1"),
                Says(curves.performance, ("v1",)),
                Says(curves.improved, ("v1",)),
                Curves("v1", ALL),
                Scores("v1"),
                Trained("v2"),
                Says(curves.performance, ("v2",)),
                Says(curves.improved, ("v2",)),
                Curves("v2", ALL),
                Scores("v2"),
                Trained("blocks"),
                Verdicts("blocks"),
                Says(verdicts.claims, ("blocks",)),
                Beside(
                    "He and others, Deep Residual Learning (2015)",
                    "ResNet-20 on CIFAR-10 reaches a test accuracy of 0.9125.",
                    ours="The budget full trains a net of this depth for 200 epochs; quick and evening stop far earlier.",
                ),
            ),
        ),
    ),
)
