"""Why logistic regression is a convex problem: its loss bends upwards along every line.

With labels y in {0, 1} and p = sigmoid(X w), the negative log likelihood has the gradient -X'(y - p) and the Hessian
X' P (I - P) X, where P is the diagonal matrix of p.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from striate.base.seeds import generator
from striate.proofs.proof import CONFIG, Check, Erratum, Picture, Proof, Step, Table, numeric, rows_of, symbolic

SOURCE = "CS 7150 Deep Learning, Homework 1, summer 2020, question 2"
SOLUTION = "A published solution of CS 7150 Deep Learning, Homework 1, summer 2020, question 2"

Array = NDArray[np.float64]


class Parameters(BaseModel):
    """Sizes of the random data, and how many lines are drawn through weight space."""

    model_config = CONFIG

    rows: Annotated[int, Field(ge=1, le=2000)] = 20
    """Samples, n."""
    features: Annotated[int, Field(ge=1, le=50)] = 3
    """Features, d."""
    lines: Annotated[int, Field(ge=1, le=8)] = 4
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)), without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def loss(x: Array, y: Array, w: Array) -> float:
    """Return the negative log likelihood, summed over the rows of ``x`` (n, d)."""
    z = x @ w
    return float(np.sum(np.logaddexp(0.0, z) - y * z))


def gradient(x: Array, y: Array, w: Array) -> Array:
    """Return -X'(y - p), shape (d,)."""
    return -x.T @ (y - sigmoid(x @ w))


def hessian(x: Array, w: Array) -> Array:
    """Return X' P (I - P) X, shape (d, d)."""
    p = sigmoid(x @ w)
    return x.T @ (x * (p * (1 - p))[:, None])


def gradient_of_equation_4(x: Array, y: Array, w: Array) -> Array:
    """Return the gradient as equation (4) of the published solution has it, with the sign of its last term wrong."""
    q = 1 - sigmoid(x @ w)
    return -x.T @ (y - 1 - q)


def hessian_of_equation_10(x: Array, w: Array) -> Array:
    """Return the Hessian as equation (10) of the published solution has it, without the square."""
    return x.T @ (x * (1 - sigmoid(x @ w))[:, None])


def prove(p: Parameters) -> Proof:
    """Return the proof, checked on random data of n rows and d features."""
    x, y, w = _data(p)
    second = hessian(x, w)
    spectrum = np.linalg.eigvalsh(second)
    losses, smallest, steps = _along_lines(p, x, y, w)
    names = tuple(f"line {number}" for number in range(1, p.lines + 1))
    pictures = (
        Picture("Loss along random lines", "lines", rows_of(losses), tuple(steps), names, "position on the line", "loss"),
        Picture(
            "Smallest eigenvalue of the Hessian along them", "lines", rows_of(smallest), tuple(steps), names,
            "position on the line", "eigenvalue",
        ),
    )  # fmt: skip
    return Proof(
        name="logistic-convexity",
        title="Logistic regression is convex",
        statement="The negative log likelihood of logistic regression is convex in the weights, and strictly convex "
        "exactly if the data matrix has full column rank.",
        statement_latex=r"\nabla \ell = -X^T (y - p), \quad H = X^T P (I - P) X \succeq 0",
        source=SOURCE,
        steps=_steps(),
        checks=(_derivatives(), *_numeric_checks(p, x, y, w)),
        limits="Gradient and Hessian are proved symbolically for one sample with two features, and sums of convex "
        f"functions are convex; {p.rows} random samples with {p.features} features are checked numerically, along "
        f"{p.lines} lines. Convex does not mean that a minimum is reached: on separable data the loss falls forever.",
        tables=(Table("Eigenvalues of the Hessian", ("", "eigenvalue"), _numbered(spectrum)),),
        pictures=pictures,
        errata=_errata(x, y, w),
        values={"X": x, "y": y, "w": w, "gradient": gradient(x, y, w), "hessian": second, "eigenvalues": spectrum},
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of the two errata: the gradient of equation (4) and the Hessian of equation (10)."""
    x, y, w = _data(p)
    return (
        _gradient_check(p, x, y, w, gradient_of_equation_4(x, y, w)),
        _hessian_check(p, x, y, w, hessian_of_equation_10(x, w)),
    )


def _data(p: Parameters) -> tuple[Array, Array, Array]:
    rng = generator(p.seed, "evaluation", 0)
    x = rng.standard_normal((p.rows, p.features))
    return x, rng.integers(0, 2, p.rows).astype(float), rng.standard_normal(p.features) / np.sqrt(p.features)


def _steps() -> tuple[Step, ...]:
    return (
        Step("The loss of one sample, with z = w'x.",
             r"\ell(w) = -y \, \log(p) - (1 - y) \, \log(1 - p), \quad p = \frac{1}{1 + e^{-z}}"),
        Step("It is a simple function of z.", r"\ell = \log (1 + e^{z}) - y z"),
        Step("The sigmoid is the derivative of the first term.", r"\frac{\partial \ell}{\partial z} = p - y"),
        Step("So the gradient, over all samples, is", r"\nabla \ell = \sum_{i=1}^{n} (p_i - y_i) x_i = -X^T (y - p)"),
        Step("The derivative of the sigmoid is p(1 - p), so",
             r"H = \sum_{i=1}^{n} p_i (1 - p_i) x_i x_i^T = X^T P (I - P) X"),
        Step("For any direction v this is a sum of squares with weights above zero.",
             r"v^T H v = \sum_{i=1}^{n} p_i (1 - p_i) (x_i^T v)^2 \ge 0"),
        Step("It is zero only if v is orthogonal to every sample, which a v other than 0 can be exactly if the columns of X "
             "depend on each other.", r"v^T H v = 0 \quad \Longleftrightarrow \quad X v = 0"),
        Step("A smooth function with a positive semi-definite Hessian is convex; along a v with Xv = 0 the loss is "
             "constant, so there it is not strictly convex.",
             r"\mathrm{rank}\, X = d \quad \Longleftrightarrow \quad H \succ 0"),
    )  # fmt: skip


def _derivatives() -> Check:
    import sympy

    x, w, y = sympy.symbols("x0:2", real=True), sympy.symbols("w0:2", real=True), sympy.Symbol("y", real=True)
    z = x[0] * w[0] + x[1] * w[1]
    p: Any = 1 / (1 + sympy.exp(-z))
    # The logarithm of 1 - p is written as log(p) - z, the same number, so that the simplifier needs no assumption.
    value = -y * sympy.log(p) - (1 - y) * (sympy.log(p) - z)
    differences = [sympy.diff(value, w[j]) + (y - p) * x[j] for j in range(2)]
    differences += [sympy.diff(value, w[j], w[k]) - p * (1 - p) * x[j] * x[k] for j in range(2) for k in range(2)]
    return symbolic("gradient and Hessian", differences, "one sample, two features")


def _gradient_check(p: Parameters, x: Array, y: Array, w: Array, claimed: Array) -> Check:
    import torch

    weights = torch.from_numpy(w).requires_grad_()
    z = torch.from_numpy(x) @ weights
    torch.nn.functional.binary_cross_entropy_with_logits(z, torch.from_numpy(y), reduction="sum").backward()
    assert weights.grad is not None
    return numeric("gradient", claimed, weights.grad.numpy(), oracle="PyTorch's autograd", sizes=_sizes(p))


def _hessian_check(p: Parameters, x: Array, y: Array, w: Array, claimed: Array) -> Check:
    import torch

    def at(weights: Any) -> Any:
        z = torch.from_numpy(x) @ weights
        return torch.nn.functional.binary_cross_entropy_with_logits(z, torch.from_numpy(y), reduction="sum")

    automatic = torch.autograd.functional.hessian(at, torch.from_numpy(w))
    return numeric("Hessian", claimed, automatic, oracle="PyTorch's autograd, twice", sizes=_sizes(p))


def _numeric_checks(p: Parameters, x: Array, y: Array, w: Array) -> tuple[Check, ...]:
    second = hessian(x, w)
    smallest, largest = float(np.linalg.eigvalsh(second)[0]), float(np.linalg.eigvalsh(second)[-1])
    floor = 1e-12 * max(largest, 1e-300)
    rank = int(np.linalg.matrix_rank(x))
    twice = hessian(np.column_stack([x, x[:, 0]]), np.append(w, 0.0))
    flat = np.append(np.zeros(p.features), -1.0)
    flat[0] += 1.0
    other = generator(p.seed, "evaluation", 2).standard_normal(p.features)
    gap = [(1 - t) * loss(x, y, w) + t * loss(x, y, other) - loss(x, y, (1 - t) * w + t * other) for t in _INSIDE]
    return (
        _gradient_check(p, x, y, w, gradient(x, y, w)),
        _hessian_check(p, x, y, w, second),
        Check("no eigenvalue below zero", "numeric", smallest >= -floor, f"{_sizes(p)}: the smallest is {smallest:.3e}"),
        Check("strictly convex exactly at full rank", "numeric", (smallest > floor) == (rank == p.features),
              f"{_sizes(p)}: rank {rank}, smallest eigenvalue {smallest:.3e}"),
        numeric("flat where a feature stands twice", twice @ flat, np.zeros(p.features + 1),
                oracle="zero, the curvature along the difference of equal features", sizes=_sizes(p), scale=largest),
        Check("below its chords", "numeric", bool(min(gap) >= -1e-12 * loss(x, y, w)),
              f"{len(gap)} points between two random weights: {min(gap):.3g} below the chord at least"),
    )  # fmt: skip


_INSIDE = tuple(np.linspace(0.05, 0.95, 19))


def _along_lines(p: Parameters, x: Array, y: Array, w: Array) -> tuple[Array, Array, Array]:
    steps = np.linspace(-6.0, 6.0, 61)
    ways = generator(p.seed, "evaluation", 1).standard_normal((p.lines, p.features))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    losses = np.array([[loss(x, y, w + t * way) for t in steps] for way in ways])
    smallest = np.array([[np.linalg.eigvalsh(hessian(x, w + t * way))[0] for t in steps] for way in ways])
    return losses, smallest, steps


def _errata(x: Array, y: Array, w: Array) -> tuple[Erratum, ...]:
    good, bad = gradient(x, y, w)[0], gradient_of_equation_4(x, y, w)[0]
    right, wrong = hessian(x, w)[0, 0], hessian_of_equation_10(x, w)[0, 0]
    return (
        Erratum(
            SOLUTION, "Equation (4) gives the log-sigmoid the derivative q times minus x, with q = exp(-z) / (1 + exp(-z)).",
            "The derivative is q times plus x, as equation (5) then has it.",
            f"First entry of the gradient on these data: {bad:.6f} by equation (4), {good:.6f} by the gradient derived here.",
        ),
        Erratum(
            SOLUTION, "Equation (10) differentiates q to exp(-z) / (1 + exp(-z)) times minus x.",
            "The denominator is squared: exp(-z) / (1 + exp(-z))² times minus x, as equation (11) then has it.",
            f"First entry of the Hessian on these data: {wrong:.6f} by equation (10), {right:.6f} by the Hessian derived here.",
        ),
    )  # fmt: skip


def _numbered(values: NDArray[Any]) -> tuple[tuple[str, ...], ...]:
    return tuple((str(place), f"{value:.6g}") for place, value in enumerate(values, start=1))


def _sizes(p: Parameters) -> str:
    return f"n = {p.rows}, d = {p.features}"
