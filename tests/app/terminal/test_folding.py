"""Lines end between words, at the width that COLUMNS or the terminal says."""

from __future__ import annotations

import io

import pytest

from striate.app.terminal.folding import columns_of, fold, fold_lines, prose_width


def test_a_word_is_never_broken() -> None:
    assert fold("one two/three-four five", 9, "- ", "  ") == "- one\n  two/three-four\n  five"


def test_each_line_is_folded_with_its_rest_indented() -> None:
    assert fold_lines("short\n\n  a line of words", 10) == "short\n\n  a line\n    of\n    words"


def test_the_width_is_that_of_columns_or_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    assert columns_of(io.StringIO()) == 72
    for nothing in ("0", "wide"):
        monkeypatch.setenv("COLUMNS", nothing)
        assert columns_of(io.StringIO()) == 0


def test_prose_is_narrower_than_a_wide_terminal() -> None:
    assert [prose_width(columns) for columns in (0, 60, 300)] == [80, 60, 120]
