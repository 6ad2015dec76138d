"""The gradients of a convolution layer, written with the operations full, valid and filt of `striate.proofs.parts.filtering`.

    Y_nf = sum_c filt(X_nc, W_fc)    dX_nc = sum_f full(W_fc, dY_nf)    dW_fc = sum_n filt(X_nc, dY_nf)

Source: EECS 498/598 Deep Learning, Homework 1, 2019, question 1.5.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from striate.base.seeds import generator
from striate.proofs.parts import filtering
from striate.proofs.parts.filtering import cells, filt, filt_size, full, full_size, summed
from striate.proofs.proof import CONFIG, Check, Erratum, Proof, Step, misfits, numerics, refuse, symbolic

SOURCE = "EECS 498/598 Deep Learning, Homework 1, 2019, question 1.5"
RANDOM_SIZES = 4

Few = Annotated[int, Field(ge=1, le=8)]
Side = Annotated[int, Field(ge=1, le=64)]


class Parameters(BaseModel):
    """The sizes of the layer, N C H W and F C H' W'. Raises Pydantic's ValidationError."""

    model_config = CONFIG

    images: Few = 2
    channels: Few = 2
    filters: Few = 3
    height: Side = 5
    width: Side = 6
    kernel_height: Side = 3
    kernel_width: Side = 2
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        faults = misfits({"height": self.height}, self.kernel_height)
        refuse(faults + misfits({"width": self.width}, self.kernel_width))
        return self


def forward(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return Y (N, F, H-H'+1, W-W'+1) for X (N, C, H, W) and W (F, C, H', W')."""
    return summed(filt, x, w)


def input_gradient(w: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Return dL/dX (N, C, H, W) for W (F, C, H', W') and dL/dY (N, F, H-H'+1, W-W'+1)."""
    return summed(full, w.swapaxes(0, 1), dy).swapaxes(0, 1)


def kernel_gradient(x: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Return dL/dW (F, C, H', W') for X (N, C, H, W) and dL/dY (N, F, H-H'+1, W-W'+1)."""
    return summed(filt, x.swapaxes(0, 1), dy.swapaxes(0, 1)).swapaxes(0, 1)


def prove(p: Parameters) -> Proof:
    """Return the derivation, with its checks and the sizes of every operation at those of ``p``."""
    x, w, dy = _example(_sizes(p), p.seed, 0)
    claims = tuple(_check(p, name, claim) for name, claim in CLAIMS.items())
    return Proof(
        name="convolution-gradients",
        title="The gradients of a convolution layer",
        statement="The layer filters its input with the kernels; its input's gradient is a full convolution of the kernels "
        "with the output's, and the kernels' gradient filters the input with the output's.",
        statement_latex=r"Y_{n,f} = \sum_c X_{n,c} \ast_{\mathrm{filt}} W_{f,c}, \quad "
        r"\frac{\partial L}{\partial X_{n,c}} = \sum_f W_{f,c} \ast_{\mathrm{full}} "
        r"\frac{\partial L}{\partial Y_{n,f}}, \quad "
        r"\frac{\partial L}{\partial W_{f,c}} = \sum_n X_{n,c} \ast_{\mathrm{filt}} \frac{\partial L}{\partial Y_{n,f}}",
        source=SOURCE,
        steps=STEPS,
        checks=(_symbolic(), *_operations(p), *claims, *filtering.full_layer_checks(_cases(p), p.seed)),
        limits="Proved symbolically for one image, two channels, two filters, 3 x 4 cells and kernels of 2 x 2; else checked "
        "numerically. Stride 1, no padding, no bias, as in the homework; conv-as-matrix has strides, padding and dilation.",
        tables=(filtering.sizes((p.height, p.width), (p.kernel_height, p.kernel_width)),),
        errata=_errata(p),
        values={"X": x, "W": w, "dY": dy, **{name: claim(x, w, dy) for name, claim in CLAIMS.items()}},
    )


Claim = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # of X, W and dY
CLAIMS: dict[str, Claim] = {
    "Y": lambda x, w, dy: forward(x, w),
    "dX": lambda x, w, dy: input_gradient(w, dy),
    "dW": lambda x, w, dy: kernel_gradient(x, dy),
}


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of what the homework printed, and of dL/dX with the kernels flipped once more."""

    def printed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return filt(a, b) if min(filt_size(a.shape, b.shape)) > 0 else np.zeros((0, 0))

    return (
        _check(p, "Y", lambda x, w, dy: summed(full, x, w)),
        _check(p, "dX", lambda x, w, dy: summed(printed, dy, w.swapaxes(0, 1))),
        _check(p, "dW", lambda x, w, dy: summed(printed, dy.swapaxes(0, 1), x.swapaxes(0, 1))),
        _check(p, "dX", lambda x, w, dy: input_gradient(w[:, :, ::-1, ::-1], dy)),
        *filtering.full_layer_checks(_cases(p), p.seed, turned=True),
    )


STEPS = (
    Step(
        "Full convolution sets no limit to the overlap; cells outside count as zero.",
        r"(a \ast_{\mathrm{full}} b)_{i,j} = \sum_{m,n} a_{m,n} b_{i-m+1,\,j-n+1}",
    ),
    Step(
        "Valid keeps of it what needs no cells from outside.",
        r"(a \ast_{\mathrm{valid}} b)_{i,j} = \sum_{m,n} a_{m,n} b_{i-m+H',\,j-n+W'}",
    ),
    Step(
        "Filtering slides b over a as it is, not flipped; elsewhere it is called cross-correlation.",
        r"(a \ast_{\mathrm{filt}} b)_{i,j} = \sum_{m,n} a_{i+m-1,\,j+n-1} b_{m,n}",
    ),
    Step(
        "Turning b by half a turn exchanges the last two.",
        r"a \ast_{\mathrm{valid}} b = a \ast_{\mathrm{filt}} \tilde{b}, \quad \tilde{b}_{m,n} = b_{H'-m+1,\,W'-n+1}",
    ),
    Step(
        "The layer filters, and sums over its input channels.",
        r"Y_{n,f,i,j} = \sum_{c,p,q} X_{n,c,i+p-1,j+q-1} W_{f,c,p,q}",
    ),
    Step(
        "An input cell (k, l) enters output (i, j) through the weight (k-i+1, l-j+1), where there is one. That is the "
        "sum of a full convolution.",
        r"\frac{\partial L}{\partial X_{n,c,k,l}} = \sum_{f,i,j} \frac{\partial L}{\partial Y_{n,f,i,j}} "
        r"W_{f,c,k-i+1,l-j+1}",
    ),
    Step(
        "A weight (p, q) enters every output (i, j), each time with the input cell (i+p-1, j+q-1). That is filtering, "
        "with the gradient of the output as the kernel.",
        r"\frac{\partial L}{\partial W_{f,c,p,q}} = \sum_{n,i,j} X_{n,c,i+p-1,j+q-1} "
        r"\frac{\partial L}{\partial Y_{n,f,i,j}}",
    ),
    Step("A layer that used valid instead would hold every kernel flipped, and compute the same."),
    Step(
        "If the layer is instead the full convolution that is printed, its output has the size (H+H'-1) x (W+W'-1), the input "
        "cell (k, l) enters it at (i, j) through the weight (i-k+1, j-l+1), and both gradients are as printed.",
        r"\frac{\partial L}{\partial X_{n,c}} = \sum_f \frac{\partial L}{\partial Y_{n,f}} \ast_{\mathrm{filt}} W_{f,c}, "
        r"\quad \frac{\partial L}{\partial W_{f,c}} = \sum_n \frac{\partial L}{\partial Y_{n,f}} \ast_{\mathrm{filt}} X_{n,c}",
    ),
)

Sizes = tuple[int, int, int, int, int, int, int]  # N C F H W H' W'


def _sizes(p: Parameters) -> Sizes:
    return p.images, p.channels, p.filters, p.height, p.width, p.kernel_height, p.kernel_width


def _cases(p: Parameters) -> list[Sizes]:
    """Return the sizes asked for, and random ones with kernels of more than one cell."""
    cases = [_sizes(p)]
    for i in range(RANDOM_SIZES):
        n, c, f, more_h, more_w, kh, kw = generator(p.seed, "evaluation", 100 + i).integers(
            (1, 1, 1, 0, 0, 2, 1), (4, 4, 4, 4, 4, 4, 4)
        )
        cases.append((int(n), int(c), int(f), int(kh + more_h), int(kw + more_w), int(kh), int(kw)))
    return cases


def _example(sizes: Sizes, seed: int, case: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, c, f, h, w, kh, kw = sizes
    rng = generator(seed, "evaluation", case)
    shapes = ((n, c, h, w), (f, c, kh, kw), (n, f, h - kh + 1, w - kw + 1))
    x, kernels, dy = (rng.standard_normal(shape) for shape in shapes)
    return x, kernels, dy


@cache
def _symbolic() -> Check:
    import sympy

    def letters(name: str, *shape: int) -> np.ndarray:
        return np.array(sympy.symbols(f"{name}:{int(np.prod(shape))}"), dtype=object).reshape(shape)

    x, w, dy = letters("x", 1, 2, 3, 4), letters("w", 2, 2, 2, 2), letters("g", 1, 2, 2, 3)
    loss = sympy.expand((dy * forward(x, w)).sum())
    pairs = [
        (variable, ours)
        for variables, gradients in ((x, input_gradient(w, dy)), (w, kernel_gradient(x, dy)))
        for variable, ours in zip(variables.ravel(), gradients.ravel(), strict=True)
    ]
    differences = [sympy.expand(sympy.diff(loss, variable) - ours) for variable, ours in pairs]
    return symbolic("dL/dX and dL/dW", differences, "X 1x2x3x4, W 2x2x2x2")


def _operations(p: Parameters) -> tuple[Check, ...]:
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for case, (_, _, _, h, w, kh, kw) in enumerate(_cases(p)):
        rng = generator(p.seed, "evaluation", 200 + case)
        pairs.append((rng.standard_normal((h, w)), rng.standard_normal((kh, kw))))
    a, b = cells((p.height, p.width)), cells((p.kernel_height, p.kernel_width))
    return filtering.checks(pairs, f"{a} and {b}, and {RANDOM_SIZES} random sizes")


def _check(p: Parameters, name: str, claim: Claim) -> Check:
    """Compare ``claim`` of Y, dX or dW with PyTorch's convolution and its autograd at all cases."""
    import torch
    from torch.nn import functional as F

    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for case, sizes in enumerate(_cases(p)):
        x, w, dy = _example(sizes, p.seed, case)
        inputs, kernels = (torch.from_numpy(a).requires_grad_() for a in (x, w))
        y = F.conv2d(inputs, kernels)
        dx, dw = torch.autograd.grad(y, (inputs, kernels), torch.from_numpy(dy))
        pairs.append((claim(x, w, dy), {"Y": y.detach(), "dX": dx, "dW": dw}[name].numpy()))
    n, c, f, h, width, kh, kw = _sizes(p)
    shapes = f"X {n}x{c}x{h}x{width}, W {f}x{c}x{kh}x{kw}, and {RANDOM_SIZES} random sizes"
    oracle = "PyTorch's convolution" if name == "Y" else "PyTorch autograd"
    return numerics(name if name == "Y" else f"dL/{name}", pairs, oracle=oracle, sizes=shapes)


def _errata(p: Parameters) -> tuple[Erratum, ...]:
    x, w = (p.height, p.width), (p.kernel_height, p.kernel_width)
    y = filt_size(x, w)
    agree = " Only a kernel of one cell makes the sizes agree." if w == (1, 1) else ""
    layer = Erratum(
        SOURCE,
        "Y is the sum of full convolutions of X with W, of size H-H'+1.",
        "Y is the sum of X filt W (equally: X valid W with W flipped), which has that size; or else its size is H+H'-1, "
        "and the gradients are as printed.",
        f"X of {cells(x)} with W of {cells(w)}: full gives {cells(full_size(x, w))}, filt {cells(y)}, "
        f"and H-H'+1 by W-W'+1 is {cells(y)}.{agree}",
    )
    gradients = (
        ("X", "f", x, "W", w, "W full dL/dY", full_size(w, y)),
        ("W", "n", w, "X", x, "X filt dL/dY", filt_size(x, y)),
    )
    return layer, *(
        Erratum(
            SOURCE,
            f"dL/d{name} is the sum over {over} of dL/dY filt {other}.",
            f"dL/d{name} is the sum over {over} of {right}, where Y has the printed size.",
            f"dL/d{name} is {cells(size)}; dL/dY of {cells(y)} filt {other} of {cells(its)} gives "
            f"{cells(filt_size(y, its))}, {right} {cells(found)}.{agree}",
        )
        for name, over, size, other, its, right, found in gradients
    )
