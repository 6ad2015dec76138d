"""Window arithmetic: numbers worked by hand, PyTorch's own layers as the oracle, and the laws of composition."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from striate.base.shapes import (
    ReceptiveField,
    convolution_macs,
    convolution_parameters,
    dense_macs,
    dense_parameters,
    window_output,
)

windows = st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3))  # K, S, P, D


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation", "positions"),
    [
        (32, 3, 1, 1, 1, 32),  # `same`
        (32, 3, 1, 0, 1, 30),  # `valid`
        (4, 3, 1, 2, 1, 6),  # `full`
        (32, 2, 2, 0, 1, 16),
        (7, 2, 2, 0, 1, 3),  # the last cell is left over
        (224, 7, 2, 3, 1, 112),
        (9, 3, 1, 0, 4, 1),  # a reach of 9 fits once
        (1, 1, 5, 0, 1, 1),
    ],
)
def test_positions_worked_by_hand(
    size: int, kernel: int, stride: int, padding: int, dilation: int, positions: int
) -> None:
    assert window_output(size, kernel, stride, padding, dilation) == positions


@given(size=st.integers(1, 20), window=windows)
def test_positions_are_those_of_a_real_convolution(size: int, window: tuple[int, int, int, int]) -> None:
    import torch

    kernel, stride, padding, dilation = window
    assume(dilation * (kernel - 1) + 1 <= size + 2 * padding)
    layer = torch.nn.Conv1d(1, 1, kernel, stride, padding, dilation)
    expected = layer(torch.empty(1, 1, size)).shape[-1]
    assert window_output(size, kernel, stride, padding, dilation) == expected


@given(size=st.integers(1, 20), window=windows)
def test_positions_are_counted(size: int, window: tuple[int, int, int, int]) -> None:
    kernel, stride, padding, dilation = window
    starts = [
        start
        for start in range(-padding, size + padding, stride)
        if start + dilation * (kernel - 1) < size + padding  # the last tap lies on a cell
    ]
    assume(starts)
    assert window_output(size, kernel, stride, padding, dilation) == len(starts)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 3), "size is 0, and must be at least 1"),
        ((5, 0), "kernel is 0, and must be at least 1"),
        ((5, 3, 0), "stride is 0, and must be at least 1"),
        ((5, 3, 1, -1), "padding is -1, and must be at least 0"),
        ((5, 3, 1, 0, 0), "dilation is 0, and must be at least 1"),
        ((4, 3, 1, 1, 3), "a window of 7 does not fit into 4 cells padded to 6"),
    ],
)
def test_what_cannot_slide_is_named(arguments: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        window_output(*arguments)


def test_a_window_that_just_fits_and_one_that_just_does_not() -> None:
    assert window_output(4, 6, padding=1) == 1
    with pytest.raises(ValueError, match="a window of 7 does not fit into 4 cells padded to 6"):
        window_output(4, 7, padding=1)


def test_counts_worked_by_hand() -> None:
    # A standard block: two 3x3 convolutions at 32 channels; a bottleneck at 128 channels: 1x1, 3x3, 1x1 through 32.
    assert 2 * convolution_parameters(32, 32, 9, bias=False) == 18_432
    narrow = convolution_parameters(128, 32, 1, bias=False), convolution_parameters(32, 32, 9, bias=False)
    assert sum(narrow) + convolution_parameters(32, 128, 1, bias=False) == 17_408
    # 100 inputs to 1000 outputs, dense; and ten filters of three cells over one channel, padded to 100 positions.
    assert dense_parameters(100, 1000, bias=False) == dense_macs(100, 1000) == 100_000
    assert convolution_parameters(1, 10, 3, bias=False) == 30
    assert convolution_macs(1, 10, 3, output_cells=100) == 3_000


@given(
    channels=st.integers(1, 4),
    filters=st.integers(1, 4),
    groups=st.integers(1, 3),
    kernel=st.integers(1, 3),
    bias=st.booleans(),
)
def test_parameters_and_macs_are_those_of_real_layers(
    channels: int, filters: int, groups: int, kernel: int, bias: bool
) -> None:
    import torch

    inputs, outputs = channels * groups, filters * groups
    layer = torch.nn.Conv2d(inputs, outputs, kernel, groups=groups, bias=bias)
    counted = sum(parameter.numel() for parameter in layer.parameters())
    assert convolution_parameters(inputs, outputs, kernel**2, bias=bias, groups=groups) == counted
    # Of ones and ones every multiply-add adds one, so the outputs sum to their number.
    with torch.no_grad():
        summed = torch.nn.functional.conv2d(
            torch.ones(1, inputs, 5, 7), torch.ones_like(layer.weight), groups=groups
        ).sum()
    cells = window_output(5, kernel) * window_output(7, kernel)
    assert convolution_macs(inputs, outputs, kernel**2, cells, groups) == int(summed)

    dense = torch.nn.Linear(inputs, outputs, bias=bias)
    assert dense_parameters(inputs, outputs, bias=bias) == sum(p.numel() for p in dense.parameters())
    assert dense_macs(inputs, outputs) == inputs * outputs


def test_receptive_field_worked_by_hand() -> None:
    # conv 3, conv 3, pool 2 by 2, conv 3, conv 3 with D 2; from the pool on, neighbours lie 2 pixels apart.
    field = ReceptiveField()
    sizes = []
    for kernel, stride, dilation in ((3, 1, 1), (3, 1, 1), (2, 2, 1), (3, 1, 1), (3, 1, 2)):
        field = field.after(kernel, stride, dilation)
        sizes.append(field.size)
    assert sizes == [3, 5, 6, 10, 18]
    assert field.jump == 2


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=3))
def test_receptive_field_is_the_reach_of_the_gradient(layers: list[tuple[int, int, int]]) -> None:
    """The input cells that move one output cell span exactly ``size``; the next output cell's lie ``jump`` further."""
    import torch

    field = ReceptiveField()
    for kernel, stride, dilation in layers:
        field = field.after(kernel, stride, dilation)
    cells = torch.ones(1, 1, field.size + field.jump, requires_grad=True)
    output = cells
    for kernel, stride, dilation in layers:
        output = torch.nn.functional.conv1d(output, torch.ones(1, 1, kernel), stride=stride, dilation=dilation)
    assert output.shape[-1] == 2
    for position, first in ((0, 0), (1, field.jump)):
        (gradient,) = torch.autograd.grad(output[0, 0, position], cells, retain_graph=True)
        seen = gradient[0, 0].nonzero().flatten().tolist()
        assert (seen[0], seen[-1]) == (first, first + field.size - 1)
