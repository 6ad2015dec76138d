"""The figures of a document as files beside it, named by question and place, for the formats that hold none themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from striate.base.disk.files import make_folder
from striate.base.disk.outputs import write_output
from striate.reports.kit.svg import file_of
from striate.reports.probe.page import enlarged, png
from striate.sheets.document import Block, Document, Drawing, Shots

FIGURES = "figures"


class Figures:
    """Writes figures into the folder ``figures`` of a document's own; ``vector`` is svg or pdf, pictures are PNG."""

    def __init__(self, folder: Path, document: Document, vector: str) -> None:
        self.folder, self.vector = folder / FIGURES, vector
        self._names = {id(block): name for name, block in _named(document)}
        if self._names:
            make_folder(self.folder)

    def drawing(self, block: Drawing) -> str:
        """Write a drawing, and return its path as the document names it."""
        name = f"{self._names[id(block)]}.{self.vector}"
        write_output(
            self.folder / name, file_of(block.svg or block.chart.svg()) if self.vector == "svg" else block.chart.pdf()
        )
        return f"{FIGURES}/{name}"

    def shots(self, block: Shots) -> list[str]:
        """Write the pictures of a group, and return their paths."""
        made: list[str] = []
        for place, shot in enumerate(block.shots, start=1):
            name = f"{self._names[id(block)]}-{place}.png"
            write_output(self.folder / name, png(enlarged(shot.pixels)))
            made.append(f"{FIGURES}/{name}")
        return made


def _named(document: Document) -> Iterator[tuple[str, Block]]:
    for question in document.questions:
        figures = [block for block in question.blocks if isinstance(block, (Drawing, Shots))]
        for place, block in enumerate(figures, start=1):
            yield f"{question.anchor}-{place}", block
