"""The product over blocks: any corner and stride, blocks of several images and strips of one."""

from __future__ import annotations

import numpy as np
import pytest

from striate.scratch.fast import cache_blocks as blocks
from striate.scratch.fast import im2col as columns


@pytest.mark.parametrize("block_bytes", [1, 2000, 10**6])
@pytest.mark.parametrize(("corner", "stride"), [((0, 0), 1), ((-2, 1), 1), ((1, -1), 2)])
def test_it_is_the_sum_over_taps(
    block_bytes: int, corner: tuple[int, int], stride: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", block_bytes)
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(3, 2, 7, 6)), rng.normal(size=(4, 2, 3, 2)), rng.normal(size=4)
    out = np.empty((3, 4, 3, 4))
    columns.correlate(x, w, b, out, corner, stride)
    endless = np.pad(x, ((0, 0), (0, 0), (9, 9), (9, 9)))
    expected, dw, dx = np.zeros_like(out) + b[:, None, None], np.zeros_like(w), np.zeros_like(endless)
    for u, v in np.ndindex(3, 2):
        top, left = 9 + corner[0] + u, 9 + corner[1] + v
        read = endless[:, :, top : top + 3 * stride : stride, left : left + 4 * stride : stride]
        expected += np.einsum("ncij,fc->nfij", read, w[:, :, u, v])
        dw[:, :, u, v] = np.einsum("ncij,nfij->fc", read, out)
        received = dx[:, :, top : top + 3 * stride : stride, left : left + 4 * stride : stride]
        received += np.einsum("nfij,fc->ncij", out, w[:, :, u, v])
    np.testing.assert_allclose(out, expected, atol=1e-12)
    np.testing.assert_allclose(columns.filter_gradient(x, w, out, corner, stride), dw, atol=1e-12)
    gradient = np.full_like(x, np.nan)
    columns.input_gradient(out, w, gradient, corner, stride)
    np.testing.assert_allclose(gradient, dx[:, :, 9:16, 9:15], atol=1e-12)
