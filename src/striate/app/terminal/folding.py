"""Where a line ends: between two words, at the width of the terminal, or of COLUMNS where that is set."""

from __future__ import annotations

import os
import textwrap
from typing import TextIO

PROSE = 120  # columns of a paragraph at most
PIPED = 80  # columns of a paragraph or chart where nothing says how wide the output is


def columns_of(stream: TextIO) -> int:
    """Return how many columns COLUMNS or the terminal says that ``stream`` has; 0 where neither says it."""
    if (given := os.environ.get("COLUMNS", "")).isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def prose_width(columns: int) -> int:
    """Return how wide a paragraph or a chart is where there are so many columns; 0: not known."""
    return min(columns, PROSE) if columns else PIPED


def fold(text: str, width: int, first: str = "", rest: str = "") -> str:
    """Return ``text`` folded between words, never in one; ``first`` begins its first line and ``rest`` the others."""
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def fold_lines(text: str, width: int) -> str:
    """Return ``text`` with each line folded, the rest of it indented two columns further than it is itself."""
    made: list[str] = []
    for line in text.split("\n"):
        said = line.lstrip(" ")
        indent = line[: len(line) - len(said)]
        made.append(line if len(line) <= width else fold(said, width, indent, f"{indent}  "))
    return "\n".join(made)
