"""The feature maps of a net: which modules put one out, how it lies in memory, and which is the last.

    NCHW   convolutions            (N, C, h, w)
    NHWC   transformers in 2-D     (N, h, w, C)      Linear and the layer norm over the last dimension
    NLC    tokens                  (N, L, C)         `striate.nets.measure.tokens` finds the grid that they were cut from
    LNC    the same, tokens first  (L, N, C)

What a module puts out is read off what it does, not off sizes, which may be equal: convolutions and pools work on the second
dimension, dense layers on the last; a norm over channels is tried with one place changed; whatever else gives back the
order it was given. It is found by sending one image through, for modules are not always used in the order of their definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase  # pyright: ignore[reportPrivateUsage]
from torch.nn.modules.conv import _ConvNd  # pyright: ignore[reportPrivateUsage]

from striate.nets.measure.watching import is_innermost, watched

Order = Literal["NCHW", "NHWC", "NLC", "LNC"]
POOLS = (
    nn.MaxPool2d,
    nn.AvgPool2d,
    nn.AdaptiveAvgPool2d,
    nn.AdaptiveMaxPool2d,
    nn.FractionalMaxPool2d,
    nn.LPPool2d,
)
_IDLE = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten)
_PLANAR = (_ConvNd, _NormBase, nn.GroupNorm, *POOLS)


@dataclass(frozen=True)
class Layout:
    """How a module's output holds its map. Of tokens, those from ``first`` on are the cells of ``grid``, row by row."""

    order: Order
    grid: tuple[int, int] = (0, 0)
    first: int = 0

    def fold(self, output: Tensor) -> Tensor:
        """Return the map (N, C, h, w) in a module's output."""
        if self.order in ("NLC", "LNC"):
            tokens = output if self.order == "NLC" else output.transpose(0, 1)
            return tokens[:, self.first : self._end].transpose(1, 2).unflatten(2, self.grid)
        return output.movedim(3, 1) if self.order == "NHWC" else output

    def unfold(self, made: Tensor, output: Tensor) -> Tensor:
        """Return an output like ``output`` with the map ``made`` (N, C, h, w) in it; tokens of no place stay as they are."""
        if self.order in ("NLC", "LNC"):
            tokens = output if self.order == "NLC" else output.transpose(0, 1)
            cells = made.flatten(2).transpose(1, 2)
            tokens = torch.cat((tokens[:, : self.first], cells, tokens[:, self._end :]), 1)
            return tokens if self.order == "NLC" else tokens.transpose(0, 1)
        return made.movedim(1, 3) if self.order == "NHWC" else made

    @property
    def _end(self) -> int:
        return self.first + self.grid[0] * self.grid[1]


@dataclass(frozen=True, eq=False)
class Use:
    """One use of a module: what it put out; ``order`` is None where that is not a map of (N, C, h, w) in either order."""

    name: str
    module: nn.Module
    output: Tensor
    order: Order | None

    @property
    def places(self) -> tuple[int, int]:
        """Height and width of the map."""
        return tuple(self.output.shape[1:3] if self.order == "NHWC" else self.output.shape[2:4])  # pyright: ignore[reportReturnType]

    @property
    def cells(self) -> int:
        """How many places the map has; 0 for what is not a map."""
        return self.places[0] * self.places[1] if self.order else 0

    @property
    def pools(self) -> bool:
        """Whether the module pools, by its type or by its name."""
        inner = is_innermost(self.module)
        return isinstance(self.module, POOLS) or (inner and "pool" in type(self.module).__name__.lower())

    @property
    def idle(self) -> bool:
        """Whether the module does nothing to a map in evaluation."""
        return isinstance(self.module, _IDLE)


def uses(net: nn.Module, x: Tensor) -> list[Use]:
    """Return every use of a module that puts out a tensor while an image (1, C, H, W) passes, in order."""
    made: list[Use] = []
    known: dict[int, Order] = {}  # all outputs are kept alive in `made`, so that no identity is used again

    def see(name: str, module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        if isinstance(output, Tensor):
            order = _order(name, module, inputs, output, known, made) if output.dim() == 4 else None
            if order:
                known[id(output)] = order
            made.append(Use(name, module, output, order))

    with torch.no_grad(), watched(net, see):
        net(x.clone())
    return made


def last_of(passed: list[Use]) -> Use | None:
    """Return the last map of a pass: of more than one cell where there is one, and from no pool; None where there is none.

    A container returns what its last module made: then the innermost is returned, whose name `taps` lists.
    """
    pooled = {id(use.output) for use in passed if use.pools}
    any_size = [u for u in passed if u.order and not u.idle and not u.pools and id(u.output) not in pooled]
    maps = [use for use in any_size if use.cells > 1] or any_size
    if not maps:
        return None
    same = [use for use in maps if use.output is maps[-1].output]
    return next((use for use in reversed(same) if is_innermost(use.module)), same[0])


def _order(
    name: str, module: nn.Module, inputs: tuple[Any, ...], out: Tensor, known: dict[int, Order], made: list[Use]
) -> Order:
    if id(out) in known:  # a module inside made it, or this one changed it in place
        return known[id(out)]
    if isinstance(module, _PLANAR):
        return "NCHW"
    if isinstance(module, nn.Linear):
        return "NHWC"
    source = next((t for t in inputs if isinstance(t, Tensor) and t.dim() == 4), None)
    if source is not None and (channels := _normalized(module)):
        return _norm_order(module, source, out, channels)
    before = known.get(id(source))
    if source is not None and before is not None:
        turns: tuple[tuple[Order, tuple[int, ...]], ...] = (("NCHW", (0, 3, 1, 2)), ("NHWC", (0, 2, 3, 1)))
        for order, turned in turns:
            other = source.permute(turned)
            if (
                before != order
                and out.shape == other.shape
                and torch.equal(out, other)
                and not torch.equal(out, source)
            ):
                return order
        if out.shape == source.shape:
            return before
    inside = [u for u in made if u.order and u.name.startswith(f"{name}.") and u.output.shape == out.shape]
    return inside[-1].order or "NCHW" if inside else "NCHW"


def _normalized(module: nn.Module) -> int:
    """Return over how many channels an innermost module normalizes each place; 0 for any other module."""
    weight = getattr(module, "weight", None)
    shape: Any = getattr(module, "normalized_shape", weight.shape if isinstance(weight, Tensor) else ())
    named = isinstance(module, nn.LayerNorm) or "norm" in type(module).__name__.lower()
    alone = named and is_innermost(module) and isinstance(shape, (tuple, list)) and len(shape) == 1
    return int(shape[0]) if alone else 0


def _norm_order(module: nn.Module, source: Tensor, out: Tensor, channels: int) -> Order:
    if type(module) is nn.LayerNorm:
        return "NHWC"
    if out.shape[1] != out.shape[3]:
        return "NHWC" if out.shape[3] == channels else "NCHW"
    # Channels equal width: a norm over the second dimension leaves all other places as they are when one is changed.
    other = source.clone()
    other[:, :, 0, 0] += torch.arange(1, source.shape[1] + 1, dtype=source.dtype, device=source.device)
    changed = (module.forward(other) != module.forward(source.clone())).any(0).any(0)
    return "NCHW" if int(changed.sum()) <= 1 else "NHWC"
