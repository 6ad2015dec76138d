"""The convolution layer: numbers by hand, PyTorch forward and backward, the fast ways against the plain one, memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from striate.base.errors import NetError
from striate.scratch.fast.cache_blocks import Array
from striate.scratch.gradcheck import gradcheck
from striate.scratch.layers.convolution import (
    WINOGRAD_CHANNELS,
    conv_backward,
    conv_backward_filters,
    conv_backward_input,
    conv_forward,
    plain_backward,
    plain_forward,
)


def normal(*shapes: tuple[int, ...], dtype: str = "float64") -> list[Array]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def test_one_image_by_hand() -> None:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    w = np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2)
    out, cache = conv_forward(x, w, np.array([10.0]))
    # 0 + 2*1 - 4 = -2, 1 + 2*2 - 5 = 0; the next row 3 + 2*4 - 7 = 4, 4 + 2*5 - 8 = 6; and 10 on each.
    np.testing.assert_array_equal(out, [[[[8, 10], [14, 16]]]])
    dx, dw, db = conv_backward(np.array([[[[1.0, 0.0], [0.0, 1.0]]]]), cache)
    np.testing.assert_array_equal(dx, [[[[1, 2, 0], [0, 0, 2], [0, 0, -1]]]])
    np.testing.assert_array_equal(dw, [[[[0 + 4, 1 + 5], [3 + 7, 4 + 8]]]])
    np.testing.assert_array_equal(db, [2])


def test_padding_and_stride_by_hand() -> None:
    x, w = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2), np.ones((1, 1, 2, 2))
    out, cache = conv_forward(x, w, stride=2, padding=1)
    np.testing.assert_array_equal(out, x)  # each window holds one cell and three of the padding
    dx, dw, db = conv_backward(np.array([[[[1.0, 10.0], [100.0, 1000.0]]]]), cache)
    np.testing.assert_array_equal(dx, [[[[1, 10], [100, 1000]]]])
    np.testing.assert_array_equal(dw, [[[[4 * 1000, 3 * 100], [2 * 10, 1]]]])
    assert db is None


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_it_equals_pytorch_forward_and_backward(data: st.DataObject) -> None:
    def size(least: int, most: int) -> int:
        return data.draw(st.integers(least, most))

    stride, padding, kernel = size(1, 4), size(0, 4), (size(1, 5), size(1, 5))
    image = [size(max(1, k - 2 * padding), 12) for k in kernel]
    count, channels, filters = size(1, 3), size(1, 4), size(1, 4)
    x, w, b = normal((count, channels, *image), (filters, channels, *kernel), (filters,))
    bias = b if data.draw(st.booleans()) else None
    out, cache = conv_forward(x, w, bias, stride, padding)
    inputs = [torch.tensor(a, requires_grad=True) for a in (x, w, b)]
    theirs = F.conv2d(inputs[0], inputs[1], None if bias is None else inputs[2], stride, padding)
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)
    (dout,) = normal(out.shape)
    theirs.backward(torch.tensor(dout))
    for ours, tensor in zip(conv_backward(dout, cache), inputs, strict=True):
        if ours is None:
            assert bias is None
        else:
            assert tensor.grad is not None
            np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=1e-10, atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(
    dtype=st.sampled_from(["float16", "float32", "float64"]),
    channels=st.sampled_from([1, 3, WINOGRAD_CHANNELS, 40]),
    filters=st.sampled_from([1, 2, WINOGRAD_CHANNELS, 40]),
    kernel=st.sampled_from([1, 2, 3, 5]),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
    size=st.integers(5, 11),
)
def test_the_fast_ways_equal_the_plain_one(
    dtype: str, channels: int, filters: int, kernel: int, stride: int, padding: int, size: int
) -> None:
    x, w, b = normal((2, channels, size, size + 1), (filters, channels, kernel, kernel), (filters,), dtype=dtype)
    out, cache = conv_forward(x, w, b, stride, padding)
    (dout,) = normal(out.shape, dtype=dtype)
    wide = [a.astype(np.float64) for a in (dout, x, w)]
    exact = plain_forward(wide[1], wide[2], b.astype(np.float64), stride, padding)
    for ours, plain in zip(
        (out, *conv_backward(dout, cache)), (exact, *plain_backward(*wide, stride, padding)), strict=True
    ):
        assert ours is not None
        assert ours.dtype == dtype
        spread = {"float16": 2e-2, "float32": 2e-5, "float64": 1e-13}[dtype] * max(1.0, np.abs(plain).max())
        np.testing.assert_allclose(ours, plain, rtol=0, atol=spread)


def test_the_parts_of_the_backward_pass_are_the_whole() -> None:
    x, w, b = normal((2, 3, 7, 8), (4, 3, 3, 3), (4,))
    out, cache = conv_forward(x, w, b, 2, 1)
    dx, dw, db = conv_backward(out, cache)
    np.testing.assert_array_equal(conv_backward_input(out, cache), dx)
    for part, whole in zip(conv_backward_filters(out, cache), (dw, db), strict=True):
        np.testing.assert_array_equal(part, whole)


def test_an_empty_batch_has_no_output_and_gradients_of_zero() -> None:
    x, w, b = np.empty((0, 2, 5, 5)), np.ones((3, 2, 3, 3)), np.ones(3)
    out, cache = conv_forward(x, w, b, padding=1)
    assert out.shape == (0, 3, 5, 5)
    dx, dw, db = conv_backward(out, cache)
    assert dx.shape == x.shape
    np.testing.assert_array_equal(dw, np.zeros_like(w))
    np.testing.assert_array_equal(db, np.zeros_like(b))


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (5, 1), (3, 2)])
def test_memory_stays_below_three_times_output_and_input(kernel: int, stride: int) -> None:
    x, w, b = normal((16, 32, 40, 40), (32, 32, kernel, kernel), (32,), dtype="float32")
    conv_forward(x[:1], w, b, stride, 1)
    tracemalloc.start()
    try:
        out, cache = conv_forward(x, w, b, stride, 1)
        forward = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        conv_backward(out, cache)
        backward = tracemalloc.get_traced_memory()[1] - out.nbytes
    finally:
        tracemalloc.stop()
    assert forward < 3 * (out.nbytes + x.nbytes)
    assert backward < 3 * (out.nbytes + x.nbytes)


def test_steps_do_not_add_up_in_memory() -> None:
    x, w, b = normal((4, 32, 16, 16), (32, 32, 3, 3), (32,), dtype="float32")
    held = []
    tracemalloc.start()
    try:
        for _ in range(6):
            conv_backward(*conv_forward(x, w, b, 1, 1))
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[-1] - held[1] < w.nbytes  # not one more array, in four steps


def shaped(*shape: int) -> Array:
    return np.zeros(shape)


@pytest.mark.parametrize(
    ("x", "w", "b", "text"),
    [
        (
            shaped(2, 3, 8, 8),
            shaped(4, 1, 3, 3),
            None,
            "images (2, 3, 8, 8) have 3 channels and filters (4, 1, 3, 3) have 1, where (N, C, H, W) and (F, C, U, V) share C",
        ),
        (
            shaped(8, 8),
            shaped(4, 1, 3, 3),
            None,
            "images (8, 8) and filters (4, 1, 3, 3), where (N, C, H, W) and (F, C, U, V) are needed",
        ),
        (
            shaped(2, 3, 2, 8),
            shaped(4, 3, 3, 3),
            shaped(5),
            "filters (4, 3, 3, 3) on images (2, 3, 2, 8): a window of 3 does not fit into 2 cells padded to 2; "
            "biases (5,) for filters (4, 3, 3, 3), where one number per filter is needed: (F) for (F, C, U, V)",
        ),
        (
            shaped(1, 1, 4, 4).astype(int),
            shaped(1, 1, 2, 2),
            None,
            "the images have type int64, where floats are needed",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(x: Array, w: Array, b: Array | None, text: str) -> None:
    with pytest.raises(NetError) as error:
        conv_forward(x, w, b)
    assert str(error.value) == f"this convolution is not possible: {text}"


def test_a_gradient_of_another_shape_is_refused() -> None:
    _, cache = conv_forward(shaped(2, 3, 8, 8), shaped(4, 3, 3, 3))
    with pytest.raises(NetError) as error:
        conv_backward(shaped(2, 4, 8, 8), cache)
    assert str(error.value) == (
        "the gradient (2, 4, 8, 8) does not fit the convolution's output (2, 4, 6, 6): a gradient has the shape of what it is "
        "the gradient of"
    )


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.tuples(*[st.integers(1, 2)] * 3),
    kernel=st.tuples(*[st.integers(1, 3)] * 2),
    more=st.tuples(*[st.integers(0, 3)] * 2),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
)
def test_it_agrees_with_central_differences(
    sizes: tuple[int, ...], kernel: tuple[int, ...], more: tuple[int, ...], stride: int, padding: int
) -> None:
    count, channels, filters = sizes
    image = [k + m for k, m in zip(kernel, more, strict=True)]
    arrays = normal((count, channels, *image), (filters, channels, *kernel), (filters,))
    check = gradcheck(lambda x, w, b: conv_forward(x, w, b, stride, padding), conv_backward, *arrays)
    assert check.holds, check.worst


def test_strides_and_paddings_are_whole() -> None:
    text = "this convolution is not possible: stride is 1.5, and must be a whole number; padding is 'same', and must be a whole"
    with pytest.raises(NetError, match=text):
        conv_forward(shaped(1, 1, 4, 4), shaped(1, 1, 2, 2), None, 1.5, "same")  # pyright: ignore[reportArgumentType]
