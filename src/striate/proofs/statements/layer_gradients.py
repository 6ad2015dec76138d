"""Fully connected layer, ReLU and dropout: how the gradient of the output becomes that of the input and the weights.

    Y = W'X + b      dL/dW = X dL/dY'   dL/db = dL/dY   dL/dX = W dL/dY
    Y = max(X, 0)    dL/dX = dL/dY where X > 0, else 0
    Y = X * M        dL/dX = dL/dY * M

Source: EECS 498/598 Deep Learning, Homework 1, 2019, questions 1.1 to 1.3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field

from striate.base.errors import counted
from striate.base.seeds import generator
from striate.proofs.proof import CONFIG, Check, Proof, Step, Table, numeric, numerics, symbolic

RANDOM_SIZES = 4
SYMBOLIC_WEIGHTS = 24  # larger layers are checked symbolically at 3 x 2; more symbols would add time and no insight

Size = Annotated[int, Field(ge=1, le=256)]


class Parameters(BaseModel):
    """The sizes of the layer. Raises Pydantic's ValidationError."""

    model_config = CONFIG

    images: Size = 4
    inputs: Size = 3
    """Width of X, d_k in the homework."""
    outputs: Size = 2
    """Width of Y, d_o in the homework."""
    keep: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    """Probability with which dropout keeps a unit."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0


def dense(x: np.ndarray, w: np.ndarray, gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dL/dW (in, out), dL/db (out), dL/dX (N, in) for x (N, in), w (in, out) and the gradient of Y (N, out)."""
    return x.T @ gradient, gradient.sum(axis=0), gradient @ w.T


def relu(x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return dL/dX: the gradient of Y where x is strictly above 0, and 0 elsewhere; all of one shape."""
    return np.where(x > 0, gradient, 0.0)


def dropout(mask: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return dL/dX: the gradient of Y where the mask kept the unit; all of one shape."""
    return gradient * mask


def prove(p: Parameters) -> Proof:
    """Return the derivation with its checks at the sizes of ``p``."""
    values = _example(p)
    return Proof(
        name="layer-gradients",
        title="The gradients of a fully connected layer, of ReLU and of dropout",
        statement="Each layer turns dL/dY into dL/dX by one product, and the weights receive input times gradient.",
        statement_latex=r"\frac{\partial L}{\partial W} = X \left(\frac{\partial L}{\partial Y}\right)^{\top}, \quad "
        r"\frac{\partial L}{\partial b} = \frac{\partial L}{\partial Y}, \quad "
        r"\frac{\partial L}{\partial X} = W \frac{\partial L}{\partial Y}",
        source="EECS 498/598 Deep Learning, Homework 1, 2019, questions 1.1 to 1.3",
        steps=STEPS,
        checks=(*_symbolic(p), _check(p, dense), *_masks(p, relu, dropout)),
        limits=_limits(p),
        tables=(_table(),),
        values=values,
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of dL/dW = dL/dY X', the transpose of what is right, of a ReLU that lets zero pass, and of dropout
    that lets the whole gradient pass."""

    def transposed(x: np.ndarray, w: np.ndarray, gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        weights, bias, inputs = dense(x, w, gradient)
        return weights.T, bias, inputs

    masks = _masks(p, lambda x, gradient: np.where(x >= 0, gradient, 0.0), lambda _, gradient: gradient)
    return _check(p, transposed), *masks


STEPS = (
    Step(
        "The chain rule, once for all layers: with the gradient of the output held fixed, the derivative of L is that "
        "of the sum of outputs weighted by it.",
        r"\frac{\partial L}{\partial \theta} = \sum_k \frac{\partial L}{\partial Y_k} "
        r"\frac{\partial Y_k}{\partial \theta}",
    ),
    Step("Fully connected layer, one output at a time.", r"Y_k = \sum_i W_{ik} X_i + b_k"),
    Step(
        "A weight reaches one output only, and its factor there is the input.",
        r"\frac{\partial Y_k}{\partial W_{ij}} = \delta_{jk} X_i \;\Rightarrow\; "
        r"\frac{\partial L}{\partial W_{ij}} = X_i \frac{\partial L}{\partial Y_j}",
    ),
    Step("A bias has the factor one.", r"\frac{\partial L}{\partial b_j} = \frac{\partial L}{\partial Y_j}"),
    Step(
        "An input reaches every output, and the contributions add up.",
        r"\frac{\partial L}{\partial X_i} = \sum_k W_{ik} \frac{\partial L}{\partial Y_k}",
    ),
    Step(
        "For N images as the rows of X, the gradients of the weights add up over the images.",
        r"\frac{\partial L}{\partial W} = X^{\top} \frac{\partial L}{\partial Y}, \quad "
        r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} W^{\top}",
    ),
    Step(
        "ReLU has slope one above zero and zero below. At zero it has none; the strict mask takes zero there, one of "
        "its subgradients.",
        r"\frac{\partial L}{\partial X_i} = \frac{\partial L}{\partial Y_i} [X_i > 0]",
    ),
    Step(
        "Dropout multiplies by a mask that does not depend on X. With inverted dropout the mask holds 0 and "
        "1/p, where p is the probability of keeping.",
        r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} \odot M",
    ),
)


def _sizes(p: Parameters) -> tuple[int, int, bool]:
    """Return the sizes of the symbolic check, and whether they are those asked for."""
    asked = p.inputs * p.outputs <= SYMBOLIC_WEIGHTS
    return (p.inputs, p.outputs, True) if asked else (3, 2, False)


def _symbolic(p: Parameters) -> tuple[Check, ...]:
    import sympy

    inputs, outputs, _ = _sizes(p)

    def letters(name: str, *shape: int) -> np.ndarray:
        return np.array(sympy.symbols(f"{name}:{int(np.prod(shape))}"), dtype=object).reshape(shape)

    x, w, b, g = letters("x", 1, inputs), letters("w", inputs, outputs), letters("b", outputs), letters("g", 1, outputs)
    loss = (g * (x @ w + b)).sum()
    pairs = [
        (variable, ours)
        for variables, gradients in zip((w, b, x), dense(x, w, g), strict=True)
        for variable, ours in zip(variables.ravel(), gradients.ravel(), strict=True)
    ]
    above, below = sympy.Symbol("x", positive=True), sympy.Symbol("x", negative=True)
    out, kept = sympy.symbols("g m")
    slopes = [sympy.diff(out * sympy.Max(above, 0), above) - out, sympy.diff(out * sympy.Max(below, 0), below)]
    return (
        symbolic(
            "the fully connected layer", [sympy.diff(loss, v) - ours for v, ours in pairs], f"{inputs} -> {outputs}"
        ),
        symbolic("ReLU away from zero", slopes, "one unit, above and below zero"),
        symbolic("dropout", [sympy.diff(out * above * kept, above) - out * kept], "one unit"),
    )


def _cases(p: Parameters) -> list[tuple[int, int, int]]:
    """Return (images, inputs, outputs): as asked, and random ones, in which inputs and outputs differ."""
    cases = [(p.images, p.inputs, p.outputs)]
    for i in range(RANDOM_SIZES):
        images, inputs, more = (int(n) for n in generator(p.seed, "evaluation", i).integers((1, 2, 1), 6))
        cases.append((images, inputs, inputs + more))
    return cases


Gradients = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


def _check(p: Parameters, gradients: Gradients) -> Check:
    """Compare ``gradients`` with autograd at all cases; L is a sum of sines, so that dL/dY differs from place to place."""
    import torch

    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for i, (images, inputs, outputs) in enumerate(_cases(p)):
        rng = generator(p.seed, "evaluation", 100 + i)
        x, w, b = (
            torch.from_numpy(rng.standard_normal(shape)).requires_grad_()
            for shape in ((images, inputs), (inputs, outputs), (outputs,))
        )
        y = x @ w + b
        dy, *slopes = torch.autograd.grad(torch.sin(y).sum(), (y, w, b, x))
        pairs += zip(gradients(_array(x), _array(w), _array(dy)), map(_array, slopes), strict=True)
    sizes = f"{counted(p.images, 'image')}, {p.inputs} -> {p.outputs}, and {RANDOM_SIZES} random sizes"
    return numerics("the fully connected layer", pairs, oracle="PyTorch autograd", sizes=sizes)


def _array(tensor: Any) -> np.ndarray:
    return tensor.detach().numpy()


Masked = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of x or a mask, and the gradient of Y


def _masks(p: Parameters, relu: Masked, dropout: Masked) -> tuple[Check, Check]:
    """Compare ReLU, also at exactly zero, and dropout with autograd; one unit is dropped whatever ``keep`` is."""
    import torch

    rng = generator(p.seed, "evaluation", 200)
    values = np.append(rng.standard_normal((p.images, p.inputs)).ravel(), 0.0)
    gradient, mask = rng.standard_normal(values.shape), (rng.random(values.shape) < p.keep).astype(float)
    mask[-1] = 0.0
    checks: list[Check] = []
    for name, ours in (("ReLU, zero included", relu(values, gradient)), ("dropout", dropout(mask, gradient))):
        x = torch.from_numpy(values).requires_grad_()
        y = x * torch.from_numpy(mask) if name == "dropout" else torch.relu(x)
        (slope,) = torch.autograd.grad(y, x, torch.from_numpy(gradient))
        checks.append(numeric(name, ours, _array(slope), oracle="PyTorch autograd", sizes=f"{values.size} units"))
    return checks[0], checks[1]


def _example(p: Parameters) -> dict[str, Any]:
    rng = generator(p.seed, "evaluation", 300)
    x, w = rng.standard_normal((p.images, p.inputs)), rng.standard_normal((p.inputs, p.outputs))
    gradient = rng.standard_normal((p.images, p.outputs))
    weights, bias, inputs = dense(x, w, gradient)
    return {"X": x, "W": w, "dY": gradient, "dW": weights, "db": bias, "dX": inputs}


def _table() -> Table:
    points = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])
    slopes = relu(points, np.ones_like(points))
    return Table(
        "What ReLU passes on of a gradient of 1",
        ("x", *(f"{x:g}" for x in points)),
        (("dL/dx", *(f"{slope:g}" for slope in slopes)),),
    )


def _limits(p: Parameters) -> str:
    inputs, outputs, asked = _sizes(p)
    here = f"at {inputs} -> {outputs}" + ("" if asked else f", not at the {p.inputs} -> {p.outputs} asked for")
    return (
        f"Proved symbolically for one image {here}; for ReLU away from zero, where it has a derivative. Other sizes and "
        "sums over images are checked numerically. At zero the mask is a convention, the one that PyTorch follows."
    )
