"""What a probe found, as pictures and as one self-contained page.

A renderer turns the record of one kind, and the pictures that were looked at, into a `Page`: words, a formula, groups of
panels, charts and tables. The files (one PNG for each panel) and the HTML are made of that, the same for all probes.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from striate.base.catalog import Catalog, loaded
from striate.base.disk.files import make_folder
from striate.base.disk.outputs import MARK, claim_folder, ours, write_output
from striate.base.errors import ProbeError
from striate.reports.kit.mathml import formula
from striate.reports.kit.page import picture, render

if TYPE_CHECKING:
    from striate.data.photos.picture import Picture
    from striate.probes.facts import Facts
    from striate.probes.record import Record


@dataclass(frozen=True)
class Drawn:
    """One kind of record, and the ``module:function`` that returns its page, called with (record, pictures, classes, net)."""

    name: str
    home: str


RENDERERS: Catalog[Drawn] = Catalog(
    "kind of record",
    ProbeError,
    (
        Drawn("heatmap", "striate.reports.probe.heatmap:page"),
        Drawn("filters", "striate.reports.probe.filters:page"),
        Drawn("features", "striate.reports.probe.features:page"),
        Drawn("patches", "striate.reports.probe.maximize:page_of_patches"),
        Drawn("maximize", "striate.reports.probe.maximize:page"),
        Drawn("fool", "striate.reports.probe.fool:page"),
        Drawn("localise", "striate.reports.probe.localise:page"),
    ),
)
PLAIN = Drawn("any", "striate.reports.probe.plain:page")
"""The renderer of every other kind."""

PAGE = "index.html"
UNTRAINED = (
    "This net is untrained: no weights were given, and its own were drawn at random. What it sees, it has not learned."
)
SMALLEST_FILE = 224
"""Pixels of the shorter edge of a PNG file: smaller panels are enlarged by a whole factor, each pixel a square."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture: uint8 (H, W, 3); ``file`` is the name of its PNG without the ending, ``caption`` a few words."""

    file: str
    caption: str
    pixels: Pixels

    @property
    def uri(self) -> str:
        """The picture as a data address, at its own size; the page enlarges it."""
        return "data:image/png;base64," + base64.b64encode(png(self.pixels)).decode("ascii")

    @property
    def wide(self) -> bool:
        """Whether it is several pictures side by side, which need the width of the page."""
        return self.pixels.shape[1] > 2 * self.pixels.shape[0]

    @property
    def coarse(self) -> bool:
        """Whether its pixels are to be shown as squares, not smoothed."""
        return min(self.pixels.shape[:2]) < SMALLEST_FILE


@dataclass(frozen=True, eq=False)
class Legend:
    """How colours are read: the bar (H, W, 3) and what its left end, its middle and its right end mean."""

    bar: Panel
    ends: tuple[str, ...]
    text: str


@dataclass(frozen=True, eq=False)
class Group:
    """Panels that belong together, as those of one image; ``charts`` are SVG elements."""

    title: str
    lines: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    charts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of texts; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Page:
    """All that is shown of a record. ``over`` stands small above the title, ``words`` are paragraphs, ``formula`` is LaTeX."""

    title: str
    over: str
    words: tuple[str, ...]
    formula: str
    groups: tuple[Group, ...]
    legend: Legend | None = None
    tables: tuple[Table, ...] = ()
    after: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()


Renderer = Callable[["Record[Any]", Sequence["Picture"], Sequence[str], str], Page]


def page_of(record: Record[Facts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of ``record``, by the renderer of its kind; ``net`` is the name of the net for people."""
    renderer: Renderer = loaded(RENDERERS.get(record.kind, PLAIN).home)
    shown = renderer(record, pictures, classes, net)
    return replace(shown, words=(UNTRAINED, *shown.words)) if record.untrained else shown


def probe_html(shown: Page, probe: str = "", files: Sequence[str] = ()) -> str:
    """Return the page as one file, nothing requested from anywhere; in it stand the probe and the files beside the page."""
    charts: dict[str, Any] = {svg: picture(svg) for group in (*shown.groups, *shown.after) for svg in group.charts}
    return render(
        "probe.html.jinja",
        title=shown.title,
        shown=shown,
        formula=formula(shown.formula) if shown.formula else None,
        charts=charts,
        probe=probe,
        files=files,
    )


def write_page(shown: Page, folder: Path, probe: str = "") -> Path:
    """Write every panel as a PNG, and index.html, into ``folder``; return the path of the page.

    An older page is replaced, and those of its pictures that the new one lacks are removed. Raises StorageError, before
    anything is written, where the page's name or a picture's is taken by what was not written here.
    """
    panels = [panel for group in (*shown.groups, *shown.after) for panel in group.panels]
    made = {f"{file_name(panel.file)}.png": png(enlarged(panel.pixels)) for panel in panels}
    claim_page(folder, *made)
    older = [name for name in _told(folder, "pictures").split() if re.fullmatch(r"[A-Za-z0-9.-]+\.png", name)]
    make_folder(folder)
    for name, content in made.items():
        write_output(folder / name, content)
    target = folder / PAGE
    write_output(target, probe_html(shown, probe, list(made)))
    for name in older:
        if name not in made and ours(folder / name):
            (folder / name).unlink(missing_ok=True)
    return target


def claim_page(folder: Path, *files: str) -> None:
    """Raise StorageError unless ``folder`` can take a page and ``files``: new, or with an older page that was written here."""
    claim_folder(folder, PAGE, *files)


def older_page(folder: Path) -> str:
    """Return the probe whose page is in ``folder``; nothing where there is none that was written here."""
    return _told(folder, "probe")


def _told(folder: Path, what: str) -> str:
    """Return what the page in ``folder`` says of itself; nothing where there is none that was written here."""
    if not ours(folder / PAGE):
        return ""
    text = (folder / PAGE).read_text(encoding="utf-8", errors="replace")
    found = re.search(rf'<meta name="striate:{what}" content="([^"]*)">', text)
    return found[1] if found else ""


def png(pixels: Pixels) -> bytes:
    """Return uint8 (H, W, 3) as the bytes of a PNG."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    file, said = io.BytesIO(), PngInfo()
    said.add_text("Software", MARK)
    Image.fromarray(pixels).save(file, format="PNG", optimize=True, pnginfo=said)
    return file.getvalue()


def enlarged(pixels: Pixels) -> Pixels:
    """Return the picture with each pixel repeated, so that the shorter edge has SMALLEST_FILE pixels or more."""
    factor = -(-SMALLEST_FILE // min(pixels.shape[:2]))
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def file_name(text: str) -> str:
    """Return ``text`` as part of a file's name: letters, digits, dots and hyphens, 80 at most."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[:80] or "panel"
