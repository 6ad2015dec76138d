"""A table that has no room folds between words, then prints its columns in groups, and breaks nothing."""

from __future__ import annotations

import io
import itertools
import re

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from striate.app.terminal.rows import show_rows
from striate.app.terminal.table import table

NUMBERS = ("runs", "at chance", "final", "test")
SCORE = "0.9234 ± 0.0123 (5)"


def lines(width: int, first: str) -> list[str]:
    made = table("arm", *NUMBERS, right=NUMBERS)
    made.add_row(Text(first), "5", "0", SCORE, SCORE)
    made.add_row(Text("plain"), "1,205", "0", SCORE, SCORE)
    out = Console(width=width, file=io.StringIO())
    out.print(made)
    assert isinstance(out.file, io.StringIO)
    return [line.rstrip() for line in out.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [120, 80, 60, 40, 30])
@pytest.mark.parametrize("first", ["bn", "batch norm after every layer", "one/long/folder/without/a/space/to/break/it"])
def test_no_number_is_broken_and_no_line_too_long(width: int, first: str) -> None:
    printed = lines(width, first)
    assert max(map(len, printed)) <= width
    assert sum(line.count(SCORE) for line in printed) == 4
    assert "1,205" in "".join(printed)
    words = {word for line in printed for word in line.split()}
    assert set(first.split()) <= words or set(re.findall(r"[^/]+", first)) <= set(
        re.findall(r"[^/\s]+", " ".join(words))
    )


def test_a_row_is_one_line_where_there_is_room() -> None:
    head, _, row, other = lines(120, "batch norm after every layer")
    assert head.split() == ["arm", "runs", "at", "chance", "final", "test"]
    assert row == f"batch norm after every layer       5           0   {SCORE}   {SCORE}"
    assert other.startswith("plain  ")


def test_columns_stand_in_groups_each_with_the_first() -> None:
    printed = lines(60, "bn")
    assert [line for line in printed if line.startswith("arm")] == [
        "arm     runs  at chance                final",
        "arm                   test",
    ]
    assert printed.count("") == 1


def test_a_long_first_column_has_its_own_line() -> None:
    printed = lines(80, "one/long/folder/without/a/space/to/break/it")
    assert printed[2:4] == ["one/long/folder/without/a/space/to/break/it", f"      5          0  {SCORE}  {SCORE}"]


CELLS = ["", "bn", "naïve", "畳み込み", "0.5 ± 0.1", "a long name of many words"]


@pytest.mark.parametrize("right", [(), ("b",), ("a", "c")])
def test_rows_without_folding_are_those_of_rich(right: tuple[str, ...]) -> None:
    """Where nothing is folded the rows are written without Rich's table, and look the same (Rich is the oracle)."""
    whole = table("a", "b", "c", right=right)
    for first, second, third in itertools.product(CELLS, repeat=3):
        whole.add_row(Text(first), Text(second), Text(third))
    ours, theirs = (Console(width=100, file=io.StringIO()) for _ in range(2))
    ours.print(whole)
    theirs.print(as_rich_draws(whole))
    assert ours.file.getvalue() == theirs.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    assert ours.file.getvalue().count("\n") == len(CELLS) ** 3 + 2  # pyright: ignore[reportAttributeAccessIssue]


def as_rich_draws(whole: Table) -> Table:
    plain = Table(box=whole.box, pad_edge=False, header_style="bold", show_edge=False)
    for column in whole.columns:
        plain.add_column(column.header, justify=column.justify)
    for cells in zip(*(column.cells for column in whole.columns), strict=True):
        plain.add_row(*cells)
    return plain


def test_a_list_is_piped_as_rich_would_print_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(first, second, "x") for first, second in itertools.product(CELLS, repeat=2)]
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    show_rows(("a", "b", "c"), rows, False)
    piped = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "10000")
    show_rows(("a", "b", "c"), rows, False)
    assert piped == capsys.readouterr().out
    assert len(piped.splitlines()) == len(rows) + 2
