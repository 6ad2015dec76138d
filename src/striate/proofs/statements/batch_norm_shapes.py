"""The shape of the mean and the variance in batch normalization, after a dense layer and after a convolution.

Each of the C channels is normalized by its own mean and variance, over everything else: over N images, or over N images
and all H W places of each. Source: Ioffe and Szegedy, arXiv 1502.03167, section 3.2.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from striate.base.seeds import generator
from striate.proofs.proof import CONFIG, Check, Proof, Step, Table, exact, numeric, oversized, refuse, symbolic

SOURCE = "CSCE 636 Deep Learning, Assignment 2, question 4"

Array = NDArray[np.float64]


class Parameters(BaseModel):
    """The sizes of the two tensors."""

    model_config = CONFIG

    images: Annotated[int, Field(ge=2, le=10**6)] = 8
    """Images of a batch, N; at least 2, since the variance of one number is 0."""
    height: Annotated[int, Field(ge=1, le=10**5)] = 5
    width: Annotated[int, Field(ge=1, le=10**5)] = 4
    channels: Annotated[int, Field(ge=1, le=10**6)] = 3
    """Channels, or outputs of the dense layer, C."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="after")
    def _fits(self) -> Parameters:
        refuse(oversized("the tensor N H W x C", self.images * self.height * self.width, self.channels))
        return self


def statistics(x: Array) -> tuple[Array, Array]:
    """Return mean and biased variance of ``x`` (..., C) over all axes but the last: two arrays of shape (C,)."""
    axes = tuple(range(x.ndim - 1))
    return x.mean(axis=axes), x.var(axis=axes)


def prove(p: Parameters) -> Proof:
    """Return the proof for N x C and N x H x W x C."""
    tensors = _tensors(p)
    found = {name: statistics(x) for name, x in tensors.items()}
    checks = [_normalized()]
    for name, x in tensors.items():
        checks += _checks(name, x, *found[name])
    return Proof(
        name="batch-norm-shapes",
        title="The shapes of batch-norm statistics",
        statement=f"Mean and variance have one entry for each channel: shape ({p.channels},) for a tensor of {p.images} x "
        f"{p.channels}, and shape ({p.channels},) for one of {p.images} x {p.height} x {p.width} x {p.channels}.",
        statement_latex=r"\mu, \sigma^2 \in \mathbb{R}^{C} \quad \text{for} \quad x \in \mathbb{R}^{N \times C} \quad "
        r"\text{and for} \quad x \in \mathbb{R}^{N \times H \times W \times C}",
        source=SOURCE,
        steps=_steps(),
        checks=tuple(checks),
        limits="That normalized values have mean 0 and mean square 1 is proved symbolically for three numbers; shapes and "
        "values are compared with PyTorch at these sizes, on one random tensor each.",
        tables=(_table(p, tensors),),
        values={name: {"mean": mean, "variance": variance} for name, (mean, variance) in found.items()},
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of two wrong statements: a mean for each image, and a mean for each place of the image."""
    tensors = _tensors(p)
    x, image = tensors["dense"], tensors["convolution"]
    return (
        _checks("dense", x, x.mean(axis=1), x.var(axis=1))[1],
        *_checks("convolution", image, image.mean(axis=0), image.var(axis=0))[:3],
    )


def _tensors(p: Parameters) -> dict[str, Array]:
    shapes = {"dense": (p.images, p.channels), "convolution": (p.images, p.height, p.width, p.channels)}
    draws = enumerate(shapes.items())
    return {name: generator(p.seed, "evaluation", i).normal(1.0, 2.0, shape) for i, (name, shape) in draws}


def _steps() -> tuple[Step, ...]:
    return (
        Step("After a dense layer each output is a feature of its own, seen once in each image.",
             r"\mu_c = \frac{1}{N} \sum_{n=1}^{N} x_{n,c}, \quad \sigma_c^2 = \frac{1}{N} \sum_{n=1}^{N} (x_{n,c} - \mu_c)^2"),
        Step("A convolution computes the same feature at every place. If it is to stay the same feature, every place must be "
             "shifted and scaled alike, so the places are averaged over as well.",
             r"\mu_c = \frac{1}{N H W} \sum_{n,h,w} x_{n,h,w,c}, \quad "
             r"\sigma_c^2 = \frac{1}{N H W} \sum_{n,h,w} (x_{n,h,w,c} - \mu_c)^2"),
        Step("Only the index c is left in both cases; kept for broadcasting, the other axes have length 1.",
             r"1 \times C, \qquad 1 \times 1 \times 1 \times C"),
        Step("The learned scale and shift and the running averages have the same shape.",
             r"\gamma, \beta \in \mathbb{R}^{C}"),
    )  # fmt: skip


def _normalized() -> Check:
    import sympy

    x = sympy.symbols("x0:3", real=True)
    mean: Any = sum(x, sympy.Integer(0)) / 3
    variance: Any = sum(((value - mean) ** 2 for value in x), sympy.Integer(0)) / 3
    normalized = [(value - mean) / sympy.sqrt(variance) for value in x]
    differences = [sum(normalized, sympy.Integer(0)), sum((v**2 for v in normalized), sympy.Integer(0)) / 3 - 1]
    return symbolic("mean 0 and mean square 1", differences, "one channel, three values")


def _checks(name: str, x: Array, mean: Array, variance: Array) -> tuple[Check, ...]:
    """Compare with PyTorch, which puts channels second, and whose running averages are here those of one batch."""
    import torch
    from torch import nn

    count = x.size // x.shape[-1]
    layer: nn.Module = nn.BatchNorm1d(x.shape[-1]) if x.ndim == 2 else nn.BatchNorm2d(x.shape[-1])
    layer = layer.double().requires_grad_(False)
    layer.momentum = 1.0
    out = layer(torch.from_numpy(np.moveaxis(x, -1, 1))).numpy()
    running_mean, running_variance = (layer.get_buffer(f"running_{which}") for which in ("mean", "var"))
    biased = running_variance.numpy() * (count - 1) / count  # the running variance is the unbiased one
    sizes, oracle = " x ".join(map(str, x.shape)), f"PyTorch's {type(layer).__name__}"
    shapes = (mean.shape, variance.shape)
    known = (tuple(running_mean.shape), tuple(running_variance.shape))
    checks = [exact(f"{name}: shapes", shapes, known, oracle=oracle, sizes=sizes)]
    checks.append(numeric(f"{name}: mean", mean, running_mean.numpy(), oracle=oracle, sizes=sizes))
    checks.append(numeric(f"{name}: variance", variance, biased, oracle=oracle, sizes=sizes))
    if mean.shape == x.shape[-1:]:
        normalized = (x - mean) / np.sqrt(variance + layer.eps)
        checks.append(numeric(f"{name}: normalized", normalized, np.moveaxis(out, 1, -1), oracle=oracle, sizes=sizes))
    return tuple(checks)


def _table(p: Parameters, tensors: dict[str, Array]) -> Table:
    rows = tuple(
        (name, " x ".join(map(str, x.shape)), f"({p.channels},)", f"{x.size // p.channels:,}", f"{2 * p.channels:,}")
        for name, x in tensors.items()
    )
    columns = ("after a layer", "tensor", "mean, variance", "values averaged", "scale and shift")
    return Table("The two cases", columns, rows)
