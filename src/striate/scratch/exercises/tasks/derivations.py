"""The derivations of CSCE 636 whose answers are numbers or arrays, as exercises.

Sources: CSCE 636 Deep Learning, Assignment 2, questions 1 to 5; Learning from Data, e-Chapter 7, exercises 7.7 and 7.8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from striate.scratch.exercises.exercise import Array, Compared, Exercise, Learner, Values, draw
from striate.scratch.exercises.judges import Mistakes, Passes, of_arrays


def _tanh_gradient(t: Values, slope: bool = True, factor: float = 2.0, mean: bool = True) -> Values:
    x, y = t["X"], t["y"]
    out = np.tanh(x @ t["w"])
    terms = factor * (out - y) * ((1 - out**2) if slope else 1)
    return {"gradient": x.T @ terms / (len(x) if mean else 1)}


def _backprop(t: Values, output_slope: bool = False, hidden_slope: bool = True, factor: float = 2.0) -> Values:
    """Row 0 of each W holds the biases; hidden units are tanh, the output is the identity, e = (out - y)^2."""
    ws: list[Array] = [t["W1"], t["W2"], t["W3"]]
    inputs = [np.r_[1.0, t["x"]]]
    for w in ws[:-1]:
        inputs.append(np.r_[1.0, np.tanh(inputs[-1] @ w)])
    out = inputs[-1] @ ws[-1]
    delta = factor * (out - t["y"]) * ((1 - out**2) if output_slope else 1)
    grads: list[Array] = []
    for place in (2, 1, 0):
        grads.insert(0, np.outer(inputs[place], delta))
        if place:
            delta = (ws[place] @ delta)[1:] * ((1 - inputs[place][1:] ** 2) if hidden_slope else 1)
    return {"dW1": grads[0], "dW2": grads[1], "dW3": grads[2]}


def _matrix(t: Values, flipped: bool = False, exchanged: bool = False) -> Values:
    """A of Y = A X for W[i, j], the kernel from input channel i to output channel j."""
    w: Array = t["W"][..., ::-1] if flipped else t["W"]
    w = w.transpose(1, 0, 2) if exchanged else w
    channels, outputs, taps = w.shape
    size, positions = 4, 4 - taps + 1
    a = np.zeros((outputs * positions, channels * size))
    for i, j, position in np.ndindex(channels, outputs, positions):
        a[j * positions + position, i * size + position : i * size + position + taps] = w[i, j]
    return {"A": a}


def _back_matrix(t: Values) -> Values:
    return {"B": _matrix(t)["A"].T}


def _back_kernels(t: Values, flipped: bool = True, exchanged: bool = True) -> Values:
    """The kernels from channel j of dL/dY, with 2 zeros at each end, to channel i of dL/dX."""
    kernels = t["W"].transpose(1, 0, 2) if exchanged else t["W"]
    return {"V": kernels[..., ::-1] if flipped else kernels}


def _judge_count(learner: Learner, t: Values) -> Compared:
    """Count weights alone, with biases, or with the gamma and beta of batch normalization: the question leaves it open."""
    got = {"parameters": learner.call(learner.get(t["name"]), t["channels"])}
    c = t["channels"]
    layers = (
        ((9, c, c),) * 2
        if t["name"] == "residual_parameters"
        else ((1, c, c // 4), (9, c // 4, c // 4), (1, c // 4, c))
    )
    weights = sum(taps * before * after for taps, before, after in layers)
    features = sum(after for _, _, after in layers)
    counts = [{"parameters": weights + k * features} for k in (0, 1, 2, 3)]
    wrong = {
        "the filters of each layer are not counted": sum(taps * before for taps, before, _ in layers),
        "one of the layers alone is counted": max(taps * before * after for taps, before, after in layers),
    }
    if t["name"] == "bottleneck_parameters":
        wrong["every layer is counted as 3 x 3"] = sum(9 * before * after for _, before, after in layers)
        wrong["the middle layer has a quarter of the channels, and not all of them"] = (1 + 9 + 1) * c * c
    mistakes = [(name, {"parameters": count}) for name, count in wrong.items()]
    return Compared(got, counts[0], mistakes, counts[1:])


def _shapes(t: Values) -> Values:
    return {"mean_shape": np.array(t["shape"][-1:]), "var_shape": np.array(t["shape"][-1:])}


def _kept(t: Values) -> Values:
    """The other axes of length 1, as `keepdims` leaves them."""
    shape = np.array([1] * (len(t["shape"]) - 1) + [t["shape"][-1]])
    return {"mean_shape": shape, "var_shape": shape}


def _whole(t: Values) -> Values:
    return {"mean_shape": np.array(t["shape"][1:]), "var_shape": np.array(t["shape"][1:])}


def exercises() -> list[Exercise]:
    """Return the derivations, in the order of the questions."""
    from striate.scratch.exercises.forms import FORMS

    points = [{"w": draw(d), "X": draw(n, d, seed=1), "y": draw(n, seed=2)} for n, d in ((1, 1), (2, 2), (4, 3))]
    book = {
        "x": np.array([2.0]),
        "y": 1.0,
        "W1": np.array([[0.1, 0.2], [0.3, 0.4]]),
        "W2": np.array([[0.2], [1.0], [-3.0]]),
        "W3": np.array([[1.0], [2.0]]),
    }
    kernels = [{"W": draw(2, 2, 3)}, {"W": draw(2, 2, 3, seed=5)}]
    slopes: Mistakes = [
        ("the slope of tanh, 1 - tanh^2, is missing", lambda t: _tanh_gradient(t, slope=False)),
        ("the factor 2 of the square is missing", lambda t: _tanh_gradient(t, factor=1.0)),
        ("loss summed and not averaged: E is a mean over the points", lambda t: _tanh_gradient(t, mean=False)),
    ]
    passes: Mistakes = [
        (
            "the output unit is the identity: its slope is 1, not that of tanh",
            lambda t: _backprop(t, output_slope=True),
        ),
        ("the slope of the hidden units is missing", lambda t: _backprop(t, hidden_slope=False)),
        ("the factor 2 of the square is missing", lambda t: _backprop(t, factor=1.0)),
    ]
    flipped: Mistakes = [
        ("kernel flipped: the taps stand in their own order", lambda t: _matrix(t, flipped=True)),
        (
            "the channels are exchanged: rows are output channels, columns input channels",
            lambda t: _matrix(t, exchanged=True),
        ),
    ]
    forward: Mistakes = [("B is A itself, and has to be its transpose", lambda t: {"B": _matrix(t)["A"]})]
    turned: Mistakes = [
        ("the kernels of the backward pass are turned around", lambda t: _back_kernels(t, flipped=False)),
        ("the channels have to be exchanged: V[j, i] goes the way back", lambda t: _back_kernels(t, exchanged=False)),
    ]
    whole: Mistakes = [("one mean per place: statistics are taken over the places, too", _whole)]
    out: list[tuple[str, tuple[str, ...], tuple[str, ...], Passes, Mistakes, list[Values]]] = [
        ("tanh_gradient", ("w", "X", "y"), ("gradient",), _tanh_gradient, slopes, points),
        ("backprop_example", ("x", "y", "W1", "W2", "W3"), ("dW1", "dW2", "dW3"), _backprop, passes, [book]),
        ("conv_matrix", ("W",), ("A",), _matrix, flipped, kernels),
        ("conv_backward_matrix", ("W",), ("B",), _back_matrix, forward, kernels),
        ("conv_backward_kernels", ("W",), ("V",), _back_kernels, turned, kernels),
        ("batchnorm_shapes", ("shape",), ("mean_shape", "var_shape"), _shapes, whole,
         [{"shape": (4, 3)}, {"shape": (2, 5, 6, 3)}]),
    ]  # fmt: skip
    judged: list[tuple[str, Callable[[Learner, Values], Compared], list[dict[str, Any]]]] = [
        (name, of_arrays((name,), inputs, outputs, right, wrong, [_kept] if name == "batchnorm_shapes" else ()), trials)
        for name, inputs, outputs, right, wrong, trials in out
    ]
    for name, sizes in (("residual_parameters", (32, 8)), ("bottleneck_parameters", (128, 16))):
        judged.append((name, _judge_count, [{"name": name, "channels": size} for size in sizes]))
    return [Exercise(name, "csce636", "derivation", FORMS[name], judge, trials) for name, judge, trials in judged]
