"""Which cells of a proof's table name a weight, how the name is written, and which cells share a colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

WEIGHT = re.compile(r"(-?)([^\W\d_]+)(\d+(?:,\d+)?)(?:_([\w,]+))?|(-?)([αβγδ])()()")


@dataclass(frozen=True)
class Cell:
    """A text as it stands and, where it names a weight, its parts and the number of its colour.

    ``w12_3`` is the letter w with 12 above and 3 below; in ``x0`` the number stands below.
    """

    text: str
    letter: str = ""
    above: str = ""
    below: str = ""
    colour: int | None = None


def cells(rows: Sequence[Sequence[str]]) -> tuple[tuple[Cell, ...], ...]:
    """Return the cells of ``rows``, in colours only if, but for row names, they are all weights and ``.``.

    Up to eight different weights have a colour each; with more, those that agree up to the ``_`` share one.
    """
    inner = [text for row in rows for text in row[1:] if text != "."]
    found = {text: match for text in inner if (match := WEIGHT.fullmatch(text))}
    if not inner or len(found) < len(set(inner)):
        return tuple(tuple(Cell(text) for text in row) for row in rows)
    alone = len({text.lstrip("-") for text in found}) <= 8
    keys = {text: text.lstrip("-") if alone else text.lstrip("-").partition("_")[0] for text in found}
    order = sorted(set(keys.values()), key=lambda key: (len(key), key))
    return tuple(
        tuple(
            _weight(text, found[text], order.index(keys[text])) if place and text in found else Cell(text)
            for place, text in enumerate(row)
        )
        for row in rows
    )


def _weight(text: str, match: re.Match[str], colour: int) -> Cell:
    sign, letter = match[1] or match[5] or "", match[2] or match[6]
    above, below = (match[3], match[4]) if match[4] else ("", match[3] or "")
    return Cell(text, sign.replace("-", "−") + letter, above, below.replace("_", ","), colour)
