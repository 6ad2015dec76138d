"""Which places of what goes into a function reach which places of what comes out: the function is asked, with a NaN put in.

A NaN makes every cell NaN that looks at it, and no other. `striate.probes.windows` joins the answers along a forward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_NORMS = {"batch_norm", "group_norm", "layer_norm", "instance_norm", "rms_norm", "local_response_norm"}
_VIEWS = {"view", "reshape", "unflatten"}
_TURNS = {"permute", "transpose", "movedim", "moveaxis", "swapaxes"}
_SETTINGS = (("stride", 1), ("padding", 0), ("dilation", 1))
_NARROW = 16
NOTHING = (2**31, -1)
"""What a cell sees that is made of no pixel, as one of a padding."""
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Seen:
    """What the cells of a tensor see: spans for each index of its dimension ``down``, and of its dimension ``across``."""

    rows: Spans
    columns: Spans
    down: int = 2
    across: int = 3


@dataclass(frozen=True)
class Call:
    """A call of a function; ``copies`` are of tensors that it changes in place, ``alike`` what was found before."""

    func: Callable[..., Any]
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    copies: dict[int, Tensor]
    alike: dict[Any, Any]

    def key(self, tensor: Tensor) -> Any:
        """Return what tells calls apart that may treat places differently: the function, and all that is no tensor."""

        def told(value: Any) -> Any:
            if isinstance(value, Tensor):
                return "this" if value is tensor else value.dim()
            return tuple(told(part) for part in value) if isinstance(value, (tuple, list)) else repr(value)

        return self.name, told(self.args), told(tuple(sorted(self.kwargs.items(), key=lambda item: item[0])))

    def again(self, put: Callable[[Tensor], Tensor]) -> Tensor:
        """Call the function with what ``put`` makes of each tensor."""

        def changed(value: Any) -> Any:
            if isinstance(value, Tensor):
                return put(self.copies.get(id(value), value))
            return type(value)(changed(part) for part in value) if isinstance(value, (tuple, list)) else value

        made = self.func(*(changed(a) for a in self.args), **{k: changed(v) for k, v in self.kwargs.items()})
        return made[0] if isinstance(made, (tuple, list)) else made

    def argument(self, place: int, name: str, otherwise: Any) -> Any:
        """Return the argument at ``place``, or of that name."""
        return self.args[place] if len(self.args) > place else self.kwargs.get(name, otherwise)


def result(call: Call, known: Sequence[tuple[Tensor, Seen]], out: Tensor) -> Seen | None:
    """Return what the cells of ``out`` see; None where that cannot be found."""
    source, seen = known[0]
    down, across = seen.down, seen.across
    if call.name in _TURNS:
        sizes = torch.empty(tuple(range(2, 2 + source.dim())), device="meta")
        turned = [
            size - 2
            for size in Call(call.func, "", call.args, call.kwargs, {}, {})
            .again(lambda t: sizes if t is source else t)
            .shape
        ]
        return Seen(seen.rows, seen.columns, turned.index(down), turned.index(across))
    if (
        call.name in _VIEWS
        and (down, across) == (source.dim() - 2, source.dim() - 1)
        and out.shape[-2:] == source.shape[-2:]
    ):
        return Seen(seen.rows, seen.columns, out.dim() - 2, out.dim() - 1)
    if out.dim() != source.dim():
        return None
    if call.name in _NORMS or (call.name == "linear" and max(down, across) < 3):
        return seen
    if call.name == "conv2d" and (down, across) == (2, 3):
        return _joined(seen, *_sums(call, source, out), 2, 3)
    parts = [_part(call, tensor, each, out, len(known) == 1) for tensor, each in known]
    sure = [part for part in parts if part is not None and (part.down, part.across) == (down, across)]
    if len(sure) < len(parts):
        return None
    return Seen(_union([p.rows for p in sure]), _union([p.columns for p in sure]), down, across)


def _part(call: Call, tensor: Tensor, seen: Seen, out: Tensor, alone: bool) -> Seen | None:
    """Return what the cells of ``out`` see through one of the tensors that went in; None where that cannot be found."""
    down, across = seen.down, seen.across
    sizes, cells = (len(seen.rows), len(seen.columns)), (out.shape[down], out.shape[across])
    key = (call.key(tensor), down, across)
    if sizes == cells and key not in call.alike:
        call.alike[key] = _same_place(call, tensor, seen)
    if sizes == cells and call.alike[key]:
        return seen
    if not alone:
        if 1 not in sizes or not all(a in (1, b) for a, b in zip(sizes, cells, strict=True)):
            return None
        rows, columns = (s if len(s) == n else s * n for s, n in zip((seen.rows, seen.columns), cells, strict=True))
        return Seen(rows, columns, down, across)
    key = (*key, *sizes)
    if key not in call.alike:
        call.alike[key] = _alone(call, tensor, seen, out)
    reach = call.alike[key]
    return None if reach is None else _joined(seen, *reach, down, across)


def _same_place(call: Call, tensor: Tensor, seen: Seen) -> bool:
    """Tell whether a NaN in the middle of ``tensor`` reaches the cell at the same place, and no other."""
    middle: list[Any] = [slice(None)] * tensor.dim()
    middle[seen.down], middle[seen.across] = len(seen.rows) // 2, len(seen.columns) // 2
    other = call.copies.get(id(tensor), tensor).clone()
    other[tuple(middle)] = float("nan")
    plain = call.copies.get(id(tensor), tensor)
    reached = call.again(lambda t: other if t is plain else t.clone() if call.copies else t).isnan()
    cells = reached.movedim((seen.down, seen.across), (-2, -1)).flatten(0, -3).any(0)
    return int(cells.sum()) == 1 and bool(cells[middle[seen.down], middle[seen.across]])


def _alone(call: Call, tensor: Tensor, seen: Seen, out: Tensor) -> tuple[Tensor, Tensor] | None:
    """Return the reach of a function that treats all channels alike: (places in, cells out) of rows and of columns."""

    def function(one: Tensor) -> Tensor:
        turned = one.movedim((2, 3), (seen.down, seen.across))
        return call.again(lambda t: turned if t is tensor else t).movedim((seen.down, seen.across), (2, 3))

    height, width = len(seen.rows), len(seen.columns)
    # Rows do not depend on columns, so narrow maps do, unless what is called needs more columns.
    for narrow in (_NARROW, max(height, width)):
        try:
            rows = _reach(function, height, min(width, narrow), 2)
            columns = _reach(function, min(height, narrow), width, 3)
        except (RuntimeError, ValueError, IndexError, TypeError):
            continue
        if (rows.shape[1], columns.shape[1]) == (out.shape[seen.down], out.shape[seen.across]):
            return rows, columns
    return None


def _reach(function: Callable[[Tensor], Tensor], height: int, width: int, axis: int) -> Tensor:
    """Return which rows (``axis`` 2) or columns (3) of a map of one channel reach which of the result: bool (in, out)."""
    places = torch.arange((height, width)[axis - 2])
    maps = torch.zeros(len(places), 1, height, width)
    maps.movedim(axis, 1).index_put_((places, places), torch.tensor(float("nan")))
    return function(maps).isnan().any(1).any(4 - axis)


def _sums(call: Call, source: Tensor, out: Tensor) -> tuple[Tensor, Tensor]:
    """Return the reach of a convolution from its arguments: cell i sums the places S i - P + D k for k in 0 to K - 1."""
    weight = call.argument(1, "weight", None)
    found: list[Tensor] = []
    for axis in (0, 1):
        settings: list[Any] = [call.argument(3 + i, name, start) for i, (name, start) in enumerate(_SETTINGS)]
        numbers: list[Any] = [
            value if isinstance(value, (int, str)) else value[axis if len(value) > 1 else 0] for value in settings
        ]
        stride, padding, dilation = numbers
        kernel = weight.shape[2 + axis]
        if isinstance(padding, str):
            padding = dilation * (kernel - 1) // 2 if padding == "same" else 0
        cells = torch.arange(out.shape[2 + axis])[:, None, None]
        taken = stride * cells - padding + dilation * torch.arange(kernel)[:, None]
        found.append((taken == torch.arange(source.shape[2 + axis])).any(1).T)
    return found[0], found[1]


def _joined(before: Seen, rows: Tensor, columns: Tensor, down: int, across: int) -> Seen:
    """Return what is seen through a function with that reach."""
    return Seen(_through(before.rows, rows), _through(before.columns, columns), down, across)


def _through(spans: Spans, reach: Tensor) -> Spans:
    made: list[tuple[int, int]] = []
    for cell in reach.unbind(1):
        places = [spans[i] for i in cell.nonzero().flatten().tolist()]
        made.append((min(p[0] for p in places), max(p[1] for p in places)) if places else NOTHING)
    return tuple(made)


def _union(parts: Sequence[Spans]) -> Spans:
    return tuple((min(s[0] for s in each), max(s[1] for s in each)) for each in zip(*parts, strict=True))
