"""A Matplotlib figure as an SVG element that a page can hold, or as a PDF page.

Text stays text, in the reader's system font; the ink is `currentColor`, so that a chart follows the page into the dark;
nothing points outside the element, and what it names inside is named for this element alone.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from striate.base.disk.outputs import MARK

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

INK = "#010203"  # stands for currentColor while Matplotlib draws: true black it leaves out of the file
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
POINTS = 72  # Matplotlib writes SVG at 72 units an inch, so a figure of w / 72 inches is w units wide


@dataclass(frozen=True)
class Chart:
    """A chart before it is a file: its size in user units, what a screen reader says, and what draws it on a figure."""

    width: float
    height: float
    label: str
    draw: Callable[[Figure], None]

    def svg(self) -> str:
        """Return the chart as one SVG element."""
        with canvas(self.width, self.height, self.label) as figure:
            self.draw(figure)
            return element(figure, self.label)

    def pdf(self) -> bytes:
        """Return the chart as a PDF page of its own size, with its fonts in it; the same chart gives the same bytes."""
        with canvas(self.width, self.height, self.label) as figure:
            self.draw(figure)
            file = io.BytesIO()
            figure.savefig(file, format="pdf", transparent=True, metadata={"CreationDate": None, "Title": self.label})
        return file.getvalue() + f"% {MARK}\n".encode()  # a comment, and readers look for the end before it


@contextmanager
def canvas(width: float, height: float, name: str) -> Generator[Figure]:
    """Give an empty transparent figure of that many user units; ``name`` keeps its inner names apart from other charts'."""
    from matplotlib import rc_context, rcdefaults, rcParams
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    settings: dict[RcKeyType, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "pdf.fonttype": 42,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 12,
        "text.color": INK,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.unicode_minus": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "text.parse_math": False,  # a name may hold a dollar sign
    }
    with rc_context(), warnings.catch_warnings():
        rcdefaults()  # whatever the reader's own matplotlibrc says, a chart is the same
        rcParams.update(settings)
        # Measuring a name in a script that DejaVu lacks warns; the reader's own font will draw it.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = Figure(figsize=(width / POINTS, height / POINTS))
        FigureCanvasAgg(figure)
        yield figure


def element(figure: Figure, label: str) -> str:
    """Return ``figure`` as one SVG element; ``label`` is what a screen reader says. Call it inside `canvas`."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"font-family: [^;\"]*", f"font-family: {FONT}", text)
    text = re.sub(r"font: ([^;\"]*?px) [^;\"]*", rf"font: \1 {FONT}", text)
    text = text.replace("xlink:href", "href").replace(INK, "currentColor")
    text = re.sub(r"\n\s*", "\n", re.sub(r"[ \t]+\n", "\n", text))
    used = set(re.findall(r"(?:href=\"|url\()#([^\")]+)", text))
    text = re.sub(r" id=\"([^\"]+)\"", lambda m: m[0] if m[1] in used else "", text)
    return _opened(text, label).strip()


def file_of(svg: str) -> str:
    """Return an SVG element as a file of its own, with the mark of what is written here."""
    return f"{legal(svg)}\n<!-- {MARK} -->\n"


def legal(text: str) -> str:
    """Return ``text`` with the replacement character for each one that XML forbids, and "?" for half of one.

    Extensible Markup Language 1.0, fifth edition, section 2.2, production [2] Char.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def _opened(text: str, label: str) -> str:
    """Return the element with an opening tag that scales and says what it shows."""
    from xml.sax.saxutils import quoteattr

    end = text.index(">")
    view = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text[:end])
    width, height = (view[1], view[2]) if view else ("1", "1")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label={quoteattr(label)} style="stroke-linejoin: round">{text[end + 1 :]}'
    )
