"""Batch normalization: the derivatives of the mean, of the deviation and of the loss with respect to an input.

    Y_i = gamma (X_i - mu) / sigma + beta     sigma^2 = (1/D) sum_j (X_j - mu)^2 + epsilon
    dmu/dX_i = 1/n     dsigma/dX_i = (X_i - mu) / (D sigma)
    dL/dX_i = (gamma/sigma) (G_i - mean G) - gamma (X_i - mu) / (D sigma^3) * sum_j G_j (X_j - mu),   G = dL/dY

The standard form (Ioffe and Szegedy, arXiv 1502.03167, algorithm 1) has D = n, for each feature; the homework's has
D = 1, gamma = 1 and beta = 0.
Source: EECS 498/598 Deep Learning, Homework 1, 2019, question 1.4.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from striate.base.seeds import generator
from striate.proofs.parts.normalizing import FORMS, Batch, Form, backward, deviation, divisor, outputs, slope
from striate.proofs.proof import CONFIG, Check, Erratum, Proof, Step, Table, numerics, symbolic

SOURCE = "EECS 498/598 Deep Learning, Homework 1, 2019, question 1.4"
RANDOM_SIZES = 4


class Parameters(BaseModel):
    """The sizes of the batch. Raises Pydantic's ValidationError."""

    model_config = CONFIG

    images: Annotated[int, Field(ge=2, le=1024)] = 4
    """n, the inputs over which mean and deviation are taken; a single one has no deviation."""
    features: Annotated[int, Field(ge=1, le=256)] = 3
    epsilon: Annotated[float, Field(gt=0.0, le=1.0)] = 1e-5
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0


def prove(p: Parameters) -> Proof:
    """Return the derivation, with its checks at the sizes of ``p`` and the variance that each form gives."""
    batch = _batch(p.images, p.features, p.epsilon, p.seed, 0)
    variances: dict[Form, np.ndarray] = {form: outputs(batch, form).var(axis=0) for form in FORMS}
    return Proof(
        name="batch-norm-gradient",
        title="The gradient of batch normalization",
        statement="Batch normalization removes from the gradient its mean and its part along the normalized input, and "
        "divides the rest by the deviation.",
        statement_latex=r"\frac{\partial L}{\partial X_i} = \frac{\gamma}{\sigma} \left( G_i - \frac{1}{n} \sum_j G_j "
        r"- \frac{X_i - \mu}{n \sigma^2} \sum_j G_j (X_j - \mu) \right)",
        source=SOURCE,
        steps=STEPS,
        checks=(
            *_symbolic(),
            *(_check(p, form, backward) for form in FORMS),
            _standard(p, "standard"),
            _variance(batch),
        ),
        limits="Proved symbolically for three inputs of one feature, and the norm over all features for two inputs of two; "
        "every other size is checked numerically. At test time the statistics are constants and the gradient is "
        "gamma / sigma times that of the output, which is not part of this statement.",
        tables=(_table(batch, variances),),
        errata=(_erratum(batch, variances),),
        values={
            "X": batch.x,
            "dY": batch.gradient,
            "gamma": batch.gamma,
            "mu": batch.x.mean(axis=0),
            "dmu": 1 / p.images,
            **{f"sigma, {form}": deviation(batch, form)[0] for form in FORMS},
            **{f"dsigma, {form}": slope(batch, form) for form in FORMS},
            **{f"dX, {form}": backward(batch, form) for form in FORMS},
            **{f"variance, {form}": variances[form] for form in FORMS},
        },
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of a gradient that takes sigma for a constant, and of the printed form taken for the standard one."""

    def constant(batch: Batch, form: Form) -> np.ndarray:
        centred = batch.gradient - batch.gradient.mean(axis=0)
        return batch.gamma * centred / deviation(batch, form)

    return _check(p, "standard", constant), _standard(p, "printed"), _standard(p, "printed, as a norm")


STEPS = (
    Step("The mean contains each input once.", r"\frac{\partial \mu}{\partial X_i} = \frac{1}{n}"),
    Step(
        "The square of sigma is the mean square of the centred inputs; D = n in the standard form, D = 1 as printed.",
        r"\sigma^2 = \frac{1}{D} \sum_j (X_j - \mu)^2 + \epsilon",
    ),
    Step(
        "Differentiate both sides. The part through the mean falls out, since the centred inputs sum to zero.",
        r"2 \sigma \frac{\partial \sigma}{\partial X_i} = \frac{2}{D} \left( (X_i - \mu) - "
        r"\frac{1}{n} \sum_j (X_j - \mu) \right) = \frac{2}{D} (X_i - \mu)",
    ),
    Step(
        "So sigma grows along the centred input.", r"\frac{\partial \sigma}{\partial X_i} = \frac{X_i - \mu}{D \sigma}"
    ),
    Step(
        "Every output depends on every input, in three ways: directly, through the mean, through sigma.",
        r"\frac{\partial Y_j}{\partial X_i} = \gamma \left( \frac{\delta_{ij} - 1/n}{\sigma} - "
        r"\frac{(X_j - \mu)(X_i - \mu)}{D \sigma^3} \right)",
    ),
    Step(
        "Weight by G, the gradient of the output, and sum over the outputs.",
        r"\frac{\partial L}{\partial X_i} = \frac{\gamma}{\sigma} \left( G_i - \frac{1}{n} \sum_j G_j \right) - "
        r"\frac{\gamma (X_i - \mu)}{D \sigma^3} \sum_j G_j (X_j - \mu)",
    ),
    Step(
        "Scale and shift belong to the standard form, and receive gradients of their own.",
        r"\frac{\partial L}{\partial \gamma} = \sum_j G_j \frac{X_j - \mu}{\sigma}, \quad "
        r"\frac{\partial L}{\partial \beta} = \sum_j G_j",
    ),
    Step(
        "Read with the norm, as printed, sigma is one number for all features; the products in the last sum are then "
        "inner products of vectors.",
        r"\sigma^2 = \sum_j \Vert X_j - \mu \Vert^2 + \epsilon",
    ),
)


def _batch(images: int, features: int, epsilon: float, seed: int, case: int) -> Batch:
    rng = generator(seed, "evaluation", case)
    x, gradient = rng.standard_normal((2, images, features))
    return Batch(2 * x + 1, gradient, rng.uniform(0.5, 2.0, features), epsilon)


@cache
def _symbolic() -> tuple[Check, ...]:
    import sympy

    checks: list[Check] = []
    sizes: dict[Form, tuple[int, int]] = {"standard": (3, 1), "printed": (3, 1), "printed, as a norm": (2, 2)}
    for form, (n, features) in sizes.items():
        x, g = (
            np.array(sympy.symbols(f"{letter}:{n * features}", real=True), dtype=object).reshape(n, features)
            for letter in "xg"
        )
        gamma, epsilon = sympy.symbols("gamma epsilon", positive=True)
        batch = Batch(x, g, np.array([gamma] * features), epsilon)
        root = np.frompyfunc(sympy.sqrt, 1, 1)
        mean, sigma = x.sum(axis=0) / n, deviation(batch, form, root)
        loss = ((batch.gamma if form == "standard" else 1) * g * (x - mean) / sigma).sum()
        slopes = (x - mean) / (divisor(batch, form) * sigma)
        pairs = [(sympy.diff(sigma.ravel()[0], v), s) for v, s in zip(x.ravel(), slopes.ravel(), strict=True)]
        pairs += [(sympy.diff(mean[0], v), sympy.Rational(1, n)) for v in x[:, 0]]
        gradients = backward(batch, form, root)
        pairs += [(sympy.diff(loss, v), d) for v, d in zip(x.ravel(), gradients.ravel(), strict=True)]
        if form == "standard":
            pairs.append((sympy.diff(loss, gamma), (g * (x - mean) / sigma).sum()))
        checks.append(
            symbolic(f"mean, deviation and loss, {form}", [a - b for a, b in pairs], f"n = {n}, {features} wide")
        )
    return tuple(checks)


def _check(p: Parameters, form: Form, gradient: Callable[[Batch, Form], np.ndarray]) -> Check:
    """Compare ``gradient`` with autograd through the definition, at the sizes asked for and at random ones."""
    import torch

    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    terms: list[float] = []
    for case in range(RANDOM_SIZES + 1):
        n, features = (int(k) for k in generator(p.seed, "evaluation", 100 + case).integers((3, 1), (9, 6)))
        sizes = (p.images, p.features) if case == 0 else (n, features)
        batch = _batch(*sizes, p.epsilon, p.seed, case)
        x = torch.from_numpy(batch.x).requires_grad_()
        centred = x - x.mean(0)
        squares = (centred**2).sum() if form == "printed, as a norm" else (centred**2).sum(0)
        y = centred / torch.sqrt(squares / divisor(batch, form) + p.epsilon)
        scale = torch.from_numpy(batch.gamma) if form == "standard" else 1.0
        (slope,) = torch.autograd.grad(y * scale, x, torch.from_numpy(batch.gradient))
        pairs.append((gradient(batch, form), slope.numpy()))
        terms.append(_terms(batch, form))
    sizes = f"n = {p.images}, {p.features} wide, and {RANDOM_SIZES} random sizes"
    return numerics(f"dL/dX, {form}", pairs, oracle="PyTorch autograd", sizes=sizes, scale=max(terms))


def _terms(batch: Batch, form: Form) -> float:
    """Return the size of the terms of dL/dX, which all but cancel where n is 2 and epsilon small."""
    return float((np.abs(batch.gradient).max(axis=0) * batch.gamma / deviation(batch, form)).max())


def _standard(p: Parameters, form: Form) -> Check:
    """Compare a form with PyTorch's own layer: which of them the field uses is thereby checked."""
    import torch
    from torch.nn import functional as F

    batch = _batch(p.images, p.features, p.epsilon, p.seed, 0)
    x, gamma = (torch.from_numpy(a).requires_grad_() for a in (batch.x, batch.gamma))
    beta = torch.zeros(p.features, dtype=torch.float64, requires_grad=True)
    y = F.batch_norm(x, None, None, gamma, beta, training=True, eps=p.epsilon)
    scale = (batch.gradient * outputs(batch, form)).sum(axis=0)
    ours = (batch.gamma * outputs(batch, form), backward(batch, form), scale, batch.gradient.sum(axis=0))
    theirs = (y.detach(), *torch.autograd.grad(y, (x, gamma, beta), torch.from_numpy(batch.gradient)))
    pairs = [(a, b.numpy()) for a, b in zip(ours, theirs, strict=True)]
    return numerics(
        "the standard form with gamma and beta",
        pairs,
        oracle="PyTorch's batch_norm",
        sizes=f"n = {p.images}, {p.features} wide",
        scale=_terms(batch, form),
    )


def _variance(batch: Batch) -> Check:
    """Compare the measured variance of both outputs with V / (V + epsilon) and V / (n V + epsilon)."""
    n, variance = len(batch.x), batch.x.var(axis=0)
    wanted = [variance / (variance + batch.epsilon), variance / (n * variance + batch.epsilon)]
    got = [outputs(batch, form).var(axis=0) for form in ("standard", "printed")]
    oracle = "V / (V + epsilon) and V / (n V + epsilon)"
    return numerics("the variance of the output", zip(got, wanted, strict=True), oracle=oracle)


def _table(batch: Batch, variances: dict[Form, np.ndarray]) -> Table:
    return Table(
        f"The first feature of {len(batch.x)} inputs, normalized in each form",
        ("form", "sigma", "variance of the output", "dL/dX_1"),
        tuple(
            (
                form,
                f"{deviation(batch, form)[0, 0]:.6f}",
                f"{variances[form][0]:.6f}",
                f"{backward(batch, form)[0, 0]:.6f}",
            )
            for form in FORMS
        ),
    )


def _erratum(batch: Batch, variances: dict[Form, np.ndarray]) -> Erratum:
    n = len(batch.x)
    printed, standard = variances["printed"][0], variances["standard"][0]
    together = variances["printed, as a norm"].sum()
    return Erratum(
        source=SOURCE,
        says="sigma is the root of the sum of squared distances plus epsilon, and Y = (X - mu) / sigma.",
        right="The standard form divides that sum by n, feature by feature, and scales and shifts: "
        "Y = gamma (X - mu) / sigma + beta. Without the 1/n the output has variance 1/n instead of 1.",
        example=f"With n = {n} the first feature's output has variance {printed:.6f} as printed (1/n is {1 / n:.6f}) and "
        f"{standard:.6f} in the standard form; read as one norm over all {batch.x.shape[1]} features, the variances of "
        f"all of them together sum to {together:.6f}.",
    )
