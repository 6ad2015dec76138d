"""Each function is asked on its own, and what no NaN can show is said to be unknown."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.nets.measure.feature_maps import Layout
from striate.probes.channels.windows import windows


class Calls(nn.Module):
    """Calls one function on the image, and lets it pass an identity that can be tapped."""

    def __init__(self, function: object) -> None:
        super().__init__()
        self.function, self.end = function, nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.end(self.function(x))  # pyright: ignore[reportCallIssue]


def rows(function: object, layout: Layout | None = None) -> tuple[tuple[int, int], ...]:
    torch.manual_seed(0)
    layouts = {"end": layout or Layout("NCHW")}
    return windows(Calls(function), torch.zeros(1, 4, 6, 4), layouts)["end"].rows


SELF = tuple((i, i + 1) for i in range(6))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: F.relu(x, inplace=True), SELF),
        (lambda x: x.add_(1).mul(x.sigmoid()), SELF),
        (lambda x: x * torch.ones(4, 1, 1), SELF),
        (lambda x: F.max_pool2d(x, 2), ((0, 2), (2, 4), (4, 6))),
        (lambda x: F.adaptive_avg_pool2d(x, (4, 4)), ((0, 2), (1, 3), (3, 5), (4, 6))),
        (lambda x: x[:, :, ::2, ::2], ((0, 1), (2, 3), (4, 5))),
        (lambda x: F.conv2d(x, torch.ones(2, 4, 3, 3), padding=2, dilation=2),
         ((0, 3), (1, 4), (0, 5), (1, 6), (2, 5), (3, 6))),
        (lambda x: F.conv2d(F.pad(x, (1, 1, 1, 1)), torch.ones(2, 4, 3, 3)), tuple(
            (max(0, i - 1), min(6, i + 2)) for i in range(6)
        )),
        (lambda x: x + F.avg_pool2d(x, 3, 1, 1), tuple((max(0, i - 1), min(6, i + 2)) for i in range(6))),
        (lambda x: x * x.mean((2, 3), keepdim=True), ((0, 6),) * 6),
        (lambda x: torch.cat([x, F.avg_pool2d(x, 3, 1, 1)], 1), tuple((max(0, i - 1), min(6, i + 2)) for i in range(6))),
        (lambda x: x.view(1, 2, 2, 6, 4).transpose(1, 2).reshape(1, 4, 6, 4), SELF),
        (lambda x: (x.flatten(2) @ torch.ones(24, 24)).view(1, 4, 6, 4), ((0, 6),) * 6),
        (lambda x: x.flip(2), SELF[::-1]),
        # What mixes all places is not forgotten where it is added to what does not.
        (lambda x: x + (x.flatten(2) @ torch.ones(24, 24)).view(1, 4, 6, 4), ((0, 6),) * 6),
        (lambda x: x * (x.mean((2, 3)) @ torch.ones(4, 4))[:, :, None, None], ((0, 6),) * 6),
        (lambda x: F.pad(x, (1, 1, 1, 1), mode="circular")[:, :, 1:7, 1:5], SELF),
        (lambda x: F.conv2d(x, x.flip(2)[:, :, :1, :1]), tuple((i, 6) for i in range(6))),
    ],
)  # fmt: skip
def test_the_rows_that_each_row_sees(function: object, expected: tuple[tuple[int, int], ...]) -> None:
    assert rows(function) == expected


def test_channels_last_are_followed() -> None:
    weight = torch.ones(4, 4)
    assert rows(lambda x: F.linear(F.layer_norm(x.permute(0, 2, 3, 1), (4,)), weight), Layout("NHWC")) == SELF
