"""What the arguments of a call say is what a NaN in each row and column of its input shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.nets.measure.feature_maps import Layout
from striate.probes.channels.spans import NOTHING, slid, through
from striate.probes.channels.windows import windows

HIGH, WIDE = 9, 7


def shown(function: Callable[[Tensor], Tensor], axis: int) -> list[tuple[int, int]]:
    """Return the hull of the rows (``axis`` 2) or columns (3) whose NaN reaches each row or column of the result."""
    found: list[list[int]] = []
    for place in range((HIGH, WIDE)[axis - 2]):
        x = torch.zeros(1, 2, HIGH, WIDE)
        x.select(axis, place)[:] = float("nan")
        reached = function(x).isnan().any(1).any(4 - axis)[0]
        found = found or [[] for _ in range(len(reached))]
        for cell in reached.nonzero().flatten().tolist():
            found[cell].append(place)
    whole = (0, (HIGH, WIDE)[axis - 2])
    return [(cell[0], cell[-1] + 1) if cell else whole for cell in found]


ONES = torch.ones(3, 2, 3, 2)


CALLS: dict[str, Callable[[Tensor], Tensor]] = {
    "plain": lambda x: F.conv2d(x, ONES),
    "strided": lambda x: F.conv2d(x, ONES, stride=2, padding=1),
    "dilated": lambda x: F.conv2d(x, ONES, None, (2, 1), (0, 1), (2, 3)),
    "same": lambda x: F.conv2d(x, ONES, padding="same", dilation=2),
    "valid": lambda x: F.conv2d(x, ONES, padding="valid", dilation=2),
    "one by one": lambda x: F.conv2d(x, torch.ones(2, 2, 1, 1), stride=2),
    "grouped": lambda x: F.conv2d(x, torch.ones(2, 1, 3, 3), groups=2, padding=2),
    "overlapping pool": lambda x: F.max_pool2d(x, 3, 2, 1),
    "wide pool": lambda x: F.max_pool2d(x, (2, 3)),
    "ceiling pool": lambda x: F.max_pool2d(x, 2, ceil_mode=True),
    "dilated pool": lambda x: F.max_pool2d(x, kernel_size=2, stride=1, dilation=2),
    "mean pool": lambda x: F.avg_pool2d(x, 2),
    "padded mean pool": lambda x: F.avg_pool2d(x, (3, 2), stride=2, padding=1),
    "pad": lambda x: F.pad(x, (1, 0, 2, 3)),
    "pad of ones": lambda x: F.pad(x, (2, 1), value=1.0),
    "crop": lambda x: F.pad(x, (-1, 0, -2, 1)),
    "mirror": lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
    "in place": lambda x: F.max_pool2d(F.relu6(x, inplace=True), 2),
}


class Calls(nn.Module):
    """Calls one function on the image, and lets it pass an identity that can be tapped."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function, self.end = function, nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.end(self.function(x))


@pytest.mark.parametrize("name", CALLS)
def test_arguments_and_measurement_agree(name: str) -> None:
    function = CALLS[name]
    found = windows(Calls(function), torch.zeros(1, 2, HIGH, WIDE), {"end": Layout("NCHW")})["end"]
    assert list(found.rows) == shown(function, 2)
    assert list(found.columns) == shown(function, 3)


def test_by_hand_and_without_calling_anything() -> None:
    settings = {"kernel_size": 2, "stride": 2, "padding": 1}
    spans = ((0, 3), (1, 4), (2, 5))
    made = slid("max_pool2d", lambda _place, name, otherwise: settings.get(name, otherwise), (spans, spans), (2, 2))
    # Cells 0 and 1 take the places -1 and 0, and 1 and 2; place -1 is padding.
    assert made == [((0, 3), (1, 5))] * 2
    assert slid("flip", lambda _place, _name, otherwise: otherwise, (spans, spans), (3, 3)) is None


def test_a_cell_that_nothing_reaches_sees_nothing() -> None:
    assert through(((0, 1), (4, 6)), [[0, 1], [], [1]]) == ((0, 6), NOTHING, (4, 6))
