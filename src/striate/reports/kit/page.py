"""The skeleton of every page: one self-contained file, everything escaped, nothing requested from anywhere.

Jinja2 escapes all values. The only markup that comes in from outside the templates is a `Picture`: an SVG element made
here, which is read through first and refused if it could do anything but draw.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from striate.reports.kit.numerals import number
from striate.reports.kit.svg import legal

if TYPE_CHECKING:
    from jinja2 import Environment

DRAWING = frozenset({"svg", "g", "defs", "clippath", "use", "path", "rect", "line", "text", "tspan", "style"})


@dataclass(frozen=True)
class Picture:
    """An SVG element that was found to do nothing but draw; templates put it in as it is."""

    svg: str

    def __html__(self) -> str:
        """Return the markup, as Jinja2 asks for it."""
        return self.svg


def picture(svg: str) -> Picture:
    """Return ``svg`` as a `Picture`; raises ValueError when it holds more than drawing, or points outside itself."""
    faults = _Reader.faults_of(svg)
    if faults:
        raise ValueError(f"the picture is refused: {'; '.join(faults)}")
    return Picture(svg)


def render(template: str, **values: Any) -> str:
    """Return the page of ``template`` with ``values``; an undefined name in it is an error.

    A control character that no page may hold becomes the replacement character, half a character a question mark.
    """
    return legal(_environment().get_template(template).render(**values))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("striate.reports.kit"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    return environment


class _Reader(HTMLParser):
    """Reads a picture as a browser does, and notes whatever is not drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    @staticmethod
    def faults_of(svg: str) -> list[str]:
        reader = _Reader()
        reader.feed(svg)
        reader.close()
        start = svg.startswith("<svg") and svg.rstrip().endswith("</svg>")
        return reader.faults + ([] if start else ["it is not one svg element"])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in DRAWING:
            self.faults.append(f"element {tag}")
        for name, value in attrs:
            if name.startswith("on"):
                self.faults.append(f"attribute {name}")
            elif name.endswith("href") and not (value or "").startswith("#"):
                self.faults.append(f"{name} to {value}")
            elif name == "style":
                self._style(value or "")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self._style(data)

    def _style(self, text: str) -> None:
        if re.search(r"@import|url\(\s*['\"]?(?!#)", text, re.IGNORECASE):
            self.faults.append("a style that points outside")
