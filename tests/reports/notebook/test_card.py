"""A card is complete in itself, and nothing that it is told becomes markup."""

from __future__ import annotations

import base64
import re

from striate.reports.kit.table import Cell, Table
from striate.reports.notebook.card import Card, Passage, drawing, html_of, photograph

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'


def test_what_it_is_told_is_text() -> None:
    bad = "<script>x</script>"
    table = Table(bad, (bad,), ((Cell(bad, bad),),))
    made = html_of(Card(bad, bad, (Passage(bad, (bad,), bad, "refuted"),), (drawing(SVG, bad),), (table,), bad))
    assert bad not in made
    assert made.count("&lt;script&gt;") == 12


def test_nothing_in_it_is_requested_from_anywhere() -> None:
    made = html_of(Card("a", pictures=(drawing(SVG, "drawn"), photograph(b"png", "small", 8))))
    addresses = re.findall(r'(?:src|href)="([^"]*)"', made)
    assert [address.partition(",")[0] for address in addresses] == [
        "data:image/svg+xml;base64",
        "data:image/png;base64",
    ]
    assert base64.b64decode(addresses[0].partition(",")[2]).decode().startswith(SVG)


def test_a_small_picture_is_enlarged_as_squares_and_a_large_one_is_not() -> None:
    small, large = photograph(b"", "", 8), photograph(b"", "", 224)
    assert (small.width, small.coarse, large.width, large.coarse) == (128, True, 224, False)
