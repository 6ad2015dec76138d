"""Parts, one class or one pixel of the interpolated maps are those of the whole."""

from __future__ import annotations

import pytest
import torch

from striate.probes.places.responses import at, of_class, strongest, upsampled

SIZE = (7, 10)


@pytest.fixture
def read() -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    return [torch.randn(2, 5, *cells, generator=rng) for cells in ((3, 4), (1, 1), (14, 9))]


def test_two_maps_by_hand() -> None:
    made = upsampled([torch.tensor([[[[0.0, 4.0]]]]), torch.tensor([[[[2.0]]]])], (1, 4))
    assert made.tolist() == [[[[1.0, 1.5, 2.5, 3.0]]]]


@pytest.mark.parametrize("seed", range(5))
def test_the_strongest_class_is_that_of_the_whole(seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    read = [torch.randn(3, 40, *cells, generator=rng) for cells in ((3, 4), (14, 9))]
    assert torch.equal(strongest(read, SIZE), upsampled(read, SIZE).amax((2, 3)).argmax(1))


def test_of_equal_classes_the_first_is_the_strongest() -> None:
    assert strongest([torch.ones(1, 4, 2, 2)], SIZE).tolist() == [0]


def test_one_class_and_one_pixel(read: list[torch.Tensor]) -> None:
    whole, rows, kinds, place = (
        upsampled(read, SIZE),
        torch.arange(2),
        torch.tensor([4, 1]),
        torch.tensor([[6, 0], [3, 9]]),
    )
    torch.testing.assert_close(of_class(read, SIZE, kinds), whole[rows, kinds])
    torch.testing.assert_close(at(read, SIZE, place), whole[rows, :, place[:, 0], place[:, 1]])
