"""Full, valid and filt: numbers by hand, SciPy, and the gradients of a convolution that are made of them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from striate.base.errors import NetError
from striate.scratch.layers.convolution import conv_backward, conv_forward
from striate.scratch.layers.filtering import convolve_filt, convolve_full, convolve_valid

A, B = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([[1.0, 10.0]])
SIZE = st.integers(1, 5)


def test_numbers_by_hand() -> None:
    np.testing.assert_array_equal(convolve_filt(A, B), [[21, 32], [54, 65]])
    np.testing.assert_array_equal(convolve_valid(A, B), [[12, 23], [45, 56]])
    np.testing.assert_array_equal(convolve_full(A, B), [[1, 12, 23, 30], [4, 45, 56, 60]])


@given(SIZE, SIZE, SIZE, SIZE, st.integers(0, 999))
def test_they_equal_scipy(h: int, w: int, u: int, v: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(h + u - 1, w + v - 1)), rng.normal(size=(u, v))
    np.testing.assert_allclose(convolve_full(a, b), signal.convolve2d(a, b, "full"), atol=1e-12)
    np.testing.assert_allclose(convolve_valid(a, b), signal.convolve2d(a, b, "valid"), atol=1e-12)
    np.testing.assert_allclose(convolve_filt(a, b), signal.correlate2d(a, b, "valid"), atol=1e-12)
    np.testing.assert_allclose(convolve_full(b, a), convolve_full(a, b), atol=1e-12)


def test_a_convolution_layer_and_its_gradients_are_sums_of_them() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(4, 3, 2, 3))
    out, cache = conv_forward(x, w)
    dout = rng.normal(size=out.shape)
    dx, dw, _ = conv_backward(dout, cache)
    np.testing.assert_allclose(out[1, 2], sum(convolve_filt(x[1, c], w[2, c]) for c in range(3)), atol=1e-10)
    np.testing.assert_allclose(dx[1, 2], sum(convolve_full(w[f, 2], dout[1, f]) for f in range(4)), atol=1e-10)
    np.testing.assert_allclose(dw[3, 1], sum(convolve_filt(x[n, 1], dout[n, 3]) for n in range(2)), atol=1e-10)


def test_what_does_not_fit_is_named() -> None:
    for convolve in (convolve_filt, convolve_valid):
        with pytest.raises(
            NetError, match=re.escape("b (2, 3) over a (1, 2): a window of 2 does not fit into 1 cells")
        ):
            convolve(B, A)
    for convolve in (convolve_filt, convolve_valid, convolve_full):
        with pytest.raises(NetError, match=re.escape("a (3,) and b (1, 2): both must have two dimensions")):
            convolve(A[0], B)
        with pytest.raises(NetError, match=re.escape("a (2, 3) and b (0, 2): both must have two dimensions")):
            convolve(A, B[:0])
