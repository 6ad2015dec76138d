"""Blocks cover everything once and stay small; a cut rectangle is what padding and cutting give."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from striate.scratch.fast.cache_blocks import BLOCK_BYTES, LEAST_BYTES, Workspace, blocks, cut


@given(
    images=st.integers(0, 40), rows=st.integers(1, 40), share=st.integers(1, 60), multiple=st.sampled_from([1, 2, 4])
)
def test_blocks_cover_each_row_of_each_image_once(images: int, rows: int, share: int, multiple: int) -> None:
    row_bytes = BLOCK_BYTES // share
    covered = np.zeros((images, rows), dtype=int)
    for block in blocks(images, rows, row_bytes, multiple):
        covered[block.images, block.rows] += 1
        assert block.top % multiple == 0
        assert block.count * block.height * row_bytes <= max(BLOCK_BYTES, multiple * row_bytes)
    assert (covered == 1).all()


def test_small_images_go_together_and_large_ones_in_strips() -> None:
    assert [(b.count, b.height) for b in blocks(17, 8, BLOCK_BYTES // 16)] == [(2, 8)] * 8 + [(1, 8)]
    assert [(b.first, b.top, b.bottom) for b in blocks(2, 5, BLOCK_BYTES // 3)] == [
        (0, 0, 3),
        (0, 3, 5),
        (1, 0, 3),
        (1, 3, 5),
    ]


def test_even_a_small_batch_is_shared_but_not_into_crumbs() -> None:
    assert [b.count for b in blocks(100, 8, LEAST_BYTES // 8)] == [12] * 8 + [4]
    assert [b.count for b in blocks(100, 8, LEAST_BYTES // 800)] == [100]


@given(top=st.integers(-7, 7), left=st.integers(-7, 7), height=st.integers(1, 9), width=st.integers(1, 9))
def test_a_rectangle_is_cut_from_zeros_without_end(top: int, left: int, height: int, width: int) -> None:
    images = np.arange(1.0, 1 + 2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    endless = np.pad(images, ((0, 0), (0, 0), (20, 20), (20, 20)))
    expected = endless[:, :, 20 + top : 20 + top + height, 20 + left : 20 + left + width]
    np.testing.assert_array_equal(cut(images, top, left, height, width), expected)


def test_what_lies_inside_is_a_view() -> None:
    images = np.ones((1, 1, 4, 4))
    assert np.shares_memory(cut(images, 1, 0, 3, 4), images)
    assert not np.shares_memory(cut(images, 1, 0, 4, 4), images)


def test_a_workspace_hands_out_the_same_memory_again() -> None:
    space = Workspace(np.float32)
    first = space.array("taps", 4, 6)
    assert first.dtype == np.float32
    assert np.shares_memory(space.array("taps", 5, 2), first)
    assert not np.shares_memory(space.array("product", 5, 2), first)
    assert space.array("taps", 100).shape == (100,)
