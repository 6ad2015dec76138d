"""CS 7150 Deep Learning, Homework 1, summer 2020 (Paul Hand), beside a published solution of it."""

from __future__ import annotations

from functools import partial

from striate.sheets.answers import curves, looks, proofs, sources, verdicts
from striate.sheets.parts import (
    ALL,
    Beside,
    Curves,
    Derivation,
    Figure,
    Look,
    Says,
    Scores,
    Text,
    Trained,
    Verdicts,
)
from striate.sheets.sheet import Question, Sheet
from striate.sheets.work import Work

SOLUTION = "A published solution of this homework"
PUBLISHED = {"baseline": 0.8012, "BN x5": 0.8365, "BN x10": 0.8519, "BN x30": 0.8182}
FASTER = ("BN x5", "BN x10", "BN x30")
RECIPE = {
    "net": "convnet-cs7150",
    "batch_size": 32,
    "optimizer": "adam",
    "lr": 1e-4,
    "schedule": "inverse-time",
    "decay": 1e-6,
}

SHEET = Sheet(
    name="cs7150",
    title="CS 7150 Deep Learning, Homework 1, summer 2020: answered",
    intro=(
        "The questions are those of the homework in other words. Where a published solution of it gives a "
        "number or a figure, "
        "it stands beside what was found here."
    ),
    works=(
        Work("cnn", changes=RECIPE, quick={"epochs": 6, "lr": 1e-3}, evening={"epochs": 6}, full={"epochs": 25}),
        Work(
            "batchnorm",
            study="batchnorm",
            quick={"epochs": 4},
            evening={"epochs": 4, "train_images": 10000},
            full={"epochs": 25},
            seeds=(2, 2, 3),
        ),
    ),
    questions=(
        Question(
            "1",
            "Is a 1x1 convolution the same as multiplying the input by one scalar? When is it, and when is it not?",
            (
                Says(proofs.one_one, ("one-one-convolution",)),
                Derivation("one-one-convolution"),
            ),
        ),
        Question(
            "2",
            "Show that the optimization problem of logistic regression is convex in the parameters of the model.",
            (
                Says(
                    partial(proofs.held, what="The loss of logistic regression is convex in its weights"),
                    ("logistic-convexity",),
                ),
                Derivation("logistic-convexity"),
            ),
        ),
        Question(
            "3a",
            "Train a convolutional net on CIFAR-10, and convey its architecture and training procedure by a "
            "figure and text.",
            (
                Figure("convnet-cs7150"),
                Trained("cnn"),
                Beside(
                    SOLUTION,
                    "Adam at a rate of 0.0001 with a decay of 1e-6 an update, batches of 32, 25 epochs, the "
                    "categorical "
                    "cross-entropy; 50,000 images for training, and the 10,000 test images serve for validation.",
                    ours=(
                        "The same optimizer and batches, and the net as far as the text of the solution determines it; "
                        "validation images are held out of the training images, and the test images are seen once, at "
                        "the end. At the budget quick the rate is 0.001, for there are few updates."
                    ),
                ),
            ),
        ),
        Question(
            "3b",
            "Evaluate how well the net performs.",
            (
                Says(curves.performance, ("cnn",)),
                Scores("cnn"),
                Curves("cnn", ALL),
                Beside(
                    SOLUTION,
                    "training accuracy 0.9605 and validation accuracy 0.8012 after 25 epochs.",
                    partial(sources.run_beside, theirs=0.8012, data="cifar10"),
                    ("cnn",),
                ),
            ),
        ),
        Question(
            "3c",
            "Choose three feature maps in each of three layers, and show what in an image makes them answer "
            "strongly; say by "
            "which method.",
            (
                Text(
                    "For each of 100 test images the score of the predicted class is differentiated with "
                    "respect to the chosen "
                    "channel, and the mean over its places is one weight for each image. The two images of "
                    "largest weight are "
                    "shown: as the net receives them, with the channel's activation times its weight laid over "
                    "them, and cut to "
                    "what the strongest cell sees. Where no image has a weight, those in which the channel answers most "
                    "strongly stand in their place, with the activation over them; a channel that answers to none shows none."
                ),
                Look(
                    "features",
                    "features",
                    "cnn",
                    options={"channels": ("conv1:3,8,26", "conv2:3,37,49", "conv4:25,51,55"), "images": 100, "top": 2},
                    keep=("published",),
                    instead=("activation",),
                    words=False,
                ),
                Says(looks.maps, ("features",)),
                Beside(
                    SOLUTION,
                    "the same method, called a modified Grad-CAM, for channels 3, 8 and 26 of layer 1, 3, 37 "
                    "and 49 of layer 2, "
                    "25, 51 and 55 of layer 4.",
                    ours=(
                        "The same channels. It differs from Grad-CAM in that there is no sum over channels and "
                        "no ReLU, and the "
                        "weight alone ranks the images, so that an image may come first in which the channel is silent."
                    ),
                ),
            ),
        ),
        Question(
            "4a",
            "Show by experiments that batch normalization can make training converge faster. Explain setup, "
            "results and "
            "interpretation.",
            (
                Text(
                    "Setup: the net of question 3 without and with batch normalization before every ReLU. The "
                    "net without it is trained at one rate and at five times that, the net with it at one, five, ten "
                    "and thirty times that rate; questions 4a to 4c are asked of the same runs."
                ),
                Trained("batchnorm"),
                Figure("convnet-cs7150", {"norm": "batch"}),
                Says(partial(verdicts.claim, name="accelerates"), ("batchnorm",)),
                Says(partial(curves.differ, treatment="BN x1", control="baseline"), ("batchnorm",)),
                Curves("batchnorm", (("train", "loss"), ("train", "accuracy")), ("baseline", "BN x1")),
                Verdicts("batchnorm", ("accelerates",)),
                Beside(
                    SOLUTION,
                    "the net with batch normalization converges about epoch 15, ten epochs sooner, and reaches "
                    "the baseline's "
                    "0.8012 five epochs sooner.",
                    partial(verdicts.effects, name="accelerates"),
                    ("batchnorm",),
                ),
            ),
        ),
        Question(
            "4b",
            "Show that batch normalization can permit larger learning rates.",
            (
                Says(partial(verdicts.claim, name="permits larger learning rates"), ("batchnorm",)),
                Curves("batchnorm", (("val", "accuracy"),), ("baseline", "baseline x5")),
                Curves("batchnorm", (("val", "accuracy"),), ("baseline", *FASTER)),
                Verdicts("batchnorm", ("permits larger learning rates",)),
                Says(partial(curves.differ, treatment="baseline x5", control="baseline"), ("batchnorm",)),
                Beside(
                    SOLUTION,
                    "at five times the rate the baseline stays at 0.10, which is chance; with batch "
                    "normalization five, ten and "
                    "thirty times the rate all train.",
                    partial(sources.arms_beside, theirs={**PUBLISHED, "baseline x5": 0.10}, data="cifar10"),
                    ("batchnorm",),
                ),
            ),
        ),
        Question(
            "4c",
            "Show that batch normalization can lead to a better net.",
            (
                Says(partial(verdicts.claim, name="improves the result"), ("batchnorm",)),
                Scores("batchnorm"),
                Curves("batchnorm", (("val", "accuracy"),), ("baseline", "BN x5")),
                Curves("batchnorm", (("val", "accuracy"),), ("baseline", "BN x10")),
                Verdicts("batchnorm", ("improves the result",)),
                Beside(
                    SOLUTION,
                    "validation accuracy 0.8012 for the baseline, 0.8365 at five times the rate, 0.8519 at ten "
                    "and 0.8182 at thirty.",
                    partial(sources.arms_beside, theirs=PUBLISHED, data="cifar10"),
                    ("batchnorm",),
                ),
            ),
        ),
    ),
)
