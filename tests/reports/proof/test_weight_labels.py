"""Which cells are weights, and which of them share a colour."""

from __future__ import annotations

from striate.reports.proof.weight_labels import Cell, cells


def test_a_weight_is_taken_apart() -> None:
    ((_, kernel, plain, zero, greek),) = cells([("y1", "w12_3", "x0", ".", "-α")])
    assert (kernel.letter, kernel.above, kernel.below) == ("w", "12", "3")
    assert (plain.letter, plain.above, plain.below) == ("x", "", "0")
    assert zero == Cell(".")
    assert (greek.letter, greek.above, greek.below) == ("−α", "", "")


def test_few_weights_have_a_colour_each_whatever_their_sign() -> None:
    ((_, *row),) = cells([("y", "x0", "x1", "-x0", "x1")])
    assert [cell.colour for cell in row] == [0, 1, 0, 1]


def test_many_weights_share_the_colour_of_their_kernel() -> None:
    names = [f"w{kernel}_{tap}" for kernel in (11, 12, 21) for tap in (1, 2, 3)]
    ((_, *row),) = cells([("y", *names)])
    assert [cell.colour for cell in row] == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_table_of_other_texts_has_no_colours() -> None:
    for rows in ([("a", "x0", "12 of 13")], [("a", "100"), ("b", "relu")], [("a",)], [("y", ".")], []):
        assert cells(rows) == tuple(tuple(Cell(text) for text in row) for row in rows)


def test_weights_of_two_dimensions_and_of_ten_channels_are_weights() -> None:
    row = cells([["y11", "w11_1,2", "w1,10_2", "."]])[0]
    assert [(cell.above, cell.below) for cell in row[1:3]] == [("11", "1,2"), ("1,10", "2")]
    assert all(cell.colour is not None for cell in row[1:3])
