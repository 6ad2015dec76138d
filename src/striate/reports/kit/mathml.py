"""A LaTeX formula as MathML, which browsers draw by themselves: nothing is loaded, and no script runs.

The conversion is latex2mathml's. What comes out is read through before a page takes it as markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

ELEMENTS = (
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mstyle "
    "mpadded mphantom menclose mfenced"
)
ATTRIBUTES = (
    "xmlns display stretchy fence separator form lspace rspace width height depth mathvariant columnalign rowspacing "
    "columnspacing accent accentunder displaystyle scriptlevel linethickness movablelimits symmetric minsize maxsize"
)


@dataclass(frozen=True)
class Formula:
    """A math element that was found to hold nothing but a formula; templates put it in as it is."""

    mathml: str

    def __html__(self) -> str:
        """Return the markup, as Jinja2 asks for it."""
        return self.mathml


def parts(latex: str) -> list[str]:
    """Return the statements of a formula, which wide spaces separate outside of all braces; each keeps its comma.

    ``a = b, \\quad c = d`` is two statements, which may stand below each other; a word between two spaces joins.
    """
    found, depth, start = list[str](), 0, 0
    for match in re.finditer(r"\\[{}]|[{}]|, *\\quad\b|\\qquad\b", latex):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if "quad" in match[0] and not depth:
            found.append(latex[start : match.end()].removesuffix("\\quad").removesuffix("\\qquad").strip())
            start = match.end()
    return [part for part in (*found, latex[start:].strip()) if part]


def formula(latex: str) -> Formula:
    """Return ``latex`` as a displayed `Formula`; raises ValueError when it cannot be converted, or holds more."""
    from latex2mathml.converter import convert

    try:
        markup = convert(latex, display="block")
    except Exception as error:
        raise ValueError(f"the formula {latex} cannot be converted ({type(error).__name__}: {error})") from error
    faults = _Reader.faults_of(markup)
    if faults:
        raise ValueError(f"the formula {latex} is refused: {'; '.join(faults)}")
    return Formula(markup)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)  # a sign that was escaped does not come to handle_data
        self.faults: list[str] = []

    @staticmethod
    def faults_of(markup: str) -> list[str]:
        reader = _Reader()
        reader.feed(markup)
        reader.close()
        return reader.faults

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS.split():
            self.faults.append(f"element {tag}")
        self.faults += [f"attribute {name}" for name, _ in attrs if name not in ATTRIBUTES.split()]

    def handle_data(self, data: str) -> None:
        if "\\" in data:  # a command that the converter left as it was
            self.faults.append(f"unknown command {data}")
        if "<" in data:
            self.faults.append(f"open text {data}")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"declaration {data}")
