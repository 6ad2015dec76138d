"""Max pooling: numbers by hand, PyTorch forward and backward with ties, overlaps and NaN."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from striate.base.errors import NetError
from striate.scratch.fast import cache_blocks as blocks
from striate.scratch.fast.cache_blocks import Array
from striate.scratch.gradcheck import gradcheck
from striate.scratch.layers.pooling import max_pool_backward, max_pool_forward, plain_backward, plain_forward

NEEDED = "(N, C, H, W) of type float16, float32 or float64 is needed"


def by_pytorch(x: Array, dout: Array, window: tuple[int, int], stride: int) -> tuple[Array, Array]:
    tensor = torch.tensor(x, requires_grad=True)
    out = F.max_pool2d(tensor, window, stride)
    out.backward(torch.tensor(dout))
    assert tensor.grad is not None
    return out.detach().numpy(), tensor.grad.numpy()


def test_one_image_by_hand() -> None:
    x = np.array([[1.0, 5, 2, 2], [3, 4, 2, 2], [9, 9, 9, 9]]).reshape(1, 1, 3, 4)
    out, cache = max_pool_forward(x)
    np.testing.assert_array_equal(out, [[[[5, 2]]]])
    # Of four equal cells the first takes all; the third row is in no window.
    np.testing.assert_array_equal(
        max_pool_backward(np.array([[[[7.0, 8.0]]]]), cache), [[[[0, 7, 8, 0], [0, 0, 0, 0], [0, 0, 0, 0]]]]
    )


def test_overlapping_windows_add_up_by_hand() -> None:
    x = np.array([1.0, 3, 2, 3, 1]).reshape(1, 1, 1, 5)
    out, cache = max_pool_forward(x, 1, 3, 1)
    np.testing.assert_array_equal(out, [[[[3, 3, 3]]]])
    np.testing.assert_array_equal(max_pool_backward(np.array([[[[1.0, 10, 100]]]]), cache), [[[[0, 11, 0, 100, 0]]]])


@settings(max_examples=80, deadline=None)
@given(
    window=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.integers(1, 5),
    maps=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    more=st.tuples(st.integers(0, 7), st.integers(0, 7)),
    values=st.integers(1, 6),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_it_equals_pytorch_with_ties_and_overlaps(
    window: tuple[int, int], stride: int, maps: tuple[int, int], more: tuple[int, int], values: int, dtype: str
) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, values, size=(*maps, window[0] + more[0], window[1] + more[1])).astype(dtype)
    out, cache = max_pool_forward(x, *window, stride)
    dout = rng.integers(-50, 50, size=out.shape).astype(dtype)
    plain = plain_forward(x, *window, stride), plain_backward(dout, x, *window, stride)
    both = zip((out, max_pool_backward(dout, cache)), plain, by_pytorch(x, dout, window, stride), strict=True)
    for ours, as_it_reads, theirs in both:
        assert ours.dtype == as_it_reads.dtype == dtype
        np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(as_it_reads, theirs)


@pytest.mark.parametrize(("window", "stride"), [((2, 2), 2), ((2, 4), 1), ((3, 3), 2)])
def test_nan_and_infinity_are_treated_as_pytorch_treats_them(window: tuple[int, int], stride: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.choice([np.nan, np.inf, -np.inf, -1.0, 2.0], size=(4, 3, 9, 8))
    out, cache = max_pool_forward(x, *window, stride)
    dout = rng.choice([np.nan, np.inf, 1.0, -3.0], size=out.shape)
    with np.errstate(invalid="ignore"):  # where windows overlap, infinity may meet infinity
        for ours, theirs in zip(
            (out, max_pool_backward(dout, cache)), by_pytorch(x, dout, window, stride), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("block_bytes", [1, 3000])
def test_blocks_change_nothing(block_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).normal(size=(3, 5, 8, 9))
    out, cache = max_pool_forward(x, 3, 2, 1)
    dx = max_pool_backward(out, cache)
    for name in ("BLOCK_BYTES", "LEAST_BYTES"):
        monkeypatch.setattr(blocks, name, block_bytes)
    again, cache = max_pool_forward(x, 3, 2, 1)
    np.testing.assert_array_equal(again, out)
    np.testing.assert_array_equal(max_pool_backward(out, cache), dx)


def test_windows_of_more_than_256_cells_and_half_precision_work() -> None:
    x = np.arange(2 * 20 * 20, dtype=np.float16).reshape(1, 2, 20, 20)
    out, cache = max_pool_forward(x, 18, 19, 1)
    assert out.dtype == np.float16
    np.testing.assert_array_equal(out, x[:, :, 17:, 18:])
    dx = max_pool_backward(out, cache)
    np.testing.assert_array_equal(dx[:, :, 17:, 18:], out)
    assert dx.sum(dtype=float) == out.sum(dtype=float)


def test_the_input_may_lie_in_any_order_and_stays_as_it_is() -> None:
    x = np.random.default_rng(0).normal(size=(4, 6, 6, 3)).transpose(0, 3, 1, 2)
    before = x.copy()
    out, cache = max_pool_forward(x)
    dout = np.asfortranarray(out)
    np.testing.assert_array_equal(out, max_pool_forward(before)[0])
    np.testing.assert_array_equal(max_pool_backward(dout, cache), max_pool_backward(out, cache))
    np.testing.assert_array_equal(x, before)


def test_an_empty_batch_stays_empty() -> None:
    out, cache = max_pool_forward(np.empty((0, 3, 4, 4)))
    assert out.shape == (0, 3, 2, 2)
    assert max_pool_backward(out, cache).shape == (0, 3, 4, 4)


@pytest.mark.parametrize(
    ("shape", "dtype", "text"),
    [
        ((3, 8, 8), "float32", "images (3, 8, 8) of type float32 cannot be pooled: " + NEEDED),
        ((1, 3, 8, 8), "uint8", "images (1, 3, 8, 8) of type uint8 cannot be pooled: " + NEEDED),
        (
            (1, 3, 2, 8),
            "float32",
            "a window (3, 2) at stride 2 cannot pool images (1, 3, 2, 8): a window of 3 does not fit into 2 cells padded to 2",
        ),
    ],
)
def test_what_cannot_be_pooled_is_refused(shape: tuple[int, ...], dtype: str, text: str) -> None:
    with pytest.raises(NetError) as error:
        max_pool_forward(np.zeros(shape, dtype), 3, 2, 2)
    assert str(error.value) == text


def test_a_gradient_of_another_shape_is_refused() -> None:
    _, cache = max_pool_forward(np.zeros((1, 2, 4, 4)))
    with pytest.raises(NetError) as error:
        max_pool_backward(np.zeros((1, 2, 4, 4)), cache)
    assert str(error.value) == (
        "the gradient (1, 2, 4, 4) does not fit the pooling's output (1, 2, 2, 2): a gradient has the shape of what it is the "
        "gradient of"
    )


@settings(max_examples=25, deadline=None)
@given(
    window=st.tuples(*[st.integers(1, 3)] * 2),
    more=st.tuples(*[st.integers(0, 3)] * 2),
    maps=st.tuples(*[st.integers(1, 2)] * 2),
    stride=st.integers(1, 4),
)
def test_it_agrees_with_central_differences(
    window: tuple[int, int], more: tuple[int, int], maps: tuple[int, int], stride: int
) -> None:
    shape = (*maps, window[0] + more[0], window[1] + more[1])
    x = np.random.default_rng(0).permutation(np.prod(shape)).reshape(shape) / 10
    check = gradcheck(lambda x: max_pool_forward(x, *window, stride), max_pool_backward, x)
    assert check.holds, check.worst


def test_windows_and_strides_are_whole() -> None:
    text = r"images \(1, 1, 4, 4\) cannot be pooled: pool_width is 2.0, and must be a whole number; stride is 0.5, and must be"
    with pytest.raises(NetError, match=text):
        max_pool_forward(np.zeros((1, 1, 4, 4)), 2, 2.0, 0.5)  # pyright: ignore[reportArgumentType]
