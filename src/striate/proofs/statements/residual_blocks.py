"""The parameters of a standard residual block and of a bottleneck block whose shortcut is the identity.

    standard     x + conv KxK (C -> C) . conv KxK (C -> C)
    bottleneck   x + conv 1x1 (B/r -> B) . conv KxK (B/r -> B/r) . conv 1x1 (B -> B/r)

Source of the blocks: He et al., arXiv 1512.03385, figure 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field, model_validator

from striate.base.errors import counted
from striate.base.shapes import convolution_macs, convolution_parameters
from striate.proofs.proof import CONFIG, Check, Proof, Step, Table, exact, refuse, symbolic

if TYPE_CHECKING:
    from torch import nn

SOURCE = "CSCE 636 Deep Learning, Assignment 2, question 3"
VARIANTS = {"weights alone": (False, False), "with biases": (True, False), "with batch norm": (False, True)}

Widths = tuple[tuple[int, int, int], ...]
"""The convolutions of a block: channels in, filters, side of the kernel."""


class Parameters(BaseModel):
    """The widths of the two blocks, and the image that they work on."""

    model_config = CONFIG

    channels: Annotated[int, Field(ge=1, le=100_000)] = 32
    """Channels of the standard block, C."""
    bottleneck: Annotated[int, Field(ge=1, le=100_000)] = 128
    """Channels in and out of the bottleneck block, B."""
    reduction: Annotated[int, Field(ge=1, le=64)] = 4
    """By how much the bottleneck is narrower inside, r."""
    kernel: Annotated[int, Field(ge=1, le=99)] = 3
    """Side of the square kernel, odd, so that padding keeps the size."""
    height: Annotated[int, Field(ge=1, le=4096)] = 16
    width: Annotated[int, Field(ge=1, le=4096)] = 16

    @model_validator(mode="after")
    def _fits(self) -> Parameters:
        faults: list[str] = []
        if self.bottleneck % self.reduction:
            faults.append(f"bottleneck is {self.bottleneck}, and must be a multiple of reduction, {self.reduction}")
        if self.kernel % 2 == 0:
            faults.append(f"kernel is {self.kernel}, and must be odd, so that the same padding fits on both sides")
        refuse(faults)
        return self


def standard(channels: int, kernel: int) -> Widths:
    """Return the two convolutions of a standard block."""
    return ((channels, channels, kernel),) * 2


def bottleneck(channels: int, reduction: int, kernel: int) -> Widths:
    """Return the three convolutions of a bottleneck block."""
    inner = channels // reduction
    return (channels, inner, 1), (inner, inner, kernel), (inner, channels, 1)


def parameters_of(block: Widths, *, bias: bool = False, norm: bool = False) -> tuple[int, ...]:
    """Return the parameters of each convolution, with its biases and with scale and shift of a batch norm after it."""
    return tuple(
        convolution_parameters(c, f, kernel * kernel, bias=bias) + (2 * f if norm else 0) for c, f, kernel in block
    )


def prove(p: Parameters) -> Proof:
    """Return the proof for a standard block of C and a bottleneck block of B channels."""
    blocks = _blocks(p)
    counts = {name: _variants_of(block) for name, block in blocks.items()}
    weights = {name: count["weights alone"] for name, count in counts.items()}
    short, narrow, plain = weights.values()
    return Proof(
        name="residual-blocks",
        title="The parameters of residual blocks",
        statement=f"A standard residual block of {counted(p.channels, 'channel')} has {short:,} weights, a bottleneck block of "
        f"{counted(p.bottleneck, 'channel')} {narrow:,}, and two plain convolutions at that width would have {plain:,}.",
        statement_latex=r"2 K^2 C^2 \quad \text{against} \quad \frac{2 B^2}{r} + \frac{K^2 B^2}{r^2}",
        source=SOURCE,
        steps=_steps(p),
        checks=(_identities(), *_checks(p, counts)),
        limits="The weights without biases and norms are proved symbolically for all widths; biases and norms, and all "
        "of these sizes, are compared with blocks built in PyTorch. Scale and shift of a batch norm are counted, its "
        "running averages are not: they are not trained.",
        tables=(_layers(p), _variants(counts)),
        values={"parameters": counts, "macs": {name: sum(_macs(p, block)) for name, block in blocks.items()}},
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of a wrong statement: the last convolution of each block left out."""
    return _checks(p, {name: _variants_of(block[:-1]) for name, block in _blocks(p).items()})


def _blocks(p: Parameters) -> dict[str, Widths]:
    return {
        f"standard, {p.channels} channels": standard(p.channels, p.kernel),
        f"bottleneck, {p.bottleneck} channels": bottleneck(p.bottleneck, p.reduction, p.kernel),
        f"two plain convolutions, {p.bottleneck} channels": standard(p.bottleneck, p.kernel),
    }


def _variants_of(block: Widths) -> dict[str, int]:
    return {v: sum(parameters_of(block, bias=bias, norm=norm)) for v, (bias, norm) in VARIANTS.items()}


def _macs(p: Parameters, block: Widths) -> tuple[int, ...]:
    return tuple(convolution_macs(c, f, kernel * kernel, p.height * p.width) for c, f, kernel in block)


def _steps(p: Parameters) -> tuple[Step, ...]:
    return (
        Step("A convolution has a weight for each channel, filter and cell of its kernel; how many images there are and how "
             "large they are plays no part.", r"F \cdot C \cdot K^2"),
        Step("The standard block has two that keep the width; the identity shortcut adds nothing.", r"2 K^2 C^2"),
        Step("The bottleneck narrows by r, works there, and widens again.",
             r"\frac{B^2}{r} + K^2 \frac{B^2}{r^2} + \frac{B^2}{r} = \frac{2 r + K^2}{r^2} \, B^2"),
        Step("With K = 3 and r = 4 that is", r"18 \, C^2 \quad \text{against} \quad \frac{17}{16} \, B^2"),
        Step("So at four times the width, B = 4 C, the bottleneck has slightly fewer: the wide ends are joined by 1x1 kernels "
             "only, and the large kernel works on a quarter of the channels.", r"17 \, C^2 < 18 \, C^2"),
        Step("Biases add one for each filter, batch norms two.",
             r"2 C \;\; \text{or} \;\; 4 C, \qquad B + \frac{2 B}{r} \;\; \text{or} \;\; 2 B + \frac{4 B}{r}"),
        Step(f"With these sizes, kernel {p.kernel} and reduction {p.reduction}, the two are level at a bottleneck of "
             f"{_level(p):.4g} times the standard block's width.", r"\frac{B}{C} = \sqrt{\frac{2 K^2 r^2}{2 r + K^2}}"),
    )  # fmt: skip


def _level(p: Parameters) -> float:
    return (2 * p.kernel**2 * p.reduction**2 / (2 * p.reduction + p.kernel**2)) ** 0.5


def _identities() -> Check:
    """Let SymPy put symbols through the same arithmetic that counts the weights."""
    import sympy

    c, k, r, inner = sympy.symbols("C K r m", positive=True, integer=True)
    wide: Any = inner * r  # so that the narrow width is a whole number, as it is for integers
    short: Any = sum(convolution_parameters(a, b, kernel * kernel, bias=False) for a, b, kernel in standard(c, k))
    narrow: Any = sum(
        convolution_parameters(a, b, kernel * kernel, bias=False)
        for a, b, kernel in ((wide, inner, 1), (inner, inner, k), (inner, wide, 1))
    )
    ratio = sympy.sqrt(2 * k**2 * r**2 / (2 * r + k**2))
    four = {inner: c, r: 4, k: 3}
    differences = [
        short - 2 * k**2 * c**2,
        narrow - (2 * r + k**2) / r**2 * wide**2,
        narrow.subs(inner, ratio * c / r) - short,
        narrow.subs(four) - 17 * c**2,
        short.subs(four) - 18 * c**2,
    ]
    return symbolic("weights, and where the blocks are level", differences, "any widths, kernel and reduction")


def _checks(p: Parameters, counts: dict[str, dict[str, int]]) -> tuple[Check, ...]:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from striate.nets.measure.anatomy import anatomy

    checks: list[Check] = []
    for name, block in _blocks(p).items():
        for variant, (bias, norm) in VARIANTS.items():
            with torch.device("meta"):  # shapes and counts alone; nothing is computed
                built = residual_block(block, bias=bias, norm=norm).eval()
                image = torch.empty(1, block[0][0], p.height, p.width)
            with FlopCounterMode(display=False) as counter:
                built(image)
            seen = anatomy(built, (p.height, p.width, block[0][0]))
            got = (counts[name][variant], sum(_macs(p, block))) * 2
            weights = sum(w.numel() for w in built.parameters())
            wanted = weights, counter.get_total_flops() // 2, seen.parameters, seen.macs
            oracle = "parameters and multiply-adds of PyTorch's tensors and FLOP counter, and summed over the anatomy"
            checks.append(exact(f"{name}, {variant}", got, wanted, oracle=oracle))
    return tuple(checks)


def residual_block(block: Widths, *, bias: bool, norm: bool) -> nn.Module:
    """Return a block of PyTorch: convolutions, with a batch norm each if ``norm``, a ReLU between, and the shortcut."""
    import torch
    from torch import Tensor, nn

    class _Residual(nn.Module):
        def __init__(self, body: nn.Module) -> None:
            super().__init__()
            self.body = body

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(x + self.body(x))

    layers: list[nn.Module] = []
    for c, f, kernel in block:
        layers += [nn.ReLU()] if layers else []
        layers.append(nn.Conv2d(c, f, kernel, padding=kernel // 2, bias=bias))
        layers += [nn.BatchNorm2d(f)] if norm else []
    return _Residual(nn.Sequential(*layers))


def _layers(p: Parameters) -> Table:
    rows: list[tuple[str, ...]] = []
    for name, block in _blocks(p).items():
        for (c, f, kernel), weights, macs in zip(block, parameters_of(block), _macs(p, block), strict=True):
            rows.append((name, f"{kernel}x{kernel}", f"{c} to {f}", f"{weights:,}", f"{macs:,}"))
        rows.append((f"{name}, in all", "", "", f"{sum(parameters_of(block)):,}", f"{sum(_macs(p, block)):,}"))
    columns = ("block", "kernel", "channels", "weights", f"MACs at {p.height} x {p.width}")
    return Table("Convolution by convolution", columns, tuple(rows))


def _variants(counts: dict[str, dict[str, int]]) -> Table:
    rows = tuple((name, *(f"{count[variant]:,}" for variant in VARIANTS)) for name, count in counts.items())
    return Table("Trained parameters", ("block", *VARIANTS), rows)
