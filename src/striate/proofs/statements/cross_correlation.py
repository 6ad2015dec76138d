"""The Jacobians of a circular cross-correlation, as circulant matrices, and both through the Fourier transform.

z[k] = sum_i x[i] y[(i + k) mod n],    k = 0 ... n - 1
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from striate.base.seeds import generator
from striate.proofs.proof import (
    CONFIG,
    Check,
    Picture,
    Proof,
    Step,
    Table,
    numeric,
    oversized,
    refuse,
    rows_of,
    symbolic,
)

SOURCE = "Homework 2, Convolutional Networks, October 2020, question 1b"
SYMBOLIC_LENGTH = 8
DRAWN = 48

Array = NDArray[np.float64]


class Parameters(BaseModel):
    """The length of both signals."""

    model_config = CONFIG

    length: Annotated[int, Field(ge=1, le=10**9)] = 8
    """Samples of each signal, n."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="after")
    def _fits(self) -> Parameters:
        refuse(oversized("each Jacobian", self.length, self.length))
        return self


def correlate(x: Array, y: Array) -> Array:
    """Return z[k] = sum_i x[i] y[(i + k) mod n] for two signals of shape (n,)."""
    return jacobian_x(y) @ x


def jacobian_x(y: Array) -> Array:
    """Return dz[k]/dx[i] = y[(i + k) mod n] as an n x n matrix: each row is the one above, turned to the left."""
    n = len(y)
    return y[(np.arange(n)[None, :] + np.arange(n)[:, None]) % n]


def jacobian_y(x: Array) -> Array:
    """Return dz[k]/dy[i] = x[(i - k) mod n] as an n x n matrix: each row is the one above, turned to the right."""
    n = len(x)
    return x[(np.arange(n)[None, :] - np.arange(n)[:, None]) % n]


def prove(p: Parameters) -> Proof:
    """Return the proof for signals of length n."""
    x, y = _signals(p)
    by_x, by_y = jacobian_x(y), jacobian_y(x)
    small = min(p.length, SYMBOLIC_LENGTH)
    return Proof(
        name="cross-correlation",
        title="The Jacobians of circular cross-correlation",
        statement="The derivative of z[k] with respect to x[i] is y[(i + k) mod n], and with respect to y[i] it is "
        "x[(i - k) mod n].",
        statement_latex=r"\frac{\partial z[k]}{\partial x[i]} = y[(i + k) \bmod n], \qquad "
        r"\frac{\partial z[k]}{\partial y[i]} = x[(i - k) \bmod n]",
        source=SOURCE,
        steps=_steps(),
        checks=(_symbolic(small), *_jacobians(p, x, y, by_x, by_y), *_spectral(p, x, y, by_x, by_y)),
        limits=f"Proved symbolically for signals of length {small}; the derivation holds for any length, and length "
        f"{p.length} is checked numerically.",
        tables=(_labels("dz/dx", "y", small, 1), _labels("dz/dy", "x", small, -1)),
        pictures=(_picture("dz/dx", "y", by_x), _picture("dz/dy", "x", by_y)),
        values={"x": x, "y": y, "z": by_x @ x, "jacobian_x": by_x, "jacobian_y": by_y},
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of a wrong statement: the two Jacobians exchanged."""
    x, y = _signals(p)
    return _jacobians(p, x, y, jacobian_y(x), jacobian_x(y))


def _signals(p: Parameters) -> tuple[Array, Array]:
    rng = generator(p.seed, "evaluation", 0)
    return rng.standard_normal(p.length), rng.standard_normal(p.length)


def _steps() -> tuple[Step, ...]:
    return (
        Step("The sum is linear in x, and x[i] occurs in it once.",
             r"\frac{\partial z[k]}{\partial x[i]} = y[(i + k) \bmod n]"),
        Step("Let j = (i + k) mod n run instead of i, which it does once around as well.",
             r"z[k] = \sum_{j=0}^{n-1} x[(j - k) \bmod n] \, y[j]"),
        Step("This is linear in y, and y[i] occurs in it once.",
             r"\frac{\partial z[k]}{\partial y[i]} = x[(i - k) \bmod n]"),
        Step("So the module is either of two matrix products.", r"z = J_x(y) \, x = J_y(x) \, y"),
        Step("An entry of the second depends on i - k alone: it is circulant. An entry of the first depends on i + k alone: "
             "it is symmetric, and circulant once its rows are in reverse order.", r"J_x = J_x^T"),
        Step("Backwards, a gradient g of z is correlated with y on its way to x, and convolved with x on its way to y.",
             r"(J_x^T g)[i] = \sum_{k} y[(i + k) \bmod n] \, g[k], \quad (J_y^T g)[i] = \sum_{k} x[(i - k) \bmod n] \, g[k]"),
        Step("The Fourier transform F turns both into products, the bar being the complex conjugate.",
             r"F z = \overline{F x} \cdot F y, \quad F (J_x^T g) = \overline{F g} \cdot F y, \; F (J_y^T g) = F x \cdot F g"),
    )  # fmt: skip


def _symbolic(length: int) -> Check:
    import sympy

    x, y = sympy.symbols(f"x0:{length}"), sympy.symbols(f"y0:{length}")
    around = range(length)
    z = [sum((x[i] * y[(i + k) % length] for i in around), sympy.Integer(0)) for k in around]
    differences = [sympy.diff(z[k], x[i]) - y[(i + k) % length] for k in around for i in around]
    differences += [sympy.diff(z[k], y[i]) - x[(i - k) % length] for k in around for i in around]
    return symbolic("every entry of both Jacobians", differences, f"length {length}")


def _jacobians(p: Parameters, x: Array, y: Array, by_x: Array, by_y: Array) -> tuple[Check, Check]:
    """Compare with autograd, which differentiates the definition one z[k] at a time."""
    import torch

    signal, other = torch.from_numpy(x).requires_grad_(), torch.from_numpy(y).requires_grad_()
    rows = [torch.autograd.grad(signal @ other.roll(-k), (signal, other)) for k in range(p.length)]
    wanted_x, wanted_y = (np.stack([row[which].numpy() for row in rows]) for which in (0, 1))
    oracle, sizes = "PyTorch's autograd of the definition", f"n = {p.length}"
    return (
        numeric("dz/dx", by_x, wanted_x, oracle=oracle, sizes=sizes),
        numeric("dz/dy", by_y, wanted_y, oracle=oracle, sizes=sizes),
    )


def _spectral(p: Parameters, x: Array, y: Array, by_x: Array, by_y: Array) -> tuple[Check, ...]:
    """Compare both products, and both products backwards, with NumPy's fast Fourier transform."""
    sent, sizes = generator(p.seed, "evaluation", 1).standard_normal(p.length), f"n = {p.length}"
    fx, fy, fg = np.fft.fft(x), np.fft.fft(y), np.fft.fft(sent)
    oracle = "NumPy's fast Fourier transform"
    pairs = (
        ("forward, from x", by_x @ x, np.conj(fx) * fy),
        ("forward, from y", by_y @ y, np.conj(fx) * fy),
        ("backward, to x", by_x.T @ sent, np.conj(fg) * fy),
        ("backward, to y", by_y.T @ sent, fx * fg),
    )
    checks = [numeric(name, got, np.fft.ifft(want).real, oracle=oracle, sizes=sizes) for name, got, want in pairs]
    values = np.sort(np.abs(np.linalg.eigvals(by_y))) if p.length <= 256 else None
    if values is not None:
        circulant = numeric(
            "spectrum of the circulant", values, np.sort(np.abs(fx)), oracle=f"|F x| by {oracle}", sizes=sizes
        )
        checks.append(circulant)
    return tuple(checks)


def _labels(title: str, signal: str, length: int, sign: int) -> Table:
    columns = ("", *(f"{title[-1]}{i}" for i in range(length)))
    rows = tuple((f"z{k}", *(f"{signal}{(i + sign * k) % length}" for i in range(length))) for k in range(length))
    return Table(f"{title} at length {length}: which entry of {signal} sits where", columns, rows)


def _picture(title: str, signal: str, jacobian: Array) -> Picture:
    cut = f" ({DRAWN} x {DRAWN} of {len(jacobian):,} x {len(jacobian):,})" if len(jacobian) > DRAWN else ""
    return Picture(
        f"{title}: entries of {signal}{cut}", "heatmap", rows_of(jacobian[:DRAWN, :DRAWN]), x_label="i", y_label="k"
    )
