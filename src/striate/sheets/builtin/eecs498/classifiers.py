"""Questions 2 to 5: classifiers by hand, each with what was chosen on validation."""

from __future__ import annotations

from functools import partial

from striate.sheets.answers import choices, curves, sources
from striate.sheets.parts import (
    ALL,
    Beside,
    Checked,
    Code,
    Curves,
    Figure,
    Says,
    Scores,
    Text,
    Trained,
    Verdicts,
)
from striate.sheets.sheet import Question

LAYERS = "striate.scratch.layers"
MODELS = "striate.scratch.models"
BINARY = (f"{MODELS}:BinaryClassifier", f"{MODELS}:Model.backprop")
"""What the two binary classifiers share."""
STUDENTS = "Reports that students published"
CHOSEN = partial(sources.choice_beside, data="mnist", claim="choice")

QUESTIONS = (
    Question(
        "2.1",
        "Implement the logistic loss.",
        (Code((f"{LAYERS}.losses:logistic_loss",)), Checked(("logistic-loss",))),
    ),
    Question(
        "2.2",
        "Implement a logistic classifier.",
        (Code((f"{MODELS}:LogisticClassifier", *BINARY)), Checked(("logistic",))),
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
                partial(sources.scores_beside, data="data.pkl"),
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
            Trained("logistic-hidden"),
            Scores("logistic-hidden"),
            Verdicts("logistic-hidden"),
        ),
    ),
    Question("3.1", "Implement the hinge loss.", (Code((f"{LAYERS}.losses:hinge_loss",)), Checked(("hinge-loss",)))),
    Question(
        "3.2",
        "Implement a binary support vector machine.",
        (Code((f"{MODELS}:SVM", *BINARY)), Checked(("svm",))),
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
                partial(sources.scores_beside, data="data.pkl"),
                ("svm",),
            ),
        ),
    ),
    Question(
        "3.4",
        "Train it with one hidden layer; find a fitting number of hidden units on validation, and report "
        "the test accuracy.",
        (
            Says(choices.chosen, ("svm-hidden",), choice=True),
            Trained("svm-hidden"),
            Scores("svm-hidden"),
            Verdicts("svm-hidden"),
        ),
    ),
    Question(
        "4.1", "Implement the softmax loss.", (Code((f"{LAYERS}.losses:softmax_loss",)), Checked(("softmax-loss",)))
    ),
    Question(
        "4.2",
        "Implement a softmax classifier for several classes.",
        (Code((f"{MODELS}:SoftmaxClassifier", f"{MODELS}:Model.backprop")), Checked(("softmax",))),
    ),
    Question(
        "4.3",
        "Train it without hidden units on MNIST, and report the test accuracy.",
        (
            Trained("softmax"),
            Says(curves.performance, ("softmax",)),
            Scores("softmax"),
            Curves("softmax", ALL),
            Beside(
                STUDENTS, "about 0.92 to 0.926 on MNIST.", partial(sources.scores_beside, data="mnist"), ("softmax",)
            ),
        ),
    ),
    Question(
        "4.4",
        "Train it with one hidden layer; find a fitting number of hidden units on validation, and report "
        "the test accuracy.",
        (
            Says(choices.chosen, ("softmax-hidden",), choice=True),
            Trained("softmax-hidden"),
            Scores("softmax-hidden"),
            Verdicts("softmax-hidden"),
            Beside(STUDENTS, "0.969 to 0.98 on MNIST.", CHOSEN, ("softmax-hidden",)),
        ),
    ),
    Question(
        "5.1",
        "Implement the two passes of max pooling.",
        (
            Text("As the definition reads, window by window:"),
            Code((f"{LAYERS}.pooling:plain_forward", f"{LAYERS}.pooling:plain_backward")),
            Text("And as the nets of this document do it, the same numbers in fewer passes over memory:"),
            Code((f"{LAYERS}.pooling:max_pool_forward", f"{LAYERS}.pooling:max_pool_backward")),
            Checked(("max-pool",)),
        ),
    ),
    Question(
        "5.2",
        "Implement a convolutional net for several classes.",
        (
            Code(("striate.scratch.convnet:ConvNet", f"{MODELS}:Model.backprop")),
            Figure("convnet", image="1x28x28", by_hand=True),
            Checked(("convnet",)),
        ),
    ),
    Question(
        "5.3",
        "Train it on MNIST; find a fitting filter size and number of hidden units on validation, and "
        "report the test accuracy.",
        (
            Says(choices.chosen, ("cnn",), choice=True),
            Trained("cnn"),
            Scores("cnn"),
            Curves("cnn", (("val", "accuracy"),)),
            Verdicts("cnn"),
            Beside(STUDENTS, "0.976 to 0.986 on MNIST.", CHOSEN, ("cnn",)),
        ),
    ),
    Question(
        "5.4",
        "Train it with dropout and batch normalization; find a fitting architecture and dropout rate on "
        "validation, and report "
        "the test accuracy.",
        (
            Says(choices.chosen, ("cnn-dropout",), choice=True),
            Trained("cnn-dropout"),
            Scores("cnn-dropout"),
            Curves("cnn-dropout", (("val", "accuracy"),)),
            Verdicts("cnn-dropout"),
            Beside(STUDENTS, "0.986 on MNIST.", CHOSEN, ("cnn-dropout",)),
        ),
    ),
)
