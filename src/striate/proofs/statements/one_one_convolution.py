"""When a 1x1 convolution is the same as scaling its input by one number.

At every pixel a 1x1 convolution is the map y = W x + b on the vector of C channels, with W of shape F x C.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from striate.base.errors import counted
from striate.base.seeds import generator
from striate.proofs.proof import CONFIG, Check, Erratum, Proof, Step, Table, numeric, symbolic

SOURCE = "CS 7150 Deep Learning, Homework 1, summer 2020, question 1"
SOLUTION = "A published solution of CS 7150 Deep Learning, Homework 1, summer 2020, question 1"
SYMBOLIC_CHANNELS = 4

Array = NDArray[np.float64]


class Parameters(BaseModel):
    """Sizes of the convolution and of the random image."""

    model_config = CONFIG

    channels: Annotated[int, Field(ge=1, le=64)] = 3
    """Channels in, C."""
    filters: Annotated[int, Field(ge=1, le=64)] = 3
    """Channels out, F."""
    height: Annotated[int, Field(ge=1, le=64)] = 4
    width: Annotated[int, Field(ge=1, le=64)] = 5
    alpha: Annotated[float, Field(ge=-100.0, le=100.0)] = -1.5
    """The scalar."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0


def convolved(image: Array, weight: Array, bias: Array) -> Array:
    """Return PyTorch's 1x1 convolution of ``image`` (C, H, W) with ``weight`` (F, C) and ``bias`` (F,): (F, H, W)."""
    import torch
    from torch.nn.functional import conv2d

    kernel = torch.from_numpy(weight[:, :, None, None])
    return conv2d(torch.from_numpy(image[None]), kernel, torch.from_numpy(bias))[0].numpy()


def nearest_scalar(weight: Array) -> tuple[float, float]:
    """Return the scalar nearest to a square mixing matrix, trace / C, and the Frobenius distance that stays."""
    alpha = float(np.trace(weight) / len(weight))
    return alpha, float(np.linalg.norm(weight - alpha * np.eye(len(weight))))


def prove(p: Parameters) -> Proof:
    """Return the proof for C channels in and F out."""
    rng = generator(p.seed, "evaluation", 0)
    image = rng.standard_normal((p.channels, p.height, p.width))
    weight = rng.standard_normal((p.channels, p.channels))
    alpha, distance = nearest_scalar(weight)
    checks = [_only_solution(min(p.channels, SYMBOLIC_CHANNELS)), _scales(p, p.channels), _distance(weight)]
    if p.filters != p.channels:
        shape = convolved(image, rng.standard_normal((p.filters, p.channels)), np.zeros(p.filters)).shape
        told = f"{p.filters} x {p.height} x {p.width}, and the image is {p.channels} x {p.height} x {p.width}"
        checks.append(Check("other shape, so no scaling", "numeric", shape != image.shape, f"PyTorch gives {told}"))
    same = p.channels == p.filters
    return Proof(
        name="one-one-convolution",
        title="A 1x1 convolution and scaling by a scalar",
        statement="A 1x1 convolution equals scaling by one number alpha for every input if and only if it has as many "
        "filters as channels, its mixing matrix is alpha times the identity, and its bias is zero.",
        statement_latex=r"W x + b = \alpha x \;\; \forall x \quad \Longleftrightarrow \quad F = C, \; W = \alpha I, \; b = 0",
        source=SOURCE,
        steps=_steps(),
        checks=tuple(checks),
        limits=f"Proved symbolically for {min(p.channels, SYMBOLIC_CHANNELS)} channels (the derivation holds for any "
        f"number); checked numerically on one random image of {p.channels} x {p.height} x {p.width}.",
        tables=(_matrix(p, same),),
        errata=(_erratum(p),),
        values={"weight": weight, "nearest_scalar": alpha, "distance": distance, "can_be_scaling": same},
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of three wrong statements: that a bias of one, mixing, or a second filter changes nothing."""
    biased = _scales(p, p.channels, bias=1.0)
    mixed = _scales(p, p.channels, mixing=1.0)
    return biased, mixed, _scales(p.model_copy(update={"channels": 1}), 2)


def _steps() -> tuple[Step, ...]:
    return (
        Step(
            "A 1x1 window sees one pixel, so the layer is the same affine map of the channels at every pixel.",
            r"y_{f,h,w} = \sum_{c=1}^{C} W_{f,c} \, x_{c,h,w} + b_f",
        ),
        Step("If the matrix is alpha times the identity and the bias is zero, this is the scaling.",
             r"y = \alpha I x = \alpha x"),
        Step("Conversely, let it be a scaling for every x. Then x and y have the same shape.", r"F = C"),
        Step("The zero image must stay zero, so there is no bias.", r"0 = \alpha \cdot 0 = W \cdot 0 + b = b"),
        Step(
            "An image that is one in channel c and zero elsewhere picks column c of the matrix.",
            r"W e_c = \alpha e_c \;\; \forall c \quad \Rightarrow \quad W = \alpha I",
        ),
        Step("One channel in and one out without bias always qualifies: a 1x1 matrix is a multiple of the identity.",
             r"W = (\alpha)"),
        Step(
            "Any other square matrix keeps a distance from all scalings; the nearest one is its mean diagonal entry.",
            r"\min_{\alpha} \Vert W - \alpha I \Vert_F \quad \text{at} \quad \alpha = \frac{\mathrm{tr}\, W}{C}",
        ),
    )  # fmt: skip


@cache
def _only_solution(channels: int) -> Check:
    """Let SymPy solve W x + b = alpha x, for all x, for W and b."""
    import sympy

    x = sympy.symbols(f"x0:{channels}")
    weight = sympy.Matrix(channels, channels, sympy.symbols(f"w0:{channels * channels}"))
    bias = sympy.Matrix(sympy.symbols(f"b0:{channels}"))
    alpha = sympy.Symbol("alpha")
    rest: Any = weight * sympy.Matrix(x) + bias - alpha * sympy.Matrix(x)
    equations = [c for row in rest for c in sympy.Poly(row, *x).coeffs()]
    unknowns = [*weight, *bias]
    solution: Any = next(iter(sympy.linsolve(equations, unknowns)))
    expected = [*(alpha * sympy.eye(channels)), *sympy.zeros(channels, 1)]
    differences = [got - want for got, want in zip(solution, expected, strict=True)]
    return symbolic(
        "alpha I and no bias are the only solution", differences, f"{counted(channels, 'channel')} in and out"
    )


def _scales(p: Parameters, filters: int, *, bias: float = 0.0, mixing: float = 0.0) -> Check:
    """Compare alpha times a part of the identity, with a bias and a share of every channel in every filter, with scaling."""
    image = generator(p.seed, "evaluation", 1).standard_normal((p.channels, p.height, p.width))
    got = convolved(image, p.alpha * np.eye(filters, p.channels) + mixing, np.full(filters, bias))
    sizes = f"{p.channels} x {p.height} x {p.width}, alpha = {p.alpha:g}"
    return numeric("alpha I without bias is the scaling", got, p.alpha * image, oracle="PyTorch's conv2d", sizes=sizes)


def _distance(weight: Array) -> Check:
    """Compare the nearest scalar with least squares over the unit images that PyTorch convolves."""
    channels = len(weight)
    units = np.eye(channels).reshape(channels, channels, 1)  # channel, unit image, one row
    seen = convolved(units, weight, np.zeros(channels)).ravel()
    solved = np.linalg.lstsq(units.reshape(-1, 1), seen, rcond=None)[0][0]
    wanted = (float(solved), float(np.linalg.norm(seen - solved * units.ravel())))
    return numeric(
        "nearest scaling of a random matrix", nearest_scalar(weight), wanted,
        oracle="least squares on PyTorch's conv2d of the unit images", sizes=counted(channels, 'channel'), scale=1.0,
    )  # fmt: skip


def _matrix(p: Parameters, same: bool) -> Table:
    columns = ("", *(f"x{c}" for c in range(1, min(p.channels, 8) + 1)))
    rows = tuple(
        (f"y{f}", *(("α" if f == c else ".") if same else f"w{f}_{c}" for c in range(1, len(columns))))
        for f in range(1, min(p.filters, 8) + 1)
    )
    cut = ", the first 8 rows and columns" if max(p.filters, p.channels) > 8 else ""
    what = "The only mixing matrices that scale" if same else "A mixing matrix that cannot scale: it is not square"
    return Table(what + cut, columns, rows)


def _erratum(p: Parameters) -> Erratum:
    rng = generator(p.seed, "evaluation", 2)
    image = rng.standard_normal((3, 2, 2))
    off = np.abs(convolved(image, p.alpha * np.eye(3), np.zeros(3)) - p.alpha * image).max()
    biased = np.abs(convolved(image[:1], np.array([[p.alpha]]), np.ones(1)) - p.alpha * image[:1]).max()
    maps = convolved(image[:1], np.ones((2, 1)), np.zeros(2)).shape[0]
    return Erratum(
        source=SOLUTION,
        says="The two are the same when the number of input channels is 1.",
        right="One input channel is not enough (a bias or a second filter breaks it), nor is it needed: any number of "
        "channels will do if the mixing matrix is alpha times the identity and there is no bias.",
        example=f"3 channels with {p.alpha:g} times the identity: off by {off:.2g} from scaling; 1 channel with bias 1: "
        f"off by {biased:.3g}; 1 channel with 2 filters: {maps} channels out.",
    )
