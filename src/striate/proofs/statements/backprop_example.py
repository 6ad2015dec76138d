"""The worked example of back-propagation, every number of it: one input, two hidden layers of 2 and 1 units, one output.

The passes themselves are in `striate.proofs.parts.propagation`. Row 0 of each W holds the biases.
Source: Learning from Data, e-Chapter 7, example 7.1 (tanh) and exercise 7.8 (identity for the output unit);
CSCE 636 Deep Learning, Assignment 2, question 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Self

import numpy as np
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from striate.base.errors import counted
from striate.base.seeds import generator
from striate.proofs.parts.propagation import Activation, Pass, propagate, tables
from striate.proofs.proof import CONFIG, Check, Proof, Step, numerics, refuse, symbolic

SYMBOLIC_WEIGHTS = 16
RANDOM_SIZES = 4

Number = Annotated[float, Field(ge=-1e3, le=1e3)]


def _matrix(value: Any) -> Any:
    """Return nested lists as nested tuples, a vector among them as a matrix of one column."""
    rows = _tuples(value)
    if isinstance(rows, tuple) and not any(isinstance(row, tuple) for row in rows):
        return tuple((cell,) for cell in rows)
    return rows


def _vector(value: Any) -> Any:
    return (value,) if isinstance(value, (int, float)) and not isinstance(value, bool) else _tuples(value)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value


Rows = Annotated[tuple[tuple[Number, ...], ...], BeforeValidator(_matrix), Field(min_length=1, max_length=64)]
Inputs = Annotated[tuple[Number, ...], BeforeValidator(_vector), Field(min_length=1, max_length=64)]


class Parameters(BaseModel):
    """The example's numbers, by default those of exercise 7.8; with the output tanh, of example 7.1.

    Raises Pydantic's ValidationError.

    Each matrix has one row more than the layer before it has units, the first for the biases; a vector is one column.
    """

    model_config = CONFIG

    output: Activation = "identity"
    """Activation of the output unit: identity in exercise 7.8, tanh in example 7.1."""
    hidden: Activation = "tanh"
    """Activation of the hidden units."""
    w1: Rows = ((0.1, 0.2), (0.3, 0.4))
    w2: Rows = ((0.2,), (1.0,), (-3.0,))
    w3: Rows = ((1.0,), (2.0,))
    x: Inputs = (2.0,)
    """The input, without its leading 1."""
    y: Number = 1.0
    """The label."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="after")
    def _shapes(self) -> Self:
        faults: list[str] = []
        before, known = len(self.x), True  # units of the layer before; unknown after a matrix of uneven rows
        for name, matrix in (("w1", self.w1), ("w2", self.w2), ("w3", self.w3)):
            if known and len(matrix) != before + 1:
                faults.append(
                    f"{name} has {counted(len(matrix), 'row')}, and must have {before + 1}: one for the biases"
                    f" and {before} for the "
                    "units of the layer before"
                )
            widths = {len(row) for row in matrix}
            known = len(widths) == 1 and widths != {0}
            if not known:
                faults.append(f"{name} has rows of {', '.join(map(str, sorted(widths)))} numbers, and needs equal ones")
            before = len(matrix[0])
        if known and before != 1:
            faults.append(f"w3 has {counted(before, 'column')}, and must have 1, for the one output")
        refuse(faults)
        return self

    def weights(self) -> tuple[np.ndarray, ...]:
        """Return W(1), W(2), W(3), each (1 + units before, units)."""
        return tuple(np.array(w, dtype=float) for w in (self.w1, self.w2, self.w3))


def prove(p: Parameters) -> Proof:
    """Return both passes with every number, derived and checked."""
    done = _run(p)
    which = {"tanh": "example 7.1", "identity": "exercise 7.8"}[p.output]
    return Proof(
        name="backprop-example",
        title=f"Back-propagation by hand, {p.output} output",
        statement="One pass back through the layers gives the derivative of the error by every weight: what went into it "
        "times the sensitivity of what came out.",
        statement_latex=r"\frac{\partial e}{\partial W^{(l)}} = x^{(l-1)} (\delta^{(l)})^{\top}",
        source=f"Learning from Data, {which}; CSCE 636 Deep Learning, Assignment 2, question 2",
        steps=STEPS,
        checks=(*_symbolic(p), _autograd(p, _gradients), _differences(p)),
        limits=_limits(p),
        tables=tables(done),
        values={
            **{f"s{layer + 1}": s for layer, s in enumerate(done.s)},
            **{f"x{layer}": x for layer, x in enumerate(done.x)},
            "error": float(done.error),
            **{f"delta{layer + 1}": delta for layer, delta in enumerate(done.delta)},
            **{f"dW{layer + 1}": gradient for layer, gradient in enumerate(done.gradients)},
        },
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of a rule that forgets the 2 of the square, and of one with the other activation at the output."""

    def halved(*case: Any) -> tuple[np.ndarray, ...]:
        return tuple(gradient / 2 for gradient in _gradients(*case))

    def other(weights: Any, x: Any, y: Any, activations: tuple[Activation, ...]) -> tuple[np.ndarray, ...]:
        return _gradients(weights, x, y, (*activations[:-1], "identity" if p.output == "tanh" else "tanh"))

    return _autograd(p, halved), _autograd(p, other)


STEPS = (
    Step("Every layer receives a leading 1 for its biases and forms signals.", r"s^{(l)} = (W^{(l)})^{\top} x^{(l-1)}"),
    Step("The signals pass the activation.", r"x^{(l)} = [1; \theta(s^{(l)})]"),
    Step("The error of one data point.", r"e = (x^{(L)} - y)^2"),
    Step(
        "The sensitivity of a layer is the derivative by its signal.",
        r"\delta^{(l)} = \frac{\partial e}{\partial s^{(l)}}",
    ),
    Step(
        "At the output it follows from the error; the last factor is 1 for the identity and 1 - tanh^2 for tanh.",
        r"\delta^{(L)} = 2 (x^{(L)} - y) \theta'(s^{(L)})",
    ),
    Step(
        "A signal acts on the error through all signals of the next layer. The leading 1 has no signal, so its entry is "
        "left out.",
        r"\delta^{(l)} = \theta'(s^{(l)}) \odot [W^{(l+1)} \delta^{(l+1)}]_{1 \ldots d}",
    ),
    Step(
        "A weight acts on one signal, with the output of the layer before as its factor.",
        r"\frac{\partial e}{\partial W^{(l)}} = x^{(l-1)} (\delta^{(l)})^{\top}",
    ),
)


def _activations(p: Parameters) -> tuple[Activation, ...]:
    return (p.hidden, p.hidden, p.output)


def _run(p: Parameters) -> Pass:
    return propagate(p.weights(), np.array(p.x), p.y, _activations(p))


def _joined(arrays: tuple[np.ndarray, ...]) -> np.ndarray:
    return np.concatenate([a.ravel() for a in arrays])


def _symbolic(p: Parameters) -> tuple[Check, ...]:
    """Differentiate the error by every weight, with letters for all numbers, where the net is small enough."""
    import sympy

    if sum(w.size for w in p.weights()) > SYMBOLIC_WEIGHTS:
        return ()
    letters = tuple(
        np.array(sympy.symbols(f"w{layer}_:{w.size}"), dtype=object).reshape(w.shape)
        for layer, w in enumerate(p.weights(), start=1)
    )
    inputs = np.array(sympy.symbols(f"x:{len(p.x)}"), dtype=object)
    done = propagate(letters, inputs, sympy.Symbol("y"), _activations(p), np.frompyfunc(sympy.tanh, 1, 1))
    pairs = zip(_joined(letters), _joined(done.gradients), strict=True)
    differences = [sympy.expand(sympy.diff(done.error, w) - gradient) for w, gradient in pairs]
    return (symbolic("de/dW for any weights", differences, f"{len(differences)} weights"),)


Gradients = Callable[..., tuple[np.ndarray, ...]]  # of the weights, x, y and the activations


def _gradients(*case: Any) -> tuple[np.ndarray, ...]:
    return propagate(*case).gradients


def _cases(p: Parameters) -> list[tuple[tuple[np.ndarray, ...], np.ndarray, float]]:
    """Return the numbers asked for, and random ones for nets of random sizes."""
    cases = [(p.weights(), np.array(p.x), p.y)]
    for i in range(RANDOM_SIZES):
        rng = generator(p.seed, "evaluation", i)
        inputs, first, second = (int(n) for n in rng.integers(1, 5, 3))
        shapes = ((inputs + 1, first), (first + 1, second), (second + 1, 1))
        weights = tuple(rng.standard_normal(shape) for shape in shapes)
        cases.append((weights, rng.standard_normal(inputs), float(rng.choice([-1.0, 1.0]))))
    return cases


def _autograd(p: Parameters, gradients: Gradients) -> Check:
    import torch

    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    one = torch.ones(1, dtype=torch.float64)
    for case, x, y in _cases(p):
        weights, out = [torch.from_numpy(w).requires_grad_() for w in case], torch.from_numpy(x)
        for w, activation in zip(weights, _activations(p), strict=True):
            signal = torch.cat([one, out]) @ w
            out = torch.tanh(signal) if activation == "tanh" else signal
        slopes = torch.autograd.grad(((out - y) ** 2).sum(), weights)
        pairs += zip(gradients(case, x, y, _activations(p)), (slope.numpy() for slope in slopes), strict=True)
    return numerics("de/dW", pairs, oracle="PyTorch autograd", sizes=_said(p))


def _differences(p: Parameters) -> Check:
    """Compare with complex-step differences, Im e(w + ih) / h: a finite difference in which nothing cancels."""
    step, pairs = 1e-30, list[tuple[np.ndarray, np.ndarray]]()
    for weights, x, y in _cases(p):
        for layer, ours in enumerate(_gradients(weights, x, y, _activations(p))):
            slopes = np.zeros(ours.shape)
            for place in np.ndindex(ours.shape):
                moved = [a.astype(complex) for a in weights]
                moved[layer][place] += 1j * step
                slopes[place] = np.imag(propagate(tuple(moved), x, y, _activations(p)).error) / step
            pairs.append((ours, slopes))
    return numerics("de/dW", pairs, oracle="complex-step differences", sizes=_said(p))


def _said(p: Parameters) -> str:
    return f"{sum(w.size for w in p.weights())} weights, and {RANDOM_SIZES} random nets"


def _limits(p: Parameters) -> str:
    if sum(w.size for w in p.weights()) > SYMBOLIC_WEIGHTS:
        return f"Only checked numerically; nets of up to {SYMBOLIC_WEIGHTS} weights are also proved symbolically."
    return "Proved symbolically for any weights, input and label of a net of this shape; the numbers are checked twice."
