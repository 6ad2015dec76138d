"""The parts that an answer is made of; each is a value that says what is wanted, and nothing of how it is had.

``kind`` of each is what a course asks for: text, derivation, figure, procedure, curves, table, study, probe, selection, code,
trial or answer. What a part needs of the sheet's work, it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

Metric = tuple[str, str]
"""(split, metric) of a panel of curves: ("train", "loss")."""
LOSSES: tuple[Metric, ...] = (("train", "loss"), ("val", "loss"))
TRAINING: tuple[Metric, ...] = (("train", "loss"), ("train", "accuracy"))
ALL: tuple[Metric, ...] = (*LOSSES, ("train", "accuracy"), ("val", "accuracy"))
Rule = Callable[..., Sequence[str]]
"""From the facts of the works, looks or proofs that are named beside it, in that order, to sentences."""


def _none() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Text:
    """Words that rest on no number of ours: a definition, how something is set up. ``latex`` is a formula below them."""

    text: str
    latex: str = ""
    kind: ClassVar[str] = "text"


@dataclass(frozen=True)
class Derivation:
    """A proof of the catalogue at the sizes of ``given``: its statement, its steps, its tables and errata, its checks.

    Of a proof that answers several questions, ``steps`` and ``tables`` are the part of them for this one, as (first, end);
    its statement about all is left out then.
    """

    proof: str
    given: Mapping[str, Any] = field(default_factory=_none)
    steps: tuple[int, int] | None = None
    tables: tuple[int, int] | None = None
    kind: ClassVar[str] = "derivation"


@dataclass(frozen=True)
class Figure:
    """The architecture of ``net`` with ``options``, as a figure and in words, for images of ``image`` (as 3x32x32)."""

    net: str
    options: Mapping[str, Any] = field(default_factory=_none)
    image: str = "3x32x32"
    by_hand: bool = False
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Trained:
    """How the run ``work`` was trained, in words made from its recipe."""

    work: str
    kind: ClassVar[str] = "procedure"


@dataclass(frozen=True)
class Curves:
    """The curves of the run or study ``work``: a panel for each of ``panels``, of these ``arms`` alone where they are named."""

    work: str
    panels: tuple[Metric, ...] = ALL
    arms: tuple[str, ...] = ()
    kind: ClassVar[str] = "curves"


@dataclass(frozen=True)
class Scores:
    """The accuracies of the run ``work``, or of each arm of the study, as a table; of a study that chooses, with the choice."""

    work: str
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Verdicts:
    """What the study ``work`` found, claim by claim, with effects and intervals; of the ``claims`` named alone, if any are."""

    work: str
    claims: tuple[str, ...] = ()
    kind: ClassVar[str] = "study"


@dataclass(frozen=True)
class Look:
    """What the probe ``probe`` shows of the net of run ``work``, under a ``name`` of its own for the sentences about it.

    ``images`` are words such as ``DATA:0-3``, where DATA stands for the data of the run; ``options`` are those of the probe.
    Of its page ``most`` groups of pictures are shown, of each those pictures whose names hold a word of ``keep``, if any, or
    where these are all blank a word of ``instead``, and none where those are, too; its ``words`` are left out where the sheet
    has its own. ``own``: the pictures that a person names stand first, beside these.
    """

    name: str
    probe: Literal["saliency", "gradcam", "features", "fool", "localise", "maximize", "filters"]
    work: str
    images: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=_none)
    most: int = 9
    keep: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    words: bool = True
    own: bool = False
    kind: ClassVar[str] = "probe"


@dataclass(frozen=True)
class Trial:
    """Whether the net of run ``work`` learns one batch by heart; under a ``name`` of its own."""

    name: str
    work: str
    kind: ClassVar[str] = "trial"


@dataclass(frozen=True)
class Code:
    """The source of functions, classes or methods of Striate, side by side: ``module:name`` each, a layer's two passes, say."""

    homes: tuple[str, ...]
    kind: ClassVar[str] = "code"


@dataclass(frozen=True)
class Checked:
    """The gradients of layers by hand against central differences: ``cases`` are names of `striate gradcheck`."""

    cases: tuple[str, ...]
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Forms:
    """Two forms of ``net``, by their options, against each other on images (H, W, C): how far apart what they compute is."""

    net: str
    first: Mapping[str, Any]
    second: Mapping[str, Any]
    image: tuple[int, int, int] = (32, 32, 3)
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Says:
    """Sentences that ``rule`` builds from the facts of what ``of`` names, so that they change when the numbers do.

    ``choice``: they report a value chosen on validation and its test score.
    """

    rule: Rule
    of: tuple[str, ...]
    choice: bool = False

    @property
    def kind(self) -> str:
        """``selection`` where it reports a choice, else ``answer``."""
        return "selection" if self.choice else "answer"


@dataclass(frozen=True)
class Beside:
    """What a source says, in our words, and below it what was found here, by ``rule`` from the facts of what ``of`` names."""

    source: str
    says: str
    rule: Rule | None = None
    of: tuple[str, ...] = ()
    ours: str = ""
    kind: ClassVar[str] = "beside"


Part = (
    Text
    | Derivation
    | Figure
    | Trained
    | Curves
    | Scores
    | Verdicts
    | Look
    | Trial
    | Code
    | Checked
    | Forms
    | Says
    | Beside
)


def needs(part: Part) -> tuple[str, ...]:
    """Return the names of the works, looks or trials that ``part`` rests on."""
    if isinstance(part, (Says, Beside)):
        return part.of
    return (part.work,) if isinstance(part, (Trained, Curves, Scores, Verdicts, Look, Trial)) else ()
