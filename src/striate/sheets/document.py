"""The document of a sheet before it is a file: questions with blocks, each block one thing that every format can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from striate.reports.kit.svg import Chart

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Paragraph:
    """Words; ``computed`` where they were built from numbers, ``mark`` a word that stands before them, as a verdict's."""

    text: str
    computed: bool = False
    mark: str = ""
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Heading:
    """A line above what follows."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Formula:
    """A formula as LaTeX without dollar signs."""

    latex: str
    kind: ClassVar[str] = "formula"


@dataclass(frozen=True)
class Steps:
    """A derivation: (words, formula or nothing), numbered."""

    steps: tuple[tuple[str, str], ...]
    kind: ClassVar[str] = "steps"


@dataclass(frozen=True)
class Drawing:
    """A figure that scales: ``chart`` draws it, and ``svg`` is another form of it for a page, where there is one."""

    chart: Chart
    caption: str = ""
    svg: str = ""
    narrow: str = ""
    """The same for a phone, where it differs."""
    kind: ClassVar[str] = "drawing"


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture, uint8 (H, W, 3), and what it shows."""

    caption: str
    pixels: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Shots:
    """Pictures that belong together under a title."""

    title: str
    shots: tuple[Shot, ...]
    kind: ClassVar[str] = "shots"


@dataclass(frozen=True)
class Table:
    """Rows of texts under column heads; the first cell names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Listing:
    """Source code, each piece under the name of what it is; shown side by side where there is room."""

    pieces: tuple[tuple[str, str], ...]
    kind: ClassVar[str] = "listing"


@dataclass(frozen=True)
class Aside:
    """What a source says, and what was found here."""

    source: str
    says: str
    ours: str
    kind: ClassVar[str] = "aside"


@dataclass(frozen=True)
class Pending:
    """A part that is not done: what it is, what it would cost, and why it is not there."""

    what: str
    cost: str
    kind: ClassVar[str] = "pending"


Block = Paragraph | Heading | Formula | Steps | Drawing | Shots | Table | Listing | Aside | Pending


def merged(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with those that wait for the same work, one after another, as one that names all of them."""
    made: list[Block] = []
    for block in blocks:
        last = made[-1] if made else None
        if isinstance(block, Pending) and isinstance(last, Pending) and block.cost == last.cost:
            parts = dict.fromkeys([*last.what.split("; "), block.what])
            made[-1] = Pending("; ".join(parts), block.cost)
        else:
            made.append(block)
    return made


def grouped(blocks: Sequence[Block]) -> list[list[Block]]:
    """Return the merged blocks one by one, but charts that follow one another together, to stand side by side."""
    groups: list[list[Block]] = []
    for block in merged(blocks):
        chart = isinstance(block, Drawing) and not block.svg
        if chart and groups and isinstance(last := groups[-1][-1], Drawing) and not last.svg:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


@dataclass(frozen=True)
class Answered:
    """A question with the blocks of its answer."""

    number: str
    words: str
    blocks: tuple[Block, ...]

    @property
    def anchor(self) -> str:
        """The name by which a link finds it: q-3c, q-2-6."""
        return "q-" + self.number.replace(".", "-")

    @property
    def pending(self) -> tuple[Pending, ...]:
        """The parts that are not done."""
        return tuple(block for block in self.blocks if isinstance(block, Pending))


@dataclass(frozen=True)
class Document:
    """A sheet with its answers: ``command`` makes it again; ``facts`` are name -> value of how it was made."""

    name: str
    title: str
    intro: str
    questions: tuple[Answered, ...]
    command: str
    facts: Mapping[str, str]

    @property
    def pending(self) -> tuple[Pending, ...]:
        """The parts of all questions that are not done."""
        return tuple(part for question in self.questions for part in question.pending)

    def question(self, number: str) -> Answered:
        """Return the question ``number``; raises KeyError for one that is not here."""
        for one in self.questions:
            if one.number == number:
                return one
        raise KeyError(number)

    def to_json(self) -> dict[str, Any]:
        """Return words, answers and what is not done as JSON-able values; pictures are left out."""
        return {
            "sheet": self.name,
            "title": self.title,
            "facts": dict(self.facts),
            "command": self.command,
            "questions": [
                {
                    "number": one.number,
                    "words": one.words,
                    "answer": [
                        _plain(block) for block in one.blocks if not isinstance(block, (Drawing, Shots, Pending))
                    ],
                    "pending": [{"what": part.what, "cost": part.cost} for part in one.pending],
                }
                for one in self.questions
            ],
        }


def _plain(block: Block) -> dict[str, Any]:
    return {"kind": block.kind, **{name: value for name, value in vars(block).items() if value not in ("", ())}}
