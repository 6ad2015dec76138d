"""A convolution written as a matrix A, and its backward pass: the transpose B = A', which is a convolution too.

    Y = A X      A[(j, p), (i, q)] = w^ij_k   where q = S p - P + D k, and 0 where no k fits
    dL/dX = B dL/dY,   B = A'

B slides the kernels, flipped and with their channels exchanged, over the output's gradient, between whose cells S - 1 zeros
are put and around which D (K - 1) - P more (where that is negative, cells are cut off instead).
Here p, q and k count from 0; labels count from 1, as in the homework: w11_2 is the second tap from input channel 1 to
output channel 1.
Source: CSCE 636 Deep Learning, Assignment 2, question 5; Dumoulin and Visin, arXiv 1603.07285, chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from striate.base.seeds import generator
from striate.proofs.parts.conv_layout import Layout, pictures, tables, unshown
from striate.proofs.proof import CONFIG, Check, Proof, Step, exact, numerics, oversized, refuse, symbolic

DEFAULT_LENGTH = 4
RANDOM_SIZES = 5
SYMBOLIC_CELLS = 256

Side = Annotated[int, Field(ge=1, le=10**6)]
Reach = Annotated[int, Field(ge=1, le=1024)]


class Parameters(BaseModel):
    """The sizes of the convolution: of length cells, or of height x width. Raises Pydantic's ValidationError."""

    model_config = CONFIG

    channels_in: Side = 2
    channels_out: Side = 2
    kernel: Annotated[int, Field(ge=1, le=256)] = 3
    """Cells of a kernel along each side."""
    length: Side | None = None
    """Cells of a 1-D input; 4 where no size is given."""
    height: Side | None = None
    width: Side | None = None
    stride: Reach = 1
    padding: Annotated[int, Field(ge=0, le=1024)] = 0
    dilation: Reach = 1
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        faults: list[str] = []
        if (self.height is None) != (self.width is None):
            faults.append("height and width go together, and only one of them is given")
        if self.length is not None and (self.height is not None or self.width is not None):
            faults.append("length is for a 1-D input, and height and width are for a 2-D one; give one or the other")
        refuse(faults)
        layout = layout_of(self)
        faults = layout.faults()
        if not faults:
            faults = [fault for what, rows, columns in layout.arrays() for fault in oversized(what, rows, columns)]
        refuse(faults)
        return self


def layout_of(p: Parameters) -> Layout:
    """Return the layout of the convolution that ``p`` describes."""
    sides = (p.length or DEFAULT_LENGTH,) if p.height is None or p.width is None else (p.height, p.width)
    return Layout(p.channels_in, p.channels_out, p.kernel, sides, p.stride, p.padding, p.dilation)


def prove(p: Parameters) -> Proof:
    """Return the matrices at the sizes of ``p``, labelled where they are small, with derivation and checks."""
    layout = layout_of(p)
    w, x, dy = _arrays(layout, p.seed, 0)
    a = layout.matrix(w)
    return Proof(
        name="conv-as-matrix",
        title="A convolution as a matrix, and back",
        statement="A convolution is a matrix A with its weights repeated along diagonals; the backward pass is A transposed, "
        "which is again a convolution, with flipped kernels and exchanged channels.",
        statement_latex=r"\tilde{Y} = A \tilde{X}, \quad \frac{\partial L}{\partial \tilde{X}} = "
        r"A^{\top} \frac{\partial L}{\partial \tilde{Y}}",
        source="CSCE 636 Deep Learning, Assignment 2, question 5",
        steps=STEPS,
        checks=(*_symbolic(layout), *_checks(p, Layout.matrix), _back(p, Layout.backward), _zeros(layout, a)),
        limits=_limits(layout),
        tables=tables(layout),
        pictures=pictures(layout),
        values={
            "shape": layout.shape,
            "nonzeros": layout.nonzeros,
            "kernels": w,
            "kernels_backward": layout.turned(w),
            "X": x,
            "dY": dy,
            "A": a,
            "B": a.T,
            "Y": (a @ x.ravel()).reshape(layout.output),
            "dX": (a.T @ dy.ravel()).reshape(layout.input),
            "padding_backward": layout.reach - layout.padding,
        },
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of a backward convolution whose kernels are not flipped, and of a matrix whose kernels are."""

    def flip(w: np.ndarray) -> np.ndarray:
        return np.flip(w, axis=tuple(range(2, w.ndim)))

    unflipped = _back(p, lambda layout, w, dy: layout.backward(flip(w), dy))
    return unflipped, *_checks(p, lambda layout, w: layout.matrix(flip(w)))


STEPS = (
    Step(
        "Output cell p of channel j sums over input channels i and taps k, counted from 0; cells outside the input are zero.",
        r"y_{j,p} = \sum_i \sum_k w^{ij}_k x_{i,\,S p - P + D k}",
    ),
    Step(
        "Written with all cells in one column, each row of A belongs to an output cell and each column to an input cell. "
        "Block (j, i) of A holds one kernel, and in it every row is the row above, shifted by the stride.",
        r"A_{(j,p),(i,q)} = w^{ij}_k \quad \mathrm{where} \quad q = S p - P + D k",
    ),
    Step(
        "The chain rule, with every output cell's share of an input cell.",
        r"\frac{\partial L}{\partial x_{i,q}} = \sum_{j,p} A_{(j,p),(i,q)} \frac{\partial L}{\partial y_{j,p}}",
    ),
    Step("That is the product with the transpose.", r"B = A^{\top}"),
    Step(
        "Read along a row of B, the tap k falls while p rises: the kernel is met backwards, and j is now what is summed "
        "over.",
        r"\frac{\partial L}{\partial x_{i,q}} = \sum_j \sum_k w^{ij}_k \frac{\partial L}{\partial y_{j,p}}, \quad "
        r"p = \frac{q + P - D k}{S}",
    ),
    Step(
        "With S - 1 zeros between the cells of the gradient and D (K - 1) - P around them, this is a convolution of stride 1 "
        "with the kernels flipped and the channels exchanged.",
        r"\tilde{w}^{ji}_k = w^{ij}_{K - 1 - k}",
    ),
    Step("In the homework's case: two zeros on each side of two cells, and kernels (w3, w2, w1) from j to i."),
)


def _draws(p: Parameters) -> list[tuple[Layout, np.ndarray, np.ndarray, np.ndarray]]:
    """Return the layout asked for and random ones (kernels of two taps or more), with kernels, input and gradient."""
    layouts = [layout_of(p)]
    for i in range(RANDOM_SIZES):
        rng = generator(p.seed, "evaluation", 100 + i)
        channels_in, channels_out, stride, dilation = (int(n) for n in rng.integers(1, 4, 4))
        kernel, padding, dimensions = (int(n) for n in rng.integers((2, 0, 1), (4, 3, 3)))
        sides = tuple(int(n) for n in dilation * (kernel - 1) + 1 + rng.integers(1, 4, dimensions))
        layouts.append(Layout(channels_in, channels_out, kernel, sides, stride, padding, dilation))
    return [(layout, *_arrays(layout, p.seed, 200 + i)) for i, layout in enumerate(layouts)]


def _arrays(layout: Layout, seed: int, case: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return random kernels, input and gradient of the output."""
    rng = generator(seed, "evaluation", case)
    w, x, dy = (rng.standard_normal(shape) for shape in (layout.kernels, layout.input, layout.output))
    return w, x, dy


def _said(p: Parameters) -> str:
    return f"{layout_of(p).said()}; and {RANDOM_SIZES} random sizes, 1-D and 2-D"


def _checks(p: Parameters, matrix: Callable[[Layout, np.ndarray], np.ndarray]) -> tuple[Check, ...]:
    """Compare A with PyTorch's convolution, and its transpose with autograd and the transposed convolution."""
    import torch
    from torch.nn import functional as F

    pairs: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"forward": [], "autograd": [], "transposed": []}
    for layout, w, x, dy in _draws(p):
        forward, transposed = (
            (F.conv1d, F.conv_transpose1d) if len(layout.sides) == 1 else (F.conv2d, F.conv_transpose2d)
        )
        kernels, inputs, gradient = (torch.from_numpy(v)[None] for v in (w, x, dy))
        inputs.requires_grad_()
        steps: dict[str, Any] = {"stride": layout.stride, "padding": layout.padding, "dilation": layout.dilation}
        y = forward(inputs, kernels[0], **steps)
        (slope,) = torch.autograd.grad(y, inputs, gradient)
        back = transposed(gradient, kernels[0], **steps, output_padding=layout.rest)
        a = matrix(layout, w)
        pairs["forward"].append((a @ x.ravel(), np.ravel(y.detach())))
        pairs["autograd"].append((a.T @ dy.ravel(), np.ravel(slope)))
        pairs["transposed"].append((a.T @ dy.ravel(), np.ravel(back)))
    oracles = (
        ("Y = A X", "forward", "PyTorch's convolution"),
        ("dL/dX = A' dL/dY", "autograd", "PyTorch autograd"),
        ("dL/dX = A' dL/dY", "transposed", "PyTorch's transposed convolution"),
    )
    return tuple(numerics(name, pairs[which], oracle=oracle, sizes=_said(p)) for name, which, oracle in oracles)


def _back(p: Parameters, backward: Callable[[Layout, np.ndarray, np.ndarray], np.ndarray]) -> Check:
    """Compare the flipped convolution with the transposed matrix at all cases."""
    pairs = [(backward(layout, w, dy).ravel(), layout.matrix(w).T @ dy.ravel()) for layout, w, _, dy in _draws(p)]
    name = "B is a convolution with flipped kernels"
    return numerics(name, pairs, oracle="the transpose of A", sizes=_said(p))


def _zeros(layout: Layout, a: np.ndarray) -> Check:
    counted = int(np.count_nonzero(a))
    return exact("the entries that are not zero", layout.nonzeros, counted, oracle="a count in A", sizes=layout.said())


def _symbolic(asked: Layout) -> tuple[Check, ...]:
    """Prove all three statements with letters, at the sizes asked for or, where those are large, the homework's."""
    import sympy

    layout = asked if _is_small(asked) else layout_of(Parameters())

    def letters(name: str, shape: tuple[int, ...]) -> np.ndarray:
        return np.array(sympy.symbols(f"{name}:{int(np.prod(shape))}"), dtype=object).reshape(shape)

    w, x, dy = letters("w", layout.kernels), letters("x", layout.input), letters("g", layout.output)
    a, y = layout.matrix(w), layout.forward(w, x)
    loss, back = sympy.expand((dy * y).sum()), a.T @ dy.ravel()
    differences = {
        "Y = A X": a @ x.ravel() - y.ravel(),
        "dL/dX = A' dL/dY": back - np.array([sympy.diff(loss, cell) for cell in x.ravel()]),
        "B is a convolution with flipped kernels": layout.backward(w, dy).ravel() - back,
    }
    return tuple(symbolic(name, map(sympy.expand, zeros), layout.said()) for name, zeros in differences.items())


def _is_small(layout: Layout) -> bool:
    return max(layout.shape[0] * layout.shape[1], layout.weights) <= SYMBOLIC_CELLS


def _limits(layout: Layout) -> str:
    where = (
        "these sizes" if _is_small(layout) else f"{layout_of(Parameters()).said()}, not at the larger sizes asked for"
    )
    return (
        f"Proved symbolically at {where}; others are checked numerically. One image, no bias, no groups, square kernels."
        f"{unshown(layout)}"
    )
