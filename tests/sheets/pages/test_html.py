"""The page: one file that asks for nothing, everything escaped, every question in the contents, what is not done named."""

from __future__ import annotations

import re

from striate.sheets.document import Document, Paragraph, Pending, grouped
from striate.sheets.pages.html import fragment, sheet_page


def test_the_page_holds_every_block_and_runs_nothing(document: Document) -> None:
    page = sheet_page(document)
    assert page.endswith("<!-- striate:output -->\n") or "striate:output" in page[-60:]
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', page) == []
    assert page.count('<a href="#q-3c">') == 2  # the contents, and the head itself
    assert 'id="q-2-1"' in page
    assert "Not done: 3 runs, about 5 min." in page
    assert "1 part of the answers is not done" in page
    assert page.count('class="chart"') >= 2
    assert '<div class="charts">' in page
    assert "<math" in page
    assert 'class="mark supported">supported' in page
    assert "@media print" in page


def test_a_page_is_the_same_bytes_again(document: Document) -> None:
    assert sheet_page(document) == sheet_page(document)


def test_a_fragment_has_one_answer_and_no_page_around_it(document: Document) -> None:
    shown = fragment(document.question("2.1"))
    assert "another" in shown
    assert "<html" not in shown
    assert "q-3c" not in shown
    pictures = fragment(document.question("3c"))
    assert pictures.count('class="drawn"') == 2  # the two charts, as pictures that keep the card's colours
    assert "<svg" not in pictures


def test_parts_that_wait_for_the_same_work_are_named_together() -> None:
    cost, other = "Not done: 3 runs.", "Not done: 1 run."
    blocks = (
        Pending("curves: a", cost),
        Pending("study: a", cost),
        Pending("curves: a", cost),
        Paragraph("words"),
        Pending("curves: a", cost),
        Pending("curves: b", other),
    )
    assert grouped(blocks) == [
        [Pending("curves: a; study: a", cost)],
        [Paragraph("words")],
        [Pending("curves: a", cost)],
        [Pending("curves: b", other)],
    ]
