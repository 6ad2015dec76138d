"""A card in a notebook: a small piece of HTML, complete in itself, that looks the same whatever the notebook's theme.

Pictures are data addresses, so that no style and no name of one card reaches another or the notebook.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape

from striate.reports.kit.page import render
from striate.reports.kit.svg import file_of
from striate.reports.kit.table import Table


@dataclass(frozen=True)
class Shown:
    """One picture: its data address, what it shows, its width in CSS pixels, whether its pixels show as squares.

    One that is ``drawn`` has letters in it, so it keeps its size, and is scrolled where there is less room.
    """

    uri: str
    label: str
    width: int
    coarse: bool = False
    drawn: bool = False


@dataclass(frozen=True)
class Passage:
    """A part of a card: a heading and lines of text, either of which may be empty.

    ``word`` stands before the heading, in the colour of ``answer``: supported, refuted or undecided.
    """

    title: str = ""
    lines: tuple[str, ...] = ()
    word: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Card:
    """What a notebook shows: a title with a line above it, passages, pictures side by side, tables, and a last line."""

    title: str
    over: str = ""
    passages: tuple[Passage, ...] = ()
    pictures: tuple[Shown, ...] = ()
    tables: tuple[Table, ...] = ()
    foot: str = ""


def drawing(svg: str, label: str, width: int = 430) -> Shown:
    """Return an SVG element as a picture of a card."""
    return Shown(f"data:image/svg+xml;base64,{_coded(file_of(svg).encode())}", label, width, drawn=True)


def photograph(png: bytes, label: str, side: int, smallest: int = 128) -> Shown:
    """Return the bytes of a PNG as a picture; one whose shorter edge has fewer than ``smallest`` pixels is enlarged."""
    return Shown(f"data:image/png;base64,{_coded(png)}", label, max(side, smallest), side < smallest)


def html_of(card: Card) -> str:
    """Return the card as HTML."""
    return render("card.html.jinja", card=card)


@dataclass(frozen=True)
class Markup:
    """HTML that was made from our templates, which have escaped what they were told."""

    html: str

    def __html__(self) -> str:
        """Return it as it is."""
        return self.html


def framed(inner: str) -> str:
    """Return markup of ours as a card: what is in it looks as cards do, whatever the notebook's theme."""
    return render("card_frame.html.jinja", inner=Markup(inner))


def drawn(svg: str, label: str) -> Markup:
    """Return an SVG element as a picture of its own size, which has the colours of the card and not those of the notebook."""
    shown = drawing(svg, label, round(float(svg.split('viewBox="')[1].split('"')[0].split()[2])))
    return Markup(f'<img src="{shown.uri}" alt="{escape(label)}" width="{shown.width}" class="drawn">')


def _coded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
