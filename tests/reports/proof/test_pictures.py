"""The pictures of a proof: one cell for each entry, one line for each row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from striate.proofs.proof import Picture, rows_of
from striate.reports.kit.page import picture
from striate.reports.proof.pictures import picture_svg

HEAT = Picture("Jacobian $x & y", "heatmap", rows_of(np.arange(12).reshape(3, 4) - 5.0), x_label="i", y_label="k")
LINES = Picture(
    "Loss", "lines", ((3.0, 1.0, 2.0), (1.0, 1.0, 1.0)), (0.0, 1.0, 2.0), ("first", "second"), "step", "loss"
)


def test_a_heatmap_numbers_its_rows_and_columns_and_gives_its_scale(read) -> None:
    svg = picture_svg(HEAT)
    assert picture(svg).svg == svg
    labels = read(svg).labels()
    assert labels.count("3") == 1
    assert labels.count("2") == 2
    assert {"Jacobian $x & y", "i", "k", "6", "-6"} <= set(labels)


def test_equal_values_have_equal_colours(read) -> None:
    def colours(svg: str) -> set[str]:
        styles = (node.attributes.get("style", "") for node in read(svg).named("path"))
        return {style.partition("fill: ")[2][:7] for style in styles if "fill: #" in style}

    flat = picture_svg(replace(HEAT, values=((0.0, 0.0), (0.0, 0.0))))
    assert len(colours(picture_svg(HEAT)) - colours(flat)) >= 8


def test_lines_are_named(read) -> None:
    labels = read(picture_svg(LINES)).labels()
    assert {"first", "second", "step", "loss", "Loss"} <= set(labels)


def test_a_flat_heatmap_takes_less_room(read) -> None:
    def height(shown: Picture) -> float:
        return float(read(picture_svg(shown)).named("svg")[0].attributes["height"])

    assert height(replace(HEAT, values=((1.0,) * 20,))) < height(HEAT) < height(LINES) == 330


def test_an_empty_picture_is_refused() -> None:
    for values in ((), ((),)):
        with pytest.raises(ValueError, match="has no values"):
            picture_svg(replace(HEAT, values=values))


def test_a_heatmap_of_nothing_below_zero_has_a_scale_that_begins_there(read) -> None:
    labels = read(picture_svg(replace(HEAT, values=((0.0, 12.0), (3.0, 4.0))))).labels()
    assert "12" in labels
    assert "-12" not in labels
