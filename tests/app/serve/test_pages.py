"""A page as the browser gets it: pictures and charts are images, which run nothing."""

from __future__ import annotations

import base64

import numpy as np

from striate.app.serve.pages import page_json
from striate.reports.probe.page import Group, Legend, Page, Panel, Table

BLACK = np.zeros((2, 5, 3), np.uint8)


def test_every_part_of_a_page_is_told() -> None:
    group = Group("<b>", ("a line",), (Panel("p", "seen", BLACK),), ("<svg><script>alert(1)</script></svg>",))
    legend = Legend(Panel("l", "", BLACK), ("0", "1"), "colours")
    table = Table("numbers", ("", "n"), (("a", "1"),))
    told = page_json(Page("title", "over", ("word",), "x^2", (group,), legend, (table,), (Group("after"),), ("note",)))
    assert (told["title"], told["words"], told["tables"]) == ("title", ["word", "note"], (table,))
    assert "<math" in told["formula"]
    first, after = told["groups"]
    assert (first["title"], first["lines"], after["title"], after["charts"]) == ("<b>", ("a line",), "after", [])
    assert (first["panels"][0]["caption"], first["panels"][0]["wide"]) == ("seen", True)
    assert first["panels"][0]["uri"].startswith("data:image/png;base64,")
    kind, _, content = first["charts"][0].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(content).startswith(b"<svg>")
    assert (told["legend"]["ends"], told["legend"]["text"]) == (("0", "1"), "colours")


def test_a_page_may_have_neither_formula_nor_legend() -> None:
    told = page_json(Page("t", "", (), "", ()))
    assert (told["formula"], told["legend"], told["groups"]) == ("", None, [])
