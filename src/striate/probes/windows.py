"""The window of input pixels that each cell of a feature map sees, measured along one forward pass.

Each function that the net calls is asked on its own: which rows and columns of what goes in reach each row and column of what
comes out? A value that is NaN makes every cell NaN that looks at it, and no other. Most functions give each cell only what
lies at the same place, which one NaN in the middle shows; pools, pads and slices treat all channels alike, so that one channel,
with one NaN image for each place of the diagonal, is enough; of convolutions the arguments say it. What was found for
two functions in a row is joined, for nets with branches too. So it costs little more than a pass, whatever the size.
Normalizing layers are passed over: their statistics see the whole image, and what is asked for is where the convolutions look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from striate.nets.maps import Layout
from striate.nets.taps import tapped

_NORMS = {"batch_norm", "group_norm", "layer_norm", "instance_norm", "rms_norm", "local_response_norm"}
_VIEWS = {"view", "reshape", "unflatten"}
_TURNS = {"permute", "transpose", "movedim", "moveaxis", "swapaxes"}
_SETTINGS = (("stride", 1), ("padding", 0), ("dilation", 1))
_NOTHING = (2**31, -1)
"""What a cell sees that is made of no pixel, as one of a padding."""
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Windows:
    """``rows[i]`` is (first, behind the last) pixel row that cell row i sees, inside the image; ``columns`` likewise."""

    rows: Spans
    columns: Spans

    def of(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return the window of one cell as (top, left, bottom, right), the last two behind the last pixel."""
        (top, bottom), (left, right) = self.rows[row], self.columns[column]
        return top, left, bottom, right


@dataclass(frozen=True)
class _Seen:
    """What the cells of a tensor see: spans for each index of its dimension ``down``, and of its dimension ``across``."""

    rows: Spans
    columns: Spans
    down: int = 2
    across: int = 3


def windows(net: nn.Module, x: Tensor, layouts: Mapping[str, Layout]) -> dict[str, Windows]:
    """Return the windows of each tap's map for images of the shape of ``x`` (1, C, H, W), inside `untouched`.

    A cell whose window cannot be seen this way, as after a layer that swallows NaN or mixes all places, is said to see the whole
    image.
    """
    height, width = x.shape[2:]
    passage = _Passage(height, width)
    # A copy through a function would be lost to the net's own hooks; what goes in is what is followed.
    image = torch.zeros_like(x)
    found: dict[str, Windows] = {}
    with torch.no_grad(), tapped(net, layouts) as kept, passage.begun(image):
        net(image)
    for tap, layout in layouts.items():
        seen = passage.of(kept[tap])
        cells = layout.fold(kept[tap]).shape[2:]
        fits = seen is not None and (len(seen.rows), len(seen.columns)) == tuple(cells)
        spans = (seen.rows, seen.columns) if seen is not None and fits else [(_NOTHING,) * n for n in cells]
        rows, columns = (
            tuple((0, size) if s == _NOTHING else s for s in each)
            for each, size in zip(spans, (height, width), strict=True)
        )
        found[tap] = Windows(rows, columns)
    return found


class _Passage(TorchFunctionMode):
    """Follows tensors by their identity; all are kept alive as long as it is, so that no identity is used again."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self._size = (height, width)
        self._seen: dict[int, _Seen] = {}
        self._kept: list[Tensor] = []
        self._alike: dict[Any, bool] = {}

    def begun(self, image: Tensor) -> _Passage:
        """Take ``image`` as what all others are made of; each pixel sees itself."""
        spans = [tuple((i, i + 1) for i in range(size)) for size in self._size]
        self._note(image, _Seen(spans[0], spans[1]))
        return self

    def of(self, made: Tensor) -> _Seen | None:
        """Return what the cells of a tensor see; None where that is not known."""
        return self._seen.get(id(made))

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Call the function, and note what the cells of its result see."""
        given = dict(kwargs or {})
        flat = [
            t for value in (*args, *given.values()) for t in (value if isinstance(value, (tuple, list)) else [value])
        ]
        known = [(t, self._seen[id(t)]) for t in flat if isinstance(t, Tensor) and id(t) in self._seen]
        name = getattr(func, "__name__", "")
        in_place = name.startswith("__i") or (name.endswith("_") and not name.endswith("__"))
        in_place = in_place or given.get("inplace") is True or any(value is True for value in args)
        # In place, what went in is gone afterwards, so that a copy of it is asked.
        copies = {id(t): t.clone() for t, _ in known} if known and in_place else {}
        made = func(*args, **given)
        if not known:
            return made
        for out in made if isinstance(made, (tuple, list)) else (made,):
            if isinstance(out, Tensor) and out.is_floating_point():
                call = _Call(func, name, args, given, copies, self._alike)
                self._note(out, _result(call, known, out))
        return made

    def _note(self, out: Tensor, seen: _Seen | None) -> None:
        self._kept.append(out)
        if seen is None:
            self._seen.pop(id(out), None)
        else:
            self._seen[id(out)] = seen


@dataclass(frozen=True)
class _Call:
    func: Callable[..., Any]
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    copies: dict[int, Tensor]
    alike: dict[Any, bool]

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
        return self.args[place] if len(self.args) > place else self.kwargs.get(name, otherwise)


def _result(call: _Call, known: Sequence[tuple[Tensor, _Seen]], out: Tensor) -> _Seen | None:
    """Return what the cells of ``out`` see; None where that cannot be found."""
    source, seen = known[0]
    down, across = seen.down, seen.across
    if call.name in _TURNS:
        sizes = torch.empty(tuple(range(2, 2 + source.dim())), device="meta")
        turned = [
            size - 2
            for size in _Call(call.func, "", call.args, call.kwargs, {}, {})
            .again(lambda t: sizes if t is source else t)
            .shape
        ]
        return _Seen(seen.rows, seen.columns, turned.index(down), turned.index(across))
    if (
        call.name in _VIEWS
        and (down, across) == (source.dim() - 2, source.dim() - 1)
        and out.shape[-2:] == source.shape[-2:]
    ):
        return _Seen(seen.rows, seen.columns, out.dim() - 2, out.dim() - 1)
    if out.dim() != source.dim():
        return None
    if call.name in _NORMS or (call.name == "linear" and max(down, across) < 3):
        return seen
    if call.name == "conv2d" and (down, across) == (2, 3):
        return _joined(seen, *_sums(call, source, out), 2, 3)
    parts: list[_Seen] = []
    for tensor, each in known:
        if (each.down, each.across) != (down, across):
            return None
        rows, columns = len(each.rows), len(each.columns)
        cells = (out.shape[down], out.shape[across])
        key = (call.key(tensor), down, across)
        if (rows, columns) == cells and key not in call.alike:
            call.alike[key] = _same_place(call, tensor, each)
        if (rows, columns) == cells and call.alike[key]:
            parts.append(each)
        elif (
            1 in (rows, columns)
            and len(known) > 1
            and all(a in (1, b) for a, b in zip((rows, columns), cells, strict=True))
        ):
            spread = [s if len(s) == n else s * n for s, n in zip((each.rows, each.columns), cells, strict=True)]
            parts.append(_Seen(spread[0], spread[1], down, across))
        elif len(known) == 1 and (reach := _alone(call, tensor, each)) is not None:
            parts.append(_joined(each, *reach, down, across))
        else:
            return None
    return _Seen(_union([p.rows for p in parts]), _union([p.columns for p in parts]), down, across)


def _same_place(call: _Call, tensor: Tensor, seen: _Seen) -> bool:
    """Tell whether a NaN in the middle of ``tensor`` reaches the cell at the same place, and no other."""
    middle = [slice(None)] * tensor.dim()
    middle[seen.down], middle[seen.across] = len(seen.rows) // 2, len(seen.columns) // 2
    other = call.copies.get(id(tensor), tensor).clone()
    other[tuple(middle)] = float("nan")
    plain = call.copies.get(id(tensor), tensor)
    reached = call.again(lambda t: other if t is plain else t.clone() if call.copies else t).isnan()
    cells = reached.movedim((seen.down, seen.across), (-2, -1)).flatten(0, -3).any(0)
    return int(cells.sum()) == 1 and bool(cells[middle[seen.down], middle[seen.across]])


def _alone(call: _Call, tensor: Tensor, seen: _Seen) -> tuple[Tensor, Tensor] | None:
    """Return the reach of a function that treats all channels alike: (places in, cells out) of rows and of columns."""

    def function(one: Tensor) -> Tensor:
        turned = one.movedim((2, 3), (seen.down, seen.across))
        return call.again(lambda t: turned if t is tensor else t).movedim((seen.down, seen.across), (2, 3))

    try:
        return _reach(function, len(seen.rows), len(seen.columns))
    except (RuntimeError, ValueError, IndexError, TypeError):
        return None


def _reach(function: Callable[[Tensor], Tensor], height: int, width: int) -> tuple[Tensor, Tensor]:
    """Return which rows and which columns of a map of one channel reach which of the result: bool (in, out) each."""
    places = torch.arange(max(height, width))
    maps = torch.zeros(len(places), 1, height, width)
    maps[places, 0, places.clamp(max=height - 1), places.clamp(max=width - 1)] = float("nan")
    reached = function(maps).isnan().any(1)
    return reached.any(2)[:height], reached.any(1)[:width]


def _sums(call: _Call, source: Tensor, out: Tensor) -> tuple[Tensor, Tensor]:
    """Return the reach of a convolution from its arguments: cell i sums the places S i - P + D k for k in 0 to K - 1."""
    weight = call.argument(1, "weight", None)
    found: list[Tensor] = []
    for axis in (0, 1):
        stride, padding, dilation = (
            value if isinstance(value, (int, str)) else value[axis if len(value) > 1 else 0]
            for value in (call.argument(3 + i, name, start) for i, (name, start) in enumerate(_SETTINGS))
        )
        kernel = weight.shape[2 + axis]
        if isinstance(padding, str):
            padding = dilation * (kernel - 1) // 2 if padding == "same" else 0
        cells = torch.arange(out.shape[2 + axis])[:, None, None]
        taken = stride * cells - padding + dilation * torch.arange(kernel)[:, None]
        found.append((taken == torch.arange(source.shape[2 + axis])).any(1).T)
    return found[0], found[1]


def _joined(before: _Seen, rows: Tensor, columns: Tensor, down: int, across: int) -> _Seen:
    """Return what is seen through a function with that reach."""
    return _Seen(_through(before.rows, rows), _through(before.columns, columns), down, across)


def _through(spans: Spans, reach: Tensor) -> Spans:
    made: list[tuple[int, int]] = []
    for cell in reach.unbind(1):
        places = [spans[i] for i in cell.nonzero().flatten().tolist()]
        made.append((min(p[0] for p in places), max(p[1] for p in places)) if places else _NOTHING)
    return tuple(made)


def _union(parts: Sequence[Spans]) -> Spans:
    return tuple((min(s[0] for s in each), max(s[1] for s in each)) for each in zip(*parts, strict=True))
