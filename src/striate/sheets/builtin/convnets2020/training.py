"""Question 2: one training loop, two nets, batch normalization, residuals, transforms, schedules and learning rates."""

from __future__ import annotations

from functools import partial

from striate.sheets.answers import choices, curves, looks, verdicts
from striate.sheets.parts import (
    ALL,
    LOSSES,
    TRAINING,
    Code,
    Curves,
    Figure,
    Forms,
    Says,
    Scores,
    Text,
    Trained,
    Trial,
    Verdicts,
)
from striate.sheets.sheet import Question

SGD = ("SGD 0.0001", "SGD 0.001", "SGD 0.01", "SGD 0.1", "SGD 1")
ADAM = ("Adam 1e-05", "Adam 0.0001", "Adam 0.001", "Adam 0.01", "Adam 0.1")
TRIED = ("optimizers", "residual", "augmentation", "schedules", "learning-rates", "step-gamma")
CONVNET = "striate.nets.families.convnet"

QUESTIONS = (
    Question(
        "2.1",
        "Write one generic training loop, to be used throughout.",
        (
            Text(
                "One loop trains every net of this document. It draws the batches of each epoch from a "
                "named random stream, "
                "makes an update from each, and after each epoch writes losses and accuracies down and "
                "keeps the weights."
            ),
            Code(
                (
                    "striate.training.loop:run_epochs",
                    "striate.training.loop:epoch_updates",
                    "striate.training.engines.pytorch:TorchEngine.update",
                    "striate.training.engines.pytorch:TorchEngine._forward",
                )
            ),
        ),
    ),
    Question(
        "2.2",
        "Write the object-oriented form of the ShallowNet that is given as a sequence of layers.",
        (
            Text("The sequence of layers and the class hold the same weights under the same names."),
            Code(("striate.nets.families.shallownet:sequential_form", "striate.nets.families.shallownet:ShallowNet")),
            Forms("shallownet", {"form": "sequential"}, {"form": "module"}),
            Figure("shallownet"),
        ),
    ),
    Question(
        "2.3",
        "Train it with stochastic gradient descent and the right loss for classification.",
        (Trained("shallow"), Says(curves.performance, ("shallow",)), Curves("shallow", ALL)),
    ),
    Question(
        "2.4",
        "Build the convolutional net that is specified.",
        (Figure("simpleconvnet"), Code((f"{CONVNET}:build_convnet", f"{CONVNET}:_head"))),
    ),
    Question(
        "2.5",
        "Report the results of training ShallowNet and SimpleConvNet with SGD. What do you observe?",
        (
            Trained("shallow-or-simple"),
            Says(partial(curves.differ, treatment="simpleconvnet", control="shallownet"), ("shallow-or-simple",)),
            Says(partial(verdicts.claim, name="six convolutions are better", lead=False), ("shallow-or-simple",)),
            Scores("shallow-or-simple"),
            Curves("shallow-or-simple", ALL),
            Verdicts("shallow-or-simple"),
        ),
    ),
    Question(
        "2.6",
        "Batch normalization: plot training loss and accuracy with and without it, with SGD at 0.001 and "
        "with Adam at 0.0001, "
        "and comment on the difference; then overfit one batch to 100 %.",
        (
            Code((f"{CONVNET}:_unit",)),
            Figure("simpleconvnet", {"norm": "batch"}),
            Trained("optimizers"),
            Curves("optimizers", TRAINING, ("SGD", "SGD + BN")),
            Says(partial(curves.differ, treatment="SGD + BN", control="SGD"), ("optimizers",)),
            Says(partial(verdicts.claim, name="improves under SGD", lead=False), ("optimizers",)),
            Curves("optimizers", TRAINING, ("Adam", "Adam + BN")),
            Says(partial(curves.differ, treatment="Adam + BN", control="Adam"), ("optimizers",)),
            Says(partial(verdicts.claim, name="improves under Adam", lead=False), ("optimizers",)),
            Verdicts("optimizers"),
            Trial("one-batch", "simple"),
            Says(looks.overfits, ("one-batch",)),
        ),
    ),
    Question(
        "2.7",
        "Change the net so that it has residual connections.",
        (
            Text(
                "A unit becomes act(norm(conv(x)) + x), from the second on; where it widens, channels of zeros are "
                "added to x. So the net has the same weights with and without them."
            ),
            Code((f"{CONVNET}:_unit", f"{CONVNET}:ShortcutChain")),
            Figure("simpleconvnet", {"norm": "batch", "residual": True}),
        ),
    ),
    Question(
        "2.8",
        "Plot the training curves with and without residual connections, and comment on the difference.",
        (
            Trained("residual"),
            Curves("residual", TRAINING),
            Says(partial(curves.differ, treatment="residual", control="plain"), ("residual",)),
            Says(partial(verdicts.claim, name="improves the result", lead=False), ("residual",)),
            Verdicts("residual"),
        ),
    ),
    Question(
        "2.9",
        "Reduce overfitting by transforms of the training images; report curves and final accuracies.",
        (
            Trained("augmentation"),
            Scores("augmentation"),
            Curves("augmentation", (("train", "accuracy"), ("val", "accuracy"))),
            Says(curves.gaps, ("augmentation",)),
            Says(partial(verdicts.claim, name="improves the result", lead=False), ("augmentation",)),
            Verdicts("augmentation"),
        ),
    ),
    Question(
        "2.10",
        "Try learning-rate schedules, StepLR among them, and report the results.",
        (
            Trained("schedules"),
            Scores("schedules"),
            Curves("schedules", (("train", "loss"), ("val", "accuracy"))),
            Says(partial(curves.differ, treatment="step", control="constant"), ("schedules",)),
            Says(partial(choices.chosen, name="one schedule is best"), ("schedules",)),
            Verdicts("schedules"),
        ),
    ),
    Question(
        "2.11",
        "Plot training and validation loss for five learning rates with SGD, five with Adam, and five "
        "factors of StepLR.",
        (
            Trained("learning-rates"),
            Curves("learning-rates", LOSSES, SGD),
            Says(partial(choices.chosen, name="the rate of SGD"), ("learning-rates",)),
            Curves("learning-rates", LOSSES, ADAM),
            Says(partial(choices.chosen, name="the rate of Adam"), ("learning-rates",)),
            Trained("step-gamma"),
            Curves("step-gamma", LOSSES),
            Says(partial(choices.chosen, name="one factor is best"), ("step-gamma",)),
        ),
    ),
    Question(
        "2.12",
        "Load the model of best validation accuracy, and report its results on the test images.",
        (
            Says(choices.best_tested, TRIED, choice=True),
            Scores("learning-rates"),
            Scores("step-gamma"),
        ),
    ),
)
