"""The page of a data set and its sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from striate.data import load
from striate.data.imageset import Split, image_set
from striate.data.summary import summary
from striate.reports.data.shown import COLUMNS, GAP, counts_table, data_page, sheet, statistics_table, twice
from striate.reports.probe.page import probe_html


def test_a_row_of_the_sheet_is_a_class() -> None:
    images = np.arange(5, dtype=np.uint8)[:, None, None, None].repeat(3, 1).repeat(2, 2) * 10
    made = image_set("toy", ("a", "b"), train=Split(images, np.array([1, 0, 1, 1, 0])), origin="here")
    drawn = sheet(made, range(2))
    assert drawn.shape == (2 * (3 + GAP), COLUMNS * (2 + GAP), 3)
    firsts = [drawn[0, column * (2 + GAP), 0] for column in range(3)]
    assert firsts == [10, 40, 255]  # the images 1 and 4, then nothing
    assert [drawn[3 + GAP, column * (2 + GAP), 0] for column in range(3)] == [0, 20, 30]


def test_large_images_become_means() -> None:
    pixels = np.zeros((2, 193, 200, 3), np.uint8)
    pixels[:, :3, :3, 0] = 90
    pixels[:, 0, 0, 0] = 0
    made = image_set("toy", ("a", "b"), train=Split(pixels, np.array([0, 1])), origin="here")
    drawn = sheet(made, range(2))
    assert drawn.shape == (2 * (65 + GAP), COLUMNS * (67 + GAP), 3)
    assert drawn[0, 0].tolist() == [80, 0, 0]  # eight of nine


def test_the_page_of_digits_and_that_of_a_table(read: Callable[[str], Any]) -> None:
    digits = load("digits")
    told = summary(digits)
    page = data_page(digits, told)
    words = read(probe_html(page, "data")).words
    assert "1,797 images of 8 x 8 pixels, 1 channel, in 10 classes. No two are equal, pixel for pixel." in words
    assert counts_table(told).rows[-1] == ("all", "1,438", "359")
    assert len(statistics_table(told, tabular=False).rows) == 1
    table = load("sums")
    plain = data_page(table, summary(table))
    assert plain.groups == ()
    assert "1,000 rows of 20 features" in plain.words[0]


def test_what_is_twice_is_said() -> None:
    images = np.zeros((4, 2, 2, 1), np.uint8)
    split = Split(images, np.array([0, 1, 0, 1]))
    told = summary(image_set("toy", ("a", "b"), train=split, test=split, origin="here"))
    assert twice(told) == (
        "Pixel for pixel, 3 of train are equal to an earlier one of it; 3 of test are equal to an earlier one of it;"
        " 4 of test are in train too; 8 have an equal in another class."
    )
