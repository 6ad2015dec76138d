"""Where the weights sit: the homework's matrix written out, a dilated and padded one, two dimensions, and its counts."""

from __future__ import annotations

import numpy as np
import pytest

from striate.proofs.parts.conv_layout import Layout, pictures, tables

HOMEWORK = Layout(2, 2, 3, (4,))


def test_the_homework_written_out() -> None:
    assert [" ".join(row) for row in HOMEWORK.labels()] == [
        "w11_1 w11_2 w11_3 . w21_1 w21_2 w21_3 .",
        ". w11_1 w11_2 w11_3 . w21_1 w21_2 w21_3",
        "w12_1 w12_2 w12_3 . w22_1 w22_2 w22_3 .",
        ". w12_1 w12_2 w12_3 . w22_1 w22_2 w22_3",
    ]
    assert (HOMEWORK.shape, HOMEWORK.nonzeros, HOMEWORK.weights) == ((4, 8), 24, 12)


def test_stride_padding_and_dilation_by_hand() -> None:
    layout = Layout(1, 1, 2, (5,), stride=2, padding=1, dilation=3)
    # Windows start at -1, 1, 3 and reach 3 cells further: (-1, 2), (1, 4), and 3 + 3 is out of the 6 padded ones.
    assert [" ".join(row) for row in layout.labels()] == [". . w11_2 . .", ". w11_1 . . w11_2"]
    assert (layout.positions, layout.rest, layout.reach, layout.nonzeros) == ((2,), (1,), 3, 3)


def test_two_dimensions_by_hand() -> None:
    layout = Layout(1, 1, 2, (2, 3))
    assert [" ".join(row) for row in layout.labels()] == [
        "w11_1,1 w11_1,2 . w11_2,1 w11_2,2 .",
        ". w11_1,1 w11_1,2 . w11_2,1 w11_2,2",
    ]


def test_the_matrix_holds_the_numbers_of_its_labels() -> None:
    w = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]])  # [j, i, k]
    assert HOMEWORK.matrix(w).tolist() == [
        [1, 2, 3, 0, 4, 5, 6, 0],
        [0, 1, 2, 3, 0, 4, 5, 6],
        [7, 8, 9, 0, 10, 11, 12, 0],
        [0, 7, 8, 9, 0, 10, 11, 12],
    ]


def test_both_directions_by_hand() -> None:
    layout, w = Layout(1, 1, 2, (3,)), np.array([[[1.0, 10.0]]])
    assert layout.forward(w, np.array([[1.0, 2.0, 3.0]])).tolist() == [[21, 32]]
    assert layout.turned(w).tolist() == [[[10, 1]]]
    assert layout.backward(w, np.array([[1.0, 100.0]])).tolist() == [[1, 110, 1000]]


def test_channels_are_exchanged_on_the_way_back() -> None:
    w = np.arange(12.0).reshape(2, 3, 2)
    assert Layout(3, 2, 2, (4,)).turned(w).shape == (3, 2, 2)
    assert Layout(3, 2, 2, (4,)).turned(w)[2, 1].tolist() == [11, 10]


def test_a_weight_of_zero_is_still_a_place() -> None:
    assert HOMEWORK.nonzeros == int((HOMEWORK.index() >= 0).sum())


def test_names_of_many_channels_stay_unambiguous() -> None:
    assert Layout(12, 1, 1, (1,)).labels()[0][10] == "w11,1_1"
    assert Layout.cells("x", (1, 11))[-1] == "x1,11"


def test_large_matrices_are_neither_printed_nor_drawn() -> None:
    assert (tables(Layout(1, 1, 3, (2000,))), pictures(Layout(1, 1, 3, (2000,)))) == ((), ())
    assert len(tables(HOMEWORK)) == 3
    assert tables(HOMEWORK)[2].rows[1] == ("from 2 of dL/dY to 1 of dL/dX", "w12_3", "w12_2", "w12_1")
    assert len(tables(Layout(1, 1, 2, (3, 3)))) == 2
    assert pictures(HOMEWORK)[0].values[1][:5] == (0, 1, 2, 3, 0)


def test_faults_name_side_and_rule() -> None:
    assert Layout(1, 1, 3, (2, 5)).faults() == [
        "height 2 with kernel 3: a window of 3 does not fit into 2 cells padded to 2"
    ]
    with pytest.raises(ValueError, match="stride is 0"):
        _ = Layout(1, 1, 3, (5,), stride=0).positions
