"""The two assumptions of convolution, locality and stationarity: what they buy, and data on which they fail.

    locality       an output cell depends on a window of the input alone: most weights of a dense layer are zero
    stationarity   the same window function serves everywhere: the weights that are left are shared

Together they say that a layer commutes with shifts, conv(shift x) = shift conv(x), and see only neighbourhoods.
Source: Homework 2, Convolutional Networks, October 2020, question 1a.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from striate.base.seeds import generator
from striate.base.shapes import (
    convolution_macs,
    convolution_parameters,
    dense_macs,
    dense_parameters,
    window_output,
)
from striate.proofs.parts.neighbourhoods import (
    Array,
    Layer,
    broken,
    correlation_table,
    correlations,
    fails,
    failure_table,
    ring_checks,
    slide,
    slide_unshared,
)
from striate.proofs.proof import CONFIG, Check, Proof, Step, Table, exact, misfits, numeric, numerics, refuse

RANDOM_SIZES = 4

Channels = Annotated[int, Field(ge=1, le=2048)]
Side = Annotated[int, Field(ge=1, le=512)]


class Parameters(BaseModel):
    """The sizes of one layer, by default the first of a CIFAR-10 net. Raises Pydantic's ValidationError."""

    model_config = CONFIG

    channels_in: Channels = 3
    channels_out: Channels = 64
    kernel: Side = 3
    height: Side = 32
    width: Side = 32
    stride: Side = 1
    padding: Annotated[int, Field(ge=0, le=64)] = 1
    bias: bool = False
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        refuse(misfits({"height": self.height, "width": self.width}, self.kernel, self.stride, self.padding))
        return self


def costs(p: Parameters) -> dict[str, tuple[int, int]]:
    """Return (parameters, multiply-adds for one image) of a dense, a local and a shared layer of the same sizes."""
    cells = window_output(p.height, p.kernel, p.stride, p.padding) * window_output(
        p.width, p.kernel, p.stride, p.padding
    )
    inputs, outputs, window = p.channels_in * p.height * p.width, p.channels_out * cells, p.kernel**2
    macs = convolution_macs(p.channels_in, p.channels_out, window, cells)
    shared = convolution_parameters(p.channels_in, p.channels_out, window, bias=p.bias)
    return {
        "dense": (dense_parameters(inputs, outputs, bias=p.bias), dense_macs(inputs, outputs)),
        "local": (shared * cells, macs),
        "shared": (shared, macs),
    }


def prove(p: Parameters) -> Proof:
    """Return what the assumptions buy at the sizes of ``p``, the checks, and a measurement of where they fail."""
    bought, (unshared, moved), related = costs(p), broken(p.seed), correlations(p.seed)
    return Proof(
        name="locality",
        title="Locality and stationarity",
        statement="Convolution is a dense layer under two assumptions, that what belongs together lies close together, and "
        "that a pattern means the same everywhere; so it commutes with shifts, and needs few weights.",
        statement_latex=r"\mathrm{conv}(T_a x) = T_a \, \mathrm{conv}(x) \quad \mathrm{for\ every\ shift} \quad T_a",
        source="Homework 2, Convolutional Networks, October 2020, question 1a",
        steps=STEPS,
        checks=(
            *ring_checks(),
            _equivariance(p, slide, shared=True),
            _oracle(p),
            _dense(p),
            fails("a layer without shared weights does not commute", unshared),
            fails("a convolution of permuted pixels does not commute", moved),
            _counted(p),
        ),
        limits="Proved symbolically on a ring of five cells with three taps; other sizes are checked numerically, on rings, "
        "with stride 1. With zero padding the statement holds away from the border, with stride S for shifts by multiples "
        "of S. A kernel of one cell commutes with permutations too. What the assumptions do for accuracy is a matter of "
        "training: `striate study locality` trains a convnet and a dense net on natural and on permuted pixels.",
        tables=(_cost_table(bought), failure_table(unshared, moved), correlation_table(related)),
        values={
            "costs": bought,
            "unshared_difference": unshared,
            "permuted_difference": moved,
            "correlations": related,
        },
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of two wrong claims: a layer without shared weights commutes with shifts, or one with any order."""
    return _equivariance(p, slide_unshared, shared=False), _equivariance(p, slide, shared=True, permuted=True)


STEPS = (
    Step("A dense layer has a weight for every pair of an input and an output.", r"y_p = \sum_q W_{p,q} x_q"),
    Step(
        "Locality: what belongs together lies close together, so distant weights are zero. A window of K x K cells is left, "
        "and with it a share of parameters and multiply-adds.",
        r"W_{p,q} = 0 \quad \mathrm{unless} \quad 0 \leq q - p < K",
    ),
    Step(
        "Stationarity: a pattern means the same wherever it is, so all places use the same window of weights. Parameters no "
        "longer grow with the image; multiply-adds stay.",
        r"W_{p,q} = w_{q-p}",
    ),
    Step(
        "Then a shift of the input by a cells shifts the output by a cells.",
        r"\sum_k w_k x_{p+k-a} = y_{p-a}",
    ),
    Step(
        "And the other way round: a linear layer on a ring that commutes with shifts has shared weights.",
        r"W_{p+1,q+1} = W_{p,q}",
    ),
    Step(
        "A fixed permutation of the pixels leaves all the information and no neighbourhoods: a dense layer can permute its "
        "weights along and loses nothing, a convolution cannot.",
        r"W x = (W P^{\top}) (P x)",
    ),
    Step(
        "So the assumptions fail for permuted pixels, and for tables, whose columns have no order: there a neighbour is hardly "
        "more related than any other column, and a pattern has no reason to reappear one column further."
    ),
)


def _cases(p: Parameters) -> list[tuple[int, int, int, int, int]]:
    """Return (C, F, K, H, W): the sizes asked for, cut down to what takes no time, and random ones."""
    side = (max(2, min(p.height, 12)), max(2, min(p.width, 12)))
    cases = [(min(p.channels_in, 8), min(p.channels_out, 8), min(p.kernel, *side), *side)]
    for i in range(RANDOM_SIZES):
        c, f, k, h, w = (
            int(n) for n in generator(p.seed, "evaluation", 100 + i).integers((1, 1, 2, 4, 4), (4, 4, 4, 9, 9))
        )
        cases.append((c, f, k, h, w))
    return cases


def _draw(p: Parameters, case: int, shared: bool) -> tuple[Array, Array, tuple[int, int]]:
    """Return an input, kernels, and a shift that moves every cell."""
    c, f, k, h, w = _cases(p)[case]
    rng = generator(p.seed, "evaluation", 200 + case)
    x, kernels = rng.standard_normal((c, h, w)), rng.standard_normal((f, c, k, k, *(() if shared else (h, w))))
    return x, kernels, (int(rng.integers(1, h)), int(rng.integers(1, w)))


def _equivariance(p: Parameters, layer: Layer, shared: bool, permuted: bool = False) -> Check:
    """Compare the layer of the moved input with the moved layer; it is a shift that moves it, or an order of all cells."""
    pairs: list[tuple[Array, Array]] = []
    for case in range(RANDOM_SIZES + 1):
        x, w, shift = _draw(p, case, shared)
        order = np.roll(np.arange(x[0].size).reshape(x.shape[1:]), shift, axis=(0, 1)).ravel()
        if permuted:
            order = generator(p.seed, "evaluation", 250 + case).permutation(order)
        moved, wanted = (cells.reshape(len(cells), -1)[:, order] for cells in (x, layer(x, w)))
        pairs.append((layer(moved.reshape(x.shape), w).reshape(wanted.shape), wanted))
    sizes = f"{_said(p)}, and {RANDOM_SIZES} random sizes"
    return numerics("conv(shift x) = shift conv(x)", pairs, oracle="the shifted output", sizes=sizes)


def _oracle(p: Parameters) -> Check:
    import torch
    from torch.nn import functional as F

    x, w, _ = _draw(p, 0, shared=True)
    reach = w.shape[-1] - 1
    grown = F.pad(torch.from_numpy(x)[None], (0, reach, 0, reach), mode="circular")
    wanted = F.conv2d(grown, torch.from_numpy(w))[0]
    return numeric(
        "the convolution itself", slide(x, w), wanted.numpy(), oracle="PyTorch's convolution", sizes=_said(p)
    )


def _said(p: Parameters) -> str:
    c, f, k, h, w = _cases(p)[0]
    return f"{c} -> {f} channels, {h}x{w} cells, kernel {k}"


def _counted(p: Parameters) -> Check:
    """Compare the costs with PyTorch's own layers, which on its device `meta` have sizes and no numbers."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    image = torch.empty(1, p.channels_in, p.height, p.width, device="meta")
    conv = torch.nn.Conv2d(p.channels_in, p.channels_out, p.kernel, p.stride, p.padding, bias=p.bias, device="meta")
    with FlopCounterMode(display=False) as convolved:
        y = conv(image)
    dense = torch.nn.Linear(image.numel(), y.numel(), bias=p.bias, device="meta")
    with FlopCounterMode(display=False) as multiplied:
        dense(image.flatten(1))
    shared, macs = sum(w.numel() for w in conv.parameters()), convolved.get_total_flops() // 2
    wanted = {
        "dense": (sum(w.numel() for w in dense.parameters()), multiplied.get_total_flops() // 2),
        "local": (shared * y[0, 0].numel(), macs),
        "shared": (shared, macs),
    }
    name = f"parameters and multiply-adds: {', '.join(wanted)}"
    got = tuple(costs(p).values())
    return exact(name, got, tuple(wanted.values()), oracle="PyTorch's layers and FLOP counter")


def _dense(p: Parameters) -> Check:
    rng = generator(p.seed, "evaluation", 300)
    w, x, order = rng.standard_normal((6, 64)), rng.standard_normal(64), rng.permutation(64)
    name = "a dense layer takes a permutation into its weights"
    return numeric(name, w[:, order] @ x[order], w @ x, oracle="the layer on unpermuted pixels", sizes="64 -> 6")


def _inverse(times: float) -> str:
    return "1" if times == 1 else f"1/{times:,.1f}"


def _cost_table(bought: dict[str, tuple[int, int]]) -> Table:
    whole: Any = bought["dense"]
    rows = tuple(
        (name, f"{parameters:,}", f"{macs:,}", _inverse(whole[0] / parameters), _inverse(whole[1] / macs))
        for name, (parameters, macs) in bought.items()
    )
    columns = ("layer", "parameters", "multiply-adds", "share of parameters", "share of multiply-adds")
    return Table("What the assumptions buy", columns, rows)
