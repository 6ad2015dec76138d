"""Rows of a mapped array behave as the array that they would be, and what was read is given back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from striate.data.cache import mapped
from striate.data.cache.mapped import Rows, blocks, gather, is_mapped, rows_of, touched

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (12, 4, 5, 3), np.uint8)
CHOSEN = np.array([7, 0, 11, 7, 3])


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NDArray[np.uint8]:
    """The pixels in a file, mapped, with every bound so small that all of it is used."""
    monkeypatch.setattr(mapped, "COPIED", 0)
    monkeypatch.setattr(mapped, "KEPT", 100)
    monkeypatch.setattr(mapped, "AROUND", 0)
    np.save(tmp_path / "a.npy", PIXELS)
    return np.asarray(np.load(tmp_path / "a.npy", mmap_mode="r"))


@pytest.mark.parametrize(
    "key",
    [
        2,
        -1,
        np.int64(3),
        slice(1, 4),
        slice(None, None, -1),
        np.array([4, 0, 0]),
        [1, 2],
        np.array([True, False, True, False, False]),
        (slice(1, 3), slice(None), 2),
        (1, 2),
        (np.array([0, 2]), 1),
        (..., 0),
        (slice(None), 1, 2, 0),
    ],
)
def test_rows_are_indexed_as_their_copy_is(held: NDArray[np.uint8], key: Any) -> None:
    rows = rows_of(held, CHOSEN)
    assert isinstance(rows, Rows)
    np.testing.assert_array_equal(rows[key], PIXELS[CHOSEN][key])


def test_rows_say_what_an_array_says(held: NDArray[np.uint8]) -> None:
    rows: Any = rows_of(held, CHOSEN)
    copy = PIXELS[CHOSEN]
    assert (rows.shape, rows.ndim, rows.dtype, rows.size, rows.nbytes, len(rows)) == (
        *(copy.shape, copy.ndim, copy.dtype, copy.size, copy.nbytes, len(copy)),
    )
    np.testing.assert_array_equal(np.asarray(rows), copy)
    np.testing.assert_array_equal(np.asarray(rows, dtype=np.float32), copy.astype(np.float32))
    np.testing.assert_array_equal(np.stack(list(rows)), copy)
    np.testing.assert_array_equal(rows.reshape(5, -1), copy.reshape(5, -1))
    assert rows.max() == copy.max()
    again = rows_of(rows, np.array([3, 1]))
    assert isinstance(again, Rows)
    np.testing.assert_array_equal(np.asarray(again), copy[[3, 1]])
    with pytest.raises(AttributeError):
        rows.__array_interface__  # noqa: B018


def test_few_rows_and_rows_of_memory_are_copied(held: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_mapped(held)
    assert not is_mapped(PIXELS)
    assert isinstance(rows_of(PIXELS, CHOSEN), np.ndarray)
    monkeypatch.setattr(mapped, "COPIED", 10**6)
    copied = rows_of(held, CHOSEN)
    assert isinstance(copied, np.ndarray)
    assert not is_mapped(copied)


def test_blocks_and_batches_are_the_array_and_give_its_pages_back(
    held: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Map:
        """Counts how often pages are given back."""

        times = 0

        def madvise(self, _: int) -> None:
            self.times += 1

    held_map = Map()
    monkeypatch.setattr(mapped, "_map_of", lambda array: held_map if array is not PIXELS else None)
    for array in (held, Rows(held, CHOSEN)):
        np.testing.assert_array_equal(np.concatenate(list(blocks(array, 5))), np.asarray(array))  # type: ignore[arg-type]
        np.testing.assert_array_equal(gather(array, np.array([1, 0])), np.asarray(array)[[1, 0]])  # type: ignore[arg-type]
    assert held_map.times == 6  # each block and each pair of images has more than 100 bytes
    touched(PIXELS, 10**9)  # of memory nothing is given back
    assert held_map.times == 6


def test_pages_that_were_given_back_are_read_again(held: NDArray[np.uint8]) -> None:
    for _ in range(3):
        np.testing.assert_array_equal(gather(held, CHOSEN), PIXELS[CHOSEN])
