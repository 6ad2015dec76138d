"""Forward and backward pass of a small fully connected net, keeping every number.

    forward   s(l) = W(l)' x(l-1)                x(l) = [1; theta(s(l))]            e = (x(L) - y)^2
    backward  delta(L) = 2 (x(L) - y) theta'     delta(l) = theta' * [W(l+1) delta(l+1)] without its first entry
    gradient  de/dW(l) = x(l-1) delta(l)'

Row 0 of each W holds the biases; there is one output. For numbers and for SymPy's letters alike.
Source: Abu-Mostafa, Magdon-Ismail and Lin, Learning from Data, e-Chapter 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from striate.proofs.proof import Table

Activation = Literal["tanh", "identity"]


@dataclass(frozen=True)
class Pass:
    """One forward and backward pass. Entry l of x is the output of layer l with its leading 1, the last without."""

    s: tuple[np.ndarray, ...]
    x: tuple[np.ndarray, ...]
    error: Any
    delta: tuple[np.ndarray, ...]
    gradients: tuple[np.ndarray, ...]


def propagate(
    weights: tuple[np.ndarray, ...], x: np.ndarray, y: Any, activations: tuple[Activation, ...], tanh: Any = np.tanh
) -> Pass:
    """Return every number of both passes; arrays of floats, or of SymPy's expressions with its ``tanh``."""
    last = len(weights) - 1
    signals: list[np.ndarray] = []
    outputs = [np.concatenate([[1], x])]
    for layer, w in enumerate(weights):
        signals.append(w.T @ outputs[-1])
        out = tanh(signals[-1]) if activations[layer] == "tanh" else signals[-1]
        outputs.append(out if layer == last else np.concatenate([[1], out]))
    slopes = [
        1 - (out if layer == last else out[1:]) ** 2 if activations[layer] == "tanh" else 1
        for layer, out in enumerate(outputs[1:])
    ]
    deltas = [2 * (outputs[-1] - y) * slopes[-1]]
    for layer in range(last - 1, -1, -1):
        deltas.insert(0, slopes[layer] * (weights[layer + 1] @ deltas[0])[1:])
    gradients = tuple(np.outer(out, delta) for out, delta in zip(outputs, deltas, strict=False))
    return Pass(tuple(signals), tuple(outputs), ((outputs[-1] - y) ** 2)[0], tuple(deltas), gradients)


def tables(done: Pass) -> tuple[Table, Table, Table]:
    """Return every number: forward, backward, gradients."""

    def said(values: np.ndarray) -> str:
        return "  ".join(f"{float(v):.6f}" for v in values)

    forward = [("x(0)", said(done.x[0]))]
    for layer, (s, x) in enumerate(zip(done.s, done.x[1:], strict=True), start=1):
        forward += [(f"s({layer})", said(s)), (f"x({layer})", said(x))]
    forward.append(("e", f"{float(done.error):.6f}"))
    backward = [(f"delta({layer})", said(done.delta[layer - 1])) for layer in range(len(done.delta), 0, -1)]
    gradients = [
        (f"de/dW({layer})", f"{row}", said(values))
        for layer, gradient in enumerate(done.gradients, start=1)
        for row, values in enumerate(gradient)
    ]
    return (
        Table("Forward", ("quantity", "values"), tuple(forward)),
        Table("Backward", ("quantity", "values"), tuple(backward)),
        Table("Gradients, row 0 for the biases", ("matrix", "row", "values"), tuple(gradients)),
    )
