"""A dense layer against a convolution on the same 1-D signal: outputs, parameters, multiplications and additions.

All counts come from `striate.base.shapes`. The two operations are named separately: a
multiply-add (MAC) is one of each, and the first term of a sum needs no addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from striate.base.shapes import convolution_macs, convolution_parameters, dense_macs, dense_parameters, window_output
from striate.proofs.proof import CONFIG, Check, Proof, Step, Table, exact, misfits, refuse, symbolic

SOURCE = "Homework 2, Convolutional Networks, October 2020, question 1c"
COUNTED = 200_000
MOST_NUMBERS = 2**61 - 1  # of four bytes; PyTorch, which here counts and computes nothing, holds bytes in 64 bits
WORDS = ("outputs", "parameters", "multiplications", "additions")


class Parameters(BaseModel):
    """The signal, the units of the dense layer, and the filters that slide over the signal."""

    model_config = CONFIG

    channels: Annotated[int, Field(ge=1, le=10**6)] = 1
    """Channels of the signal, C."""
    length: Annotated[int, Field(ge=1, le=10**9)] = 100
    """Samples of each channel, L."""
    units: Annotated[int, Field(ge=1, le=10**9)] = 1000
    """Outputs of the dense layer, U."""
    filters: Annotated[int, Field(ge=1, le=10**6)] = 10
    """Feature maps of the convolution, F."""
    kernel: Annotated[int, Field(ge=1, le=10**6)] = 3
    stride: Annotated[int, Field(ge=1, le=10**6)] = 1
    padding: Annotated[int, Field(ge=0, le=10**6)] = 1
    """Zeros at each end."""
    bias: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Parameters:
        faults = misfits({"length": self.length}, self.kernel, self.stride, self.padding)
        weights = self.units * self.channels * self.length  # the only array here that can be as large
        if weights > MOST_NUMBERS:
            faults.append(
                f"the dense layer's matrix would hold {weights:.1e} numbers, and at most {MOST_NUMBERS:.1e} can be counted; "
                "choose smaller sizes"
            )
        refuse(faults)
        return self


@dataclass(frozen=True)
class Cost:
    """What one layer has and does for one signal; the nonlinearity that follows is one more evaluation per output."""

    outputs: int
    parameters: int
    multiplications: int
    additions: int

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """The four counts, in the order of `WORDS`."""
        return self.outputs, self.parameters, self.multiplications, self.additions


def dense_cost(inputs: int, units: int, *, bias: bool) -> Cost:
    """Return the cost of a dense layer of ``units`` on ``inputs`` numbers."""
    macs = dense_macs(inputs, units)
    return Cost(units, dense_parameters(inputs, units, bias=bias), macs, macs if bias else macs - units)


def convolution_cost(channels: int, filters: int, kernel: int, positions: int, *, bias: bool) -> Cost:
    """Return the cost of a convolution whose window has ``kernel`` cells and stands at ``positions`` places."""
    outputs, macs = filters * positions, convolution_macs(channels, filters, kernel, positions)
    parameters = convolution_parameters(channels, filters, kernel, bias=bias)
    return Cost(outputs, parameters, macs, macs if bias else macs - outputs)


def costs(p: Parameters) -> tuple[Cost, Cost]:
    """Return the costs of the dense layer and of the convolution."""
    positions = window_output(p.length, p.kernel, p.stride, p.padding)
    dense = dense_cost(p.channels * p.length, p.units, bias=p.bias)
    return dense, convolution_cost(p.channels, p.filters, p.kernel, positions, bias=p.bias)


def prove(p: Parameters) -> Proof:
    """Return the proof for these sizes."""
    dense, convolution = costs(p)
    positions = convolution.outputs // p.filters
    zeros = p.filters * p.channels * _padded(p, positions)
    counted = "each operation was counted" if _countable(dense, convolution) else "too many to count one by one"
    return Proof(
        name="dense-or-convolution",
        title="A dense layer or a convolution",
        statement=f"A dense layer with {p.units:,} units has {dense.parameters:,} parameters and takes "
        f"{dense.multiplications:,} multiplications; {p.filters:,} filters of kernel {p.kernel} give "
        f"{convolution.outputs:,} outputs with {convolution.parameters:,} parameters and "
        f"{convolution.multiplications:,} multiplications.",
        statement_latex=r"U \cdot C L \; \text{against} \; F \cdot C K \; \text{parameters}, \quad "
        r"U \cdot C L \; \text{against} \; F \cdot C K \cdot L' \; \text{multiplications}",
        source=SOURCE,
        steps=_steps(),
        checks=(_identities(), *_checks(p, dense, convolution)),
        limits="The formulas hold for all sizes and are proved symbolically for one output of up to six terms; at these "
        f"sizes they are compared with PyTorch's layers and operation counter, and {counted}.",
        tables=(_table(p, dense, convolution, zeros), _formulas()),
        values={
            "dense": dense.numbers, "convolution": convolution.numbers, "counts": WORDS, "positions": positions,
            "multiplications_by_padding": zeros,
            "macs": (dense.multiplications, convolution.multiplications),
            "flops": tuple(cost.multiplications + cost.additions for cost in (dense, convolution)),
        },
    )  # fmt: skip


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of a wrong statement: the biases counted where there are none, or not where there are."""
    return _checks(p, *costs(p.model_copy(update={"bias": not p.bias})))


def _steps() -> tuple[Step, ...]:
    return (
        Step("Every unit of the dense layer has a weight for each input.",
             r"z_u = \sum_{c=1}^{C} \sum_{i=1}^{L} W_{u,c,i} \, x_{c,i} \; (+ \, b_u)"),
        Step("So it has U C L weights, and multiplies once with each.",
             r"U C L \; \text{multiplications}, \quad U (C L - 1) \; \text{additions}"),
        Step("A window of K cells has this many places on the padded signal.",
             r"L' = \left\lfloor \frac{L + 2 P - K}{S} \right\rfloor + 1"),
        Step("A filter has the same C K weights at every place.",
             r"z_{f,j} = \sum_{c=1}^{C} \sum_{k=1}^{K} W_{f,c,k} \, x_{c, \, S j + k - P} \; (+ \, b_f)"),
        Step("It multiplies once with each of them at each place, also where it stands on padding.",
             r"F C K L' \; \text{multiplications}, \quad F (C K - 1) L' \; \text{additions}"),
        Step("With a bias there is one more addition for each output, and one more parameter for each unit or filter.",
             r"U (C L + 1), \quad F (C K + 1)"),
    )  # fmt: skip


def _identities() -> Check:
    """Expand one output of t terms, and let SymPy count its operations."""
    import sympy

    differences: list[int] = []
    for terms in range(1, 7):
        a, b = sympy.symbols(f"a0:{terms}"), sympy.symbols(f"b0:{terms}")
        for bias in (False, True):
            output = sum((m * n for m, n in zip(a, b, strict=True)), sympy.Symbol("c") if bias else sympy.Integer(0))
            operations = sympy.count_ops(output, visual=True)
            cost = dense_cost(terms, 1, bias=bias)
            differences.append(operations.coeff(sympy.Symbol("MUL")) - cost.multiplications)
            differences.append(operations.coeff(sympy.Symbol("ADD")) - cost.additions)
    return symbolic("operations of one output", differences, "1 to 6 terms, with and without bias")


def _checks(p: Parameters, dense: Cost, convolution: Cost) -> tuple[Check, ...]:
    import torch
    from torch import nn
    from torch.utils.flop_counter import FlopCounterMode

    layer = nn.Linear(p.channels * p.length, p.units, p.bias, device="meta")
    filters = nn.Conv1d(p.channels, p.filters, p.kernel, p.stride, p.padding, bias=p.bias, device="meta")
    signal = torch.empty(1, p.channels, p.length, device="meta")
    found: list[tuple[int, int, int]] = []
    for module, given in ((layer, signal.flatten(1)), (filters, signal)):
        with FlopCounterMode(display=False) as counter:
            outputs = module(given).numel()
        # The counter takes a multiply-add for two operations, whatever becomes of the first addition.
        found.append((outputs, sum(w.numel() for w in module.parameters()), counter.get_total_flops() // 2))
    both = {"dense": dense, "convolution": convolution}
    checks: list[Check] = []
    for (name, cost), seen in zip(both.items(), found, strict=True):
        said = f"{name}: outputs, parameters, multiply-adds"
        checks.append(exact(said, cost.numbers[:3], seen, oracle="PyTorch's layer and counter"))
    if _countable(dense, convolution):
        for (name, cost), tally in zip(both.items(), _tallied(p), strict=True):
            said = f"{name}: multiplications, additions"
            checks.append(exact(said, cost.numbers[2:], tally, oracle="a count of each operation"))
    return tuple(checks)


def _countable(*of: Cost) -> bool:
    return sum(cost.multiplications for cost in of) <= COUNTED


class _Tally:
    """A number that does not compute, and counts what is asked of it."""

    multiplications = additions = 0

    def __mul__(self, other: _Tally) -> _Tally:
        _Tally.multiplications += 1
        return self

    def __add__(self, other: _Tally) -> _Tally:
        _Tally.additions += 1
        return self


def _tallied(p: Parameters) -> list[tuple[int, int]]:
    """Go through both layers product by product, and return (multiplications, additions) of each."""
    places = range(0, p.length + 2 * p.padding - p.kernel + 1, p.stride)
    found: list[tuple[int, int]] = []
    for outputs, terms in ((p.units, p.channels * p.length), (p.filters * len(places), p.channels * p.kernel)):
        _Tally.multiplications = _Tally.additions = 0
        one = _Tally()
        for _ in range(outputs):
            total = reduce(lambda a, b: a + b, [one * one for _ in range(terms)])
            _ = total + one if p.bias else total
        found.append((_Tally.multiplications, _Tally.additions))
    return found


def _padded(p: Parameters, positions: int) -> int:
    """Return how many cells of all windows on one channel lie on padding; only windows near an end have such cells."""
    low, high = p.padding, p.padding + p.length
    near = {*range(min(positions, -(-low // p.stride))), *range(max(0, (high - p.kernel) // p.stride), positions)}
    inside = {j: min(high, j * p.stride + p.kernel) - max(low, j * p.stride) for j in near}
    return sum(p.kernel - max(0, cells) for cells in inside.values())


def _table(p: Parameters, dense: Cost, convolution: Cost, zeros: int) -> Table:
    shape = f"{p.filters:,} x {convolution.outputs // p.filters:,}"
    rows = [(word, f"{a:,}", f"{b:,}") for word, a, b in zip(WORDS, dense.numbers, convolution.numbers, strict=True)]
    rows[0] = ("outputs", f"{dense.outputs:,}", f"{convolution.outputs:,} ({shape})")
    rows.append(("of the multiplications, with a padded zero", "0", f"{zeros:,}"))
    rows.append(("evaluations of a nonlinearity", f"{dense.outputs:,}", f"{convolution.outputs:,}"))
    rows.append(("multiply-adds (MACs)", f"{dense.multiplications:,}", f"{convolution.multiplications:,}"))
    title = f"One signal of {p.channels:,} x {p.length:,}, {'with' if p.bias else 'without'} bias"
    return Table(title, ("", "dense", "convolution"), tuple(rows))


def _formulas() -> Table:
    return Table(
        "In general",
        ("", "dense", "with bias", "convolution", "with bias"),
        (
            ("outputs", "U", "U", "F L'", "F L'"),
            ("parameters", "U C L", "U (C L + 1)", "F C K", "F (C K + 1)"),
            ("multiplications", "U C L", "U C L", "F C K L'", "F C K L'"),
            ("additions", "U (C L - 1)", "U C L", "F (C K - 1) L'", "F C K L'"),
        ),
    )
