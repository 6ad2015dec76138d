"""Parts, one class or one pixel of the interpolated maps are those of the whole."""

from __future__ import annotations

import pytest
import torch

from striate.probes import upsampled as module
from striate.probes.upsampled import at, largest, of_class, upsampled

SIZE = (7, 10)


@pytest.fixture
def read() -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    return [torch.randn(2, 5, *cells, generator=rng) for cells in ((3, 4), (1, 1), (14, 9))]


def test_two_maps_by_hand() -> None:
    made = upsampled([torch.tensor([[[[0.0, 4.0]]]]), torch.tensor([[[[2.0]]]])], (1, 4))
    assert made.tolist() == [[[[1.0, 1.5, 2.5, 3.0]]]]


@pytest.mark.parametrize("most", [1, 2 * 7 * 10 * 2, 2**25])
def test_the_largest_values_do_not_depend_on_the_parts(
    most: int, read: list[torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_VALUES", most)
    torch.testing.assert_close(largest(read, SIZE), upsampled(read, SIZE).amax((2, 3)))


def test_one_class_and_one_pixel(read: list[torch.Tensor]) -> None:
    whole, rows, kinds, place = (
        upsampled(read, SIZE),
        torch.arange(2),
        torch.tensor([4, 1]),
        torch.tensor([[6, 0], [3, 9]]),
    )
    torch.testing.assert_close(of_class(read, SIZE, kinds), whole[rows, kinds])
    torch.testing.assert_close(at(read, SIZE, place), whole[rows, :, place[:, 0], place[:, 1]])
