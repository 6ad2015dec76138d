"""The window of input pixels that each cell of a feature map sees, measured along one forward pass.

Each function that the net calls is asked on its own: which rows and columns of what goes in reach each row and column of what
comes out? Of convolutions, pools and pads the arguments say it. Others are measured: a value that is NaN makes every cell NaN
that looks at it, and no other. Most give each cell only what lies at the same place, which one NaN in the middle shows; slices
and the like treat all channels alike, so that one channel, with one NaN image for each place of the diagonal, is enough. What
was found for two functions in a row is joined, for nets with branches too. So it costs little more than a pass.
Normalizing layers are passed over: their statistics see the whole image, and what is asked for is where the convolutions look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from striate.nets.measure.feature_maps import Layout, uses
from striate.nets.measure.tokens import layouts_of
from striate.nets.measure.watching import watched
from striate.probes.channels.reach import Call, Seen, pointwise, result
from striate.probes.channels.spans import NOTHING, Spans


@dataclass(frozen=True)
class Windows:
    """``rows[i]`` is (start, stop), half-open: the pixel rows inside the image that cell row i sees; ``columns`` likewise."""

    rows: Spans
    columns: Spans

    def of(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return the window of one cell as (top, left, bottom, right), the last two one beyond the last pixel."""
        (top, bottom), (left, right) = self.rows[row], self.columns[column]
        return top, left, bottom, right


def windows(net: nn.Module, x: Tensor, layouts: Mapping[str, Layout]) -> dict[str, Windows]:
    """Return the windows of each tap's map for images of the shape of ``x`` (1, C, H, W), inside `untouched`.

    A cell whose window cannot be seen this way, as after a layer that swallows NaN or mixes all places, is said to see the
    whole image.
    """
    passage = _Passage(x.shape[2], x.shape[3])
    image = torch.zeros_like(x)
    with torch.no_grad(), passage.noting(net, layouts), passage.begun(image):
        net(image)
    return {tap: passage.windows(tap, layout) for tap, layout in layouts.items()}


def mapped(
    net: nn.Module, x: Tensor, taps: Sequence[str] = ()
) -> tuple[dict[str, Layout], dict[str, Windows], dict[str, int]]:
    """Return what `feature_maps` and `windows` do for an image ``x`` (1, C, H, W), and how many channels each map has.

    All is from one forward pass. ``taps`` (none: the last feature map) are the keys; raises as `feature_maps`, inside
    `untouched`.
    """
    passage = _Passage(x.shape[2], x.shape[3])
    with passage.noting(net, taps or None), passage.begun(x):
        passed = uses(net, x)
    layouts = layouts_of(net, x, passed, taps)
    widths = {tap: passage.width(tap, layout) for tap, layout in layouts.items()}
    return layouts, {tap: passage.windows(tap, layout) for tap, layout in layouts.items()}, widths


class _Passage(TorchFunctionMode):
    """Follows tensors by their identity; all are kept alive as long as it is, so that no identity is used again."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self._size = (height, width)
        self._seen: dict[int, Seen | None] = {}
        self._kept: list[Tensor] = []
        self._alike: dict[Any, Any] = {}
        self._taps: dict[str, tuple[Tensor, Seen | None]] = {}

    def begun(self, image: Tensor) -> _Passage:
        """Take ``image`` as what all others are made of; each pixel sees itself."""
        spans = [tuple((i, i + 1) for i in range(size)) for size in self._size]
        self._note(image, Seen(spans[0], spans[1]))
        return self

    def noting(self, net: nn.Module, taps: Iterable[str] | None) -> AbstractContextManager[None]:
        """Note while the block runs what the ``taps`` (None: all modules) see, before a later layer changes it in place."""

        def note(name: str, _module: nn.Module, _inputs: tuple[Any, ...], output: Any) -> None:
            if isinstance(output, Tensor):
                self._taps[name] = (output, self._seen.get(id(output)))

        return watched(net, note, taps)

    def windows(self, tap: str, layout: Layout) -> Windows:
        """Return the windows of a tap that was noted; where they are not known, each cell has the whole image."""
        output, seen = self._taps[tap]
        cells = layout.fold(output).shape[2:]
        fits = seen is not None and (len(seen.rows), len(seen.columns)) == tuple(cells)
        spans = (seen.rows, seen.columns) if seen is not None and fits else [(NOTHING,) * n for n in cells]
        rows, columns = (
            tuple((0, size) if s == NOTHING else s for s in each) for each, size in zip(spans, self._size, strict=True)
        )
        return Windows(rows, columns)

    def width(self, tap: str, layout: Layout) -> int:
        """Return how many channels the map of a tap has that was noted."""
        made = layout.fold(self._taps[tap][0])
        return made.shape[1] if made.dim() > 1 else 0

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Call the function, and note what the cells of its result see."""
        name = getattr(func, "__name__", "")
        given = dict(kwargs or {})
        if name == "__get__":  # of a property, as x.shape or x.mT
            made = func(*args, **given)
            if not isinstance(made, Tensor):
                return made
            name = getattr(getattr(func, "__self__", None), "__name__", name)
        flat = [
            t for value in (*args, *given.values()) for t in (value if isinstance(value, (tuple, list)) else [value])
        ]
        made_of = [t for t in flat if isinstance(t, Tensor) and id(t) in self._seen]
        known = [(t, seen) for t in made_of if (seen := self._seen[id(t)])]
        in_place = name.startswith("__i") or (name.endswith("_") and not name.endswith("__"))
        in_place = in_place or given.get("inplace") is True or any(value is True for value in args)
        # In place, what went in is gone afterwards, so that a copy of it is asked.
        copies = {id(t): t.clone() for t, _ in known} if known and in_place and not pointwise(name) else {}
        made = func(*args, **given)
        if not made_of:
            return made
        for out in made if isinstance(made, (tuple, list)) else (made,):
            if isinstance(out, Tensor) and out.is_floating_point():
                call = Call(func, name, args, given, copies, self._alike)
                # What cannot be followed in one of the tensors is lost in all that is made of it.
                self._note(out, result(call, known, out) if len(known) == len(made_of) else None)
        return made

    def _note(self, out: Tensor, seen: Seen | None) -> None:
        self._kept.append(out)
        self._seen[id(out)] = seen
