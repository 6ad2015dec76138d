"""EECS 498/598 Deep Learning, Homework 1, 2019: layers by hand, classifiers chosen on validation, VGG11, short answers."""

from __future__ import annotations

from functools import partial
from typing import Any

from striate.sheets.answers import choices, curves, proofs, verdicts
from striate.sheets.parts import (
    ALL,
    Beside,
    Checked,
    Code,
    Curves,
    Derivation,
    Figure,
    Says,
    Scores,
    Trained,
    Verdicts,
)
from striate.sheets.sheet import Question, Sheet
from striate.sheets.work import Work

LAYERS = "striate.scratch.layers"
STUDENTS = "Reports that students published"
BY_HAND: dict[str, Any] = {"engine": "scratch"}
LINEAR = {**BY_HAND, "epochs": 400, "batch_size": 250, "optimizer": "adam", "lr": 0.5, "schedule": "cosine"}
THIRDS = (2, 3, 5)


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


def _hidden(name: str, net: str) -> Work:
    """Return the choice of hidden units of a classifier on the table of features."""
    changes = {"net": net, "lr": 0.01}
    at: dict[str, Any] = {"epochs": 40}
    return Work(name, "hidden-units", changes, {"epochs": 15}, at, {"epochs": 100}, "sums", "table", THIRDS)


def _digits(name: str, study: str, quick: int, full: int) -> Work:
    evening = {"epochs": 3, "train_images": 5000}
    return Work(name, study, {}, {"epochs": quick}, evening, {"epochs": full}, "mnist", "images", THIRDS)


def _linear(name: str) -> Work:
    return Work(name, changes={**LINEAR, "net": name}, real="sums", kind="table")


SHEET = Sheet(
    name="eecs498",
    title="EECS 498/598 Deep Learning, Homework 1, 2019: answered",
    intro=(
        "The questions are those of the homework in other words. Questions 2 and 3 are asked of a file, "
        "data.pkl, that was handed "
        "out in the course; where it is not named, a generated table of the same shape takes its place, and "
        "its numbers are others."
    ),
    works=(
        _linear("logistic"),
        _linear("svm"),
        _hidden("logistic-hidden", "logistic"),
        _hidden("svm-hidden", "svm"),
        Work(
            "softmax",
            changes={**BY_HAND, "net": "softmax", "optimizer": "adam", "lr": 3e-3, "batch_size": 100},
            quick={"epochs": 20},
            evening={"epochs": 10},
            full={"epochs": 30},
            real="mnist",
        ),
        _digits("softmax-hidden", "hidden-units", 10, 20),
        _digits("cnn", "filter-size-and-hidden-units", 4, 10),
        _digits("cnn-dropout", "architecture-and-dropout-rate", 4, 10),
        Work(
            "vgg11",
            changes={"net": "vgg11-small", "optimizer": "adam", "lr": 1e-3, "batch_size": 100},
            quick={"epochs": 6},
            evening={"epochs": 5, "train_images": 10000},
            full={"epochs": 10},
        ),
        Work(
            "vgg11-better",
            "vgg11",
            {},
            {"epochs": 4},
            {"epochs": 5, "train_images": 10000},
            {"epochs": 30},
            seeds=(2, 2, 3),
        ),
        Work("saturation", "saturation", {}, {"epochs": 3}, {"epochs": 5, "train_images": 5000}, {}, seeds=(2, 3, 4)),
        Work("scaling", "dropout-scaling", {}, {"epochs": 4}, {"epochs": 5, "train_images": 5000}, {}, seeds=(2, 3, 5)),
        Work("divergence", "divergence", {}, {"epochs": 3}, {"epochs": 5, "train_images": 5000}, {}, seeds=(2, 3, 5)),
    ),
    questions=(
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
        Question(
            "2.1",
            "Implement the logistic loss.",
            (Code((f"{LAYERS}.losses:logistic_loss",)), Checked(("logistic-loss",))),
        ),
        Question(
            "2.2",
            "Implement a logistic classifier.",
            (Code(("striate.scratch.models:LogisticClassifier",)), Checked(("logistic", "logistic-hidden"))),
        ),
        Question(
            "2.3",
            "Train a logistic classifier without hidden units, and report its test accuracy.",
            (
                Trained("logistic"),
                Says(curves.performance, ("logistic",)),
                Scores("logistic"),
                Curves("logistic", ALL),
                Beside(
                    "On data.pkl",
                    "the exact optimum, without weight decay, has a training accuracy of 0.968, validation "
                    "0.964 and test 0.936.",
                    curves.performance,
                    ("logistic",),
                ),
            ),
        ),
        Question(
            "2.4",
            "Train it with one hidden layer; find a fitting number of hidden units on validation, and report "
            "the test accuracy.",
            (
                Says(choices.chosen, ("logistic-hidden",), choice=True),
                Scores("logistic-hidden"),
                Verdicts("logistic-hidden"),
            ),
        ),
        Question(
            "3.1", "Implement the hinge loss.", (Code((f"{LAYERS}.losses:hinge_loss",)), Checked(("hinge-loss",)))
        ),
        Question(
            "3.2",
            "Implement a binary support vector machine.",
            (Code(("striate.scratch.models:SVM",)), Checked(("svm", "svm-hidden"))),
        ),
        Question(
            "3.3",
            "Train it without hidden units, and report its test accuracy.",
            (
                Trained("svm"),
                Says(curves.performance, ("svm",)),
                Scores("svm"),
                Curves("svm", ALL),
                Beside(
                    "On data.pkl",
                    "the exact optimum, a linear program, has a training accuracy of 0.976, validation 0.960 "
                    "and test 0.932; the "
                    "often quoted 0.966, 0.944 and 0.920 are those of a point short of it.",
                    curves.performance,
                    ("svm",),
                ),
            ),
        ),
        Question(
            "3.4",
            "Train it with one hidden layer; find a fitting number of hidden units on validation, and report "
            "the test accuracy.",
            (Says(choices.chosen, ("svm-hidden",), choice=True), Scores("svm-hidden"), Verdicts("svm-hidden")),
        ),
        Question(
            "4.1", "Implement the softmax loss.", (Code((f"{LAYERS}.losses:softmax_loss",)), Checked(("softmax-loss",)))
        ),
        Question(
            "4.2",
            "Implement a softmax classifier for several classes.",
            (Code(("striate.scratch.models:SoftmaxClassifier",)), Checked(("softmax", "softmax-hidden"))),
        ),
        Question(
            "4.3",
            "Train it without hidden units on MNIST, and report the test accuracy.",
            (
                Trained("softmax"),
                Says(curves.performance, ("softmax",)),
                Scores("softmax"),
                Curves("softmax", ALL),
                Beside(STUDENTS, "about 0.92 to 0.926 on MNIST.", curves.performance, ("softmax",)),
            ),
        ),
        Question(
            "4.4",
            "Train it with one hidden layer; find a fitting number of hidden units on validation, and report "
            "the test accuracy.",
            (
                Says(choices.chosen, ("softmax-hidden",), choice=True),
                Scores("softmax-hidden"),
                Verdicts("softmax-hidden"),
                Beside(STUDENTS, "0.969 to 0.98 on MNIST.", choices.chosen, ("softmax-hidden",)),
            ),
        ),
        Question(
            "5.1",
            "Implement the two passes of max pooling.",
            (
                Code((f"{LAYERS}.pooling:max_pool_forward", f"{LAYERS}.pooling:max_pool_backward")),
                Checked(("max-pool", "max-pool-overlapping")),
            ),
        ),
        Question(
            "5.2",
            "Implement a convolutional net for several classes.",
            (
                Code(("striate.scratch.convnet:ConvNet",)),
                Figure("convnet", image="1x28x28", by_hand=True),
                Checked(("convnet", "convnet-norm-dropout")),
            ),
        ),
        Question(
            "5.3",
            "Train it on MNIST; find a fitting filter size and number of hidden units on validation, and "
            "report the test accuracy.",
            (
                Says(choices.chosen, ("cnn",), choice=True),
                Scores("cnn"),
                Curves("cnn", (("val", "accuracy"),)),
                Verdicts("cnn"),
                Beside(STUDENTS, "0.976 to 0.986 on MNIST.", choices.chosen, ("cnn",)),
            ),
        ),
        Question(
            "5.4",
            "Train it with dropout and batch normalization; find a fitting architecture and dropout rate on "
            "validation, and report "
            "the test accuracy.",
            (
                Says(choices.chosen, ("cnn-dropout",), choice=True),
                Scores("cnn-dropout"),
                Curves("cnn-dropout", (("val", "accuracy"),)),
                Verdicts("cnn-dropout"),
            ),
        ),
        Question(
            "6.1",
            "Build the VGG11 that is described, and train it.",
            (
                Figure("vgg11-small"),
                Trained("vgg11"),
                Curves("vgg11", ALL),
                Code(("striate.nets.families.vgg:build_vgg",)),
            ),
        ),
        Question(
            "6.2",
            "Report its accuracy on the test images.",
            (
                Says(curves.performance, ("vgg11",)),
                Scores("vgg11"),
                Beside(STUDENTS, "0.68 on CIFAR-10.", curves.performance, ("vgg11",)),
            ),
        ),
        Question(
            "6.3",
            "Try optimizers, preprocessing, activations, widths, schedules and architectures for a better test "
            "accuracy.",
            (
                Says(verdicts.claims, ("vgg11-better",)),
                Says(choices.best_tested, ("vgg11-better",), choice=True),
                Scores("vgg11-better"),
                Curves("vgg11-better", ALL),
                Verdicts("vgg11-better"),
                Beside(STUDENTS, "0.74 on CIFAR-10 after changes.", choices.best_tested, ("vgg11-better",)),
            ),
        ),
        Question(
            "7.1",
            "What is the main difficulty in training deep nets with sigmoid units?",
            (
                Says(
                    partial(
                        proofs.held, what="They saturate, and each layer shrinks the gradient to a quarter at most"
                    ),
                    ("short-answers",),
                ),
                Derivation("short-answers", steps=(0, 4), tables=(0, 2)),
                Says(partial(verdicts.claim, name="the first layer's gradient vanishes"), ("saturation",)),
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
                        what="As y = W (p x), p the probability that a unit is kept; or it is divided by p in training",
                    ),
                    ("short-answers",),
                ),
                Derivation("short-answers", steps=(4, 6), tables=(2, 3)),
                Says(partial(verdicts.claim, name="the loss rises"), ("scaling",)),
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
                Curves("divergence", (("train", "loss"),)),
                Verdicts("divergence"),
            ),
        ),
    ),
)
