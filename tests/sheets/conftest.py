"""A document that holds a block of every kind, with texts that try to be markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from striate.reports.kit.charts import Line, Series, curves
from striate.sheets.document import (
    Answered,
    Aside,
    Document,
    Drawing,
    Formula,
    Heading,
    Listing,
    Paragraph,
    Pending,
    Shot,
    Shots,
    Steps,
    Table,
)

if TYPE_CHECKING:
    from striate.reports.kit.svg import Chart

HOSTILE = "<script>alert(1)</script> \\end{document} `x` $y_1$ 50 % {a} [b](c) | d é ∑ \N{SNOWMAN}"


def chart(title: str) -> Chart:
    """Return a small panel of curves."""
    return curves([Series("arm", (Line((1.0, 2.0), (0.5, 0.25)),))], title=title)


@pytest.fixture
def document() -> Document:
    """A document of two questions."""
    wide = np.zeros((8, 24, 3), dtype=np.uint8)
    square = np.full((8, 8, 3), 200, dtype=np.uint8)
    first = (
        Paragraph(HOSTILE),
        Paragraph("a computed sentence", computed=True, mark="supported"),
        Heading("a heading"),
        Formula("z = \\sum_i x_i y_i, \\quad w = \\frac{1}{2}"),
        Steps((("because", "a = b"), ("so", ""))),
        Drawing(chart("one")),
        Drawing(chart("two")),
        Shots("two pictures", (Shot("first", square), Shot(HOSTILE, square))),
        Shots("a wide one", (Shot("wide", wide),)),
        Table(
            "numbers", ("arm", "a very long head of a column", "x"), ((HOSTILE, "0.5", "."), ("b", "long " * 30, "2"))
        ),
        Listing((("f", "def f(x):\n    return " + " + ".join(["x"] * 60)), ("g", "def g():\n    pass  # é"))),
        Aside("a source", "says so", "not here"),
    )
    second = (Pending("curves: cnn", "Not done: 3 runs, about 5 min."),)
    questions = (Answered("3c", HOSTILE, first), Answered("2.1", "another", second))
    return Document(
        "made-up", "A made-up homework", "An introduction.", questions, "striate sheet made-up", {"data": "digits"}
    )
