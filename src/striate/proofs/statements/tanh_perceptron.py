"""The perceptron with a tanh: the gradient of its squared error, and why it vanishes as the weights grow.

    E(w) = (1/N) sum_n (tanh(w.x_n) - y_n)^2
    grad E(w) = (2/N) sum_n (tanh(w.x_n) - y_n) (1 - tanh^2(w.x_n)) x_n

Along c w with c growing, 1 - tanh^2(c s) <= 4 exp(-2 c |s|), so the gradient dies exponentially wherever w.x_n is not 0.
Source: Abu-Mostafa, Magdon-Ismail and Lin, Learning from Data, e-Chapter 7, exercise 7.7; CSCE 636 Deep Learning,
Assignment 2, question 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from striate.base.seeds import generator
from striate.proofs.proof import CONFIG, Check, Picture, Proof, Step, Table, numerics, symbolic

RANDOM_SIZES = 4
GREATEST_FACTORS = 12
SCALE = 1e-3


class Parameters(BaseModel):
    """The sizes of the data, and the factors by which the weights grow. Raises Pydantic's ValidationError."""

    model_config = CONFIG

    points: Annotated[int, Field(ge=1, le=10_000)] = 8
    """N, the number of data points."""
    dimensions: Annotated[int, Field(ge=1, le=256)] = 2
    """Inputs of the perceptron, without the leading 1."""
    factors: tuple[Annotated[float, Field(gt=0.0, le=1e6)], ...] = Field(
        (1.0, 2.0, 5.0, 10.0, 20.0, 50.0), min_length=1, max_length=GREATEST_FACTORS
    )
    """c, the multiples of w at which error and gradient are measured."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0


def slope(s: np.ndarray) -> np.ndarray:
    """Return 1 - tanh^2(s), as 4 e^-2|s| / (1 + e^-2|s|)^2, which keeps its digits where tanh rounds to 1."""
    small = np.exp(-2 * np.abs(s))
    return 4 * small / (1 + small) ** 2


def error(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """Return E for w (d,), x (N, d), y (N,)."""
    return float(((np.tanh(x @ w) - y) ** 2).mean())


def gradient(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return grad E (d,) for w (d,), x (N, d), y (N,)."""
    s = x @ w
    return 2 / len(x) * ((np.tanh(s) - y) * slope(s)) @ x


def bound(w: np.ndarray, x: np.ndarray) -> float:
    """Return (16/N) sum_n exp(-2 |w.x_n|) |x_n|, which the gradient's norm cannot exceed when labels are in [-1, 1]."""
    return float((16 * np.exp(-2 * np.abs(x @ w)) * np.linalg.norm(x, axis=1)).mean())


def prove(p: Parameters) -> Proof:
    """Return the derivation with its checks, and error and gradient along c w for the factors of ``p``."""
    w, x, y = _data(p.points, p.dimensions, p.seed, 0)
    factors = np.array(p.factors)
    errors = np.array([error(c * w, x, y) for c in factors])
    norms = np.array([np.linalg.norm(gradient(c * w, x, y)) for c in factors])
    bounds = np.array([bound(c * w, x) for c in factors])
    return Proof(
        name="tanh-perceptron",
        title="The gradient of a perceptron with a tanh",
        statement="The gradient of the squared error carries the factor 1 - tanh^2, so it vanishes as the weights grow, "
        "also where the error is large.",
        statement_latex=r"\nabla E(w) = \frac{2}{N} \sum_{n=1}^{N} \left(\tanh(w^{\top} x_n) - y_n\right) "
        r"\left(1 - \tanh^2(w^{\top} x_n)\right) x_n",
        source="Learning from Data, exercise 7.7; CSCE 636 Deep Learning, Assignment 2, question 1",
        steps=STEPS,
        checks=(*_symbolic(), _check(p, gradient), _differences(p), _vanishing(norms, bounds, p)),
        limits="The gradient is proved symbolically for two points in two dimensions, the limit for one unit with positive "
        "w.x; other sizes are checked numerically. Where w.x_n is exactly 0 for a point, its part of the gradient stays.",
        tables=(_table(factors, errors, norms, bounds),),
        pictures=(_picture(factors, norms, bounds),),
        values={
            "w": w,
            "x": x,
            "y": y,
            "gradient": gradient(w, x, y),
            "error": error(w, x, y),
            "factors": factors,
            "errors": errors,
            "norms": norms,
            "bounds": bounds,
        },
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of a gradient with 1 - tanh instead of 1 - tanh^2, and of one without the 2 of the square."""

    def unsquared(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        s = x @ w
        return 2 / len(x) * ((np.tanh(s) - y) * (1 - np.tanh(s))) @ x

    return _check(p, unsquared), _check(p, lambda w, x, y: gradient(w, x, y) / 2)


STEPS = (
    Step(
        "The error is a mean of squares.",
        r"E(w) = \frac{1}{N} \sum_{n=1}^{N} \left(\tanh(w^{\top} x_n) - y_n\right)^2",
    ),
    Step("The derivative of the hyperbolic tangent.", r"\frac{d}{ds} \tanh(s) = 1 - \tanh^2(s)"),
    Step("The signal is linear in the weights.", r"\frac{\partial}{\partial w} w^{\top} x_n = x_n"),
    Step(
        "The chain rule joins the three.",
        r"\nabla E(w) = \frac{2}{N} \sum_{n=1}^{N} \left(\tanh(w^{\top} x_n) - y_n\right) "
        r"\left(1 - \tanh^2(w^{\top} x_n)\right) x_n",
    ),
    Step(
        "The middle factor dies exponentially on both sides of zero.",
        r"1 - \tanh^2(s) = \frac{4 e^{-2 |s|}}{(1 + e^{-2 |s|})^2} \leq 4 e^{-2 |s|}",
    ),
    Step(
        "With labels between -1 and 1 the first factor is at most 2, which bounds the gradient.",
        r"\Vert \nabla E(c w) \Vert \leq \frac{16}{N} \sum_{n=1}^{N} e^{-2 c |w^{\top} x_n|} \Vert x_n \Vert "
        r"\rightarrow 0 \quad (c \rightarrow \infty)",
    ),
    Step("So weights that start large stay where they are, right or wrong; those that start small can learn."),
)


def _data(points: int, dimensions: int, seed: int, case: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return w (d+1,), x (N, d+1) with a leading 1, and labels of +1 and -1 drawn without regard to w."""
    rng = generator(seed, "evaluation", case)
    x = np.column_stack([np.ones(points), rng.standard_normal((points, dimensions))])
    return rng.standard_normal(dimensions + 1), x, rng.choice([-1.0, 1.0], points)


def _cases(p: Parameters) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    cases = [_data(p.points, p.dimensions, p.seed, 0)]
    for i in range(1, RANDOM_SIZES + 1):
        points, dimensions = (int(n) for n in generator(p.seed, "evaluation", 100 + i).integers(1, 9, 2))
        cases.append(_data(points, dimensions, p.seed, i))
    return cases


@cache
def _symbolic() -> tuple[Check, Check]:
    import sympy

    w, x, y = sympy.Matrix(sympy.symbols("w:2")), sympy.Matrix(2, 2, sympy.symbols("x:4")), sympy.symbols("y:2")
    signals = [(x.row(n) * w)[0] for n in range(2)]
    squared = sum((sympy.tanh(s) - t) ** 2 for s, t in zip(signals, y, strict=True)) / 2
    differences = [
        sympy.diff(squared, w[i])
        - sum((sympy.tanh(s) - y[n]) * (1 - sympy.tanh(s) ** 2) * x[n, i] for n, s in enumerate(signals))
        for i in range(2)
    ]
    s, c = sympy.symbols("s c", positive=True)
    identity = (1 - sympy.tanh(s) ** 2 - 4 * sympy.exp(-2 * s) / (1 + sympy.exp(-2 * s)) ** 2).rewrite(sympy.exp)
    limit = sympy.limit((1 - sympy.tanh(c) ** 2).rewrite(sympy.exp), c, sympy.oo)
    return (
        symbolic("the gradient", differences, "two points in two dimensions"),
        symbolic("the slope and its limit", [identity, limit], "one unit"),
    )


def _check(p: Parameters, formula: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> Check:
    import torch

    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for case in _cases(p):
        w, x, y = (torch.from_numpy(a) for a in case)
        w.requires_grad_()
        (slopes,) = torch.autograd.grad(((torch.tanh(x @ w) - y) ** 2).mean(), w)
        pairs.append((formula(*case), slopes.numpy()))
    # Autograd takes the slope as 1 - tanh^2, which has an absolute error of 1e-16 where the gradient vanishes.
    return numerics("the gradient", pairs, oracle="PyTorch autograd", sizes=_said(p), scale=SCALE)


def _differences(p: Parameters) -> Check:
    step = 1e-5
    pairs = [
        (
            gradient(w, x, y),
            [(error(w + step * axis, x, y) - error(w - step * axis, x, y)) / (2 * step) for axis in np.eye(len(w))],
        )
        for w, x, y in _cases(p)
    ]
    return numerics("the gradient", pairs, oracle="central differences", sizes=_said(p), tolerance=1e-7, scale=1.0)


def _said(p: Parameters) -> str:
    return f"{p.points} points in {p.dimensions} dimensions, and {RANDOM_SIZES} random sizes"


def _vanishing(norms: np.ndarray, bounds: np.ndarray, p: Parameters) -> Check:
    held = bool(np.all(norms <= bounds * (1 + 1e-12)))
    last = p.factors[-1]
    detail = f"at {len(norms)} multiples of w; at {last:g} w the norm is {norms[-1]:.1e}, the bound {bounds[-1]:.1e}"
    return Check("the gradient stays below its bound", "numeric", held, detail)


def _table(factors: np.ndarray, errors: np.ndarray, norms: np.ndarray, bounds: np.ndarray) -> Table:
    rows = zip(factors, errors, norms, bounds, strict=True)
    return Table(
        "Error and gradient at c w, with labels drawn without regard to w",
        ("c", "E(c w)", "norm of the gradient", "bound"),
        tuple((f"{c:g}", f"{e:.4f}", f"{norm:.3e}", f"{most:.3e}") for c, e, norm, most in rows),
    )


def _picture(factors: np.ndarray, norms: np.ndarray, bounds: np.ndarray) -> Picture:
    def powers(values: np.ndarray) -> tuple[float, ...]:
        return tuple(float(v) for v in np.log10(np.maximum(values, 1e-300)))

    return Picture(
        title="The gradient dies exponentially as w grows",
        kind="lines",
        values=(powers(norms), powers(bounds)),
        x=tuple(float(c) for c in factors),
        names=("norm", "bound"),
        x_label="c, multiple of w",
        y_label="power of ten",
    )
