"""Which places of what goes into a function reach which places of what comes out: the function is asked, with a NaN put in.

A NaN makes every cell NaN that looks at it, and no other. `windows` joins the answers along a forward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from striate.probes.channels.spans import Reach, Spans, slid, through

_SHAPED = {"relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "sigmoid", "tanh", "softplus"}
_POINTWISE = _SHAPED | {"hardswish", "hardtanh", "hardsigmoid", "dropout", "clone", "detach", "contiguous"}
_NORMS = {"batch_norm", "group_norm", "layer_norm", "instance_norm", "rms_norm", "local_response_norm"}
_VIEWS = {"view", "reshape", "unflatten"}
_TURNS = {"permute", "transpose", "movedim", "moveaxis", "swapaxes"}
_NARROW = 16


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
        """Return what tells calls apart that may treat places differently: the function, and all that is not a tensor."""

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


def pointwise(name: str) -> bool:
    """Return whether the function gives each cell what lies at its own place, whatever its settings, and need not be asked."""
    return name.rstrip("_") in _POINTWISE


def result(call: Call, known: Sequence[tuple[Tensor, Seen]], out: Tensor) -> Seen | None:
    """Return what the cells of ``out`` see; None where that cannot be found."""
    source, seen = known[0]
    down, across = seen.down, seen.across
    if pointwise(call.name) and len(known) == 1 and out.shape == source.shape:
        return seen
    if call.name in _TURNS:
        # The call is done again on a tensor without data whose sizes are all different, so that the size of a dimension tells
        # where it went.
        sizes = torch.empty(tuple(range(2, 2 + source.dim())), device="meta")
        plain = Call(call.func, "", call.args, call.kwargs, {}, {})
        turned = [size - 2 for size in plain.again(lambda t: sizes if t is source else t).shape]
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
    if (down, across) == (2, 3) and len(known) == 1 and call.argument(0, "input", None) is source:
        made = slid(call.name, call.argument, (seen.rows, seen.columns), out.shape[2:])
        if made:
            return Seen(made[0], made[1])
    parts = [_part(call, tensor, each, out, len(known) == 1) for tensor, each in known]
    sure = [part for part in parts if part is not None and (part.down, part.across) == (down, across)]
    # What one input contributes unseen would make the answer too small, which is worse than none.
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
    reach: tuple[Reach, Reach] | None = call.alike[key]
    return None if reach is None else Seen(through(seen.rows, reach[0]), through(seen.columns, reach[1]), down, across)


def _same_place(call: Call, tensor: Tensor, seen: Seen) -> bool:
    """Return whether a NaN in the middle of ``tensor`` reaches the cell at the same place, and no other."""
    middle: list[Any] = [slice(None)] * tensor.dim()
    middle[seen.down], middle[seen.across] = len(seen.rows) // 2, len(seen.columns) // 2
    other = call.copies.get(id(tensor), tensor).clone()
    other[tuple(middle)] = float("nan")
    plain = call.copies.get(id(tensor), tensor)
    reached = call.again(lambda t: other if t is plain else t.clone() if call.copies else t).isnan()
    cells = reached.movedim((seen.down, seen.across), (-2, -1)).flatten(0, -3).any(0)
    return int(cells.sum()) == 1 and bool(cells[middle[seen.down], middle[seen.across]])


def _alone(call: Call, tensor: Tensor, seen: Seen, out: Tensor) -> tuple[Reach, Reach] | None:
    """Return the reach, in rows and in columns, of a function that treats all channels alike."""

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
        if (len(rows), len(columns)) == (out.shape[seen.down], out.shape[seen.across]):
            return rows, columns
    return None


def _reach(function: Callable[[Tensor], Tensor], height: int, width: int, axis: int) -> Reach:
    """Return which rows (``axis`` 2) or columns (3) of a map of one channel reach which of the result."""
    places = torch.arange((height, width)[axis - 2])
    maps = torch.zeros(len(places), 1, height, width)
    maps.movedim(axis, 1).index_put_((places, places), torch.tensor(float("nan")))
    reached = function(maps).isnan().any(1).any(4 - axis).T
    return tuple(tuple(i for i, touched in enumerate(cell) if touched) for cell in reached.tolist())


def _union(parts: Sequence[Spans]) -> Spans:
    return tuple((min(s[0] for s in each), max(s[1] for s in each)) for each in zip(*parts, strict=True))
