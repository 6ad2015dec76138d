"""What a study answers: supported, refuted or undecided, with the numbers it rests on.

With the interval of the effect and the smallest difference worth having, the margin:

    supported   the interval lies above 0, and not wholly below the margin
    refuted     the interval lies wholly below the margin: worse, no difference, or a real one too small to be worth it
    undecided   everything else, also where all runs of both are equal and too few (see `Comparison.too_few`); the verdict
                then says how many seeds would settle it

When the margin is the true difference or more, `refuted` is false in at most 2.5 % of studies, and when there is no
difference so is `supported`; claims with several comparisons share these 2.5 % among them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from striate.base.inline import Inline
from striate.studies.claims.comparison import Answer, Comparison
from striate.studies.claims.finding import lead, settled, still_open
from striate.studies.looks.found import Finding
from striate.studies.looks.plan import ONCE, Look

if TYPE_CHECKING:
    from striate.studies.claims.outcome import Outcome


def _no_findings() -> dict[str, Finding]:
    return {}


Row = Mapping[str, Any]
"""A row of a table for readers, as plain JSON: words and numbers under their headings, None where one is missing."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """Nothing more; a kind of claim adds its fields.

    A field is written under ``metadata["key"]`` where that is there, and left out while it is None where
    ``metadata["optional"]`` says so.
    """

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        told = [(each.metadata, each.metadata.get("key", each.name), getattr(self, each.name)) for each in fields(self)]
        return {
            key: list(value) if isinstance(value, tuple) else value
            for known, key, value in told
            if not (value is None and known.get("optional"))
        }

    def undecided(self) -> Details:
        """Return them with every answer to a single arm undecided."""
        answers: Mapping[str, str] | None = getattr(self, "answers", None)
        return replace(self, answers=dict.fromkeys(answers, "undecided")) if answers else self


@dataclass(frozen=True, kw_only=True)
class Table(Details):
    """The arms, where nothing could be compared, and why: there is no ``target``."""

    target: None = None
    arms: Sequence[Row]


@dataclass(frozen=True)
class Seen:
    """What one look saw of one comparison: the effect with its repeated interval, and the answer of the claim by then."""

    seeds: int
    treatment: str
    control: str
    effect: float
    low: float
    high: float
    confidence: float
    answer: Answer


@dataclass(frozen=True)
class Verdict(Inline):
    """The answer to one claim.

    ``reason`` is one sentence for a reader. ``comparisons`` holds (treatment arm, control arm, numbers); ``detectable``
    is the smallest true effect that the study would have seen with power 0.8, in the unit of the claim, infinite when
    there is none; ``seeds_needed`` the runs per arm that would settle an undecided verdict, None when it is settled, or
    when no number up to 1000 does. ``details`` is the record of the kind of claim.
    ``open`` are the arms of which more seeds could change the answer, and ``kept`` the findings, by arm, that stand
    whatever the others get. ``looks`` is what each look saw, where there were several.
    """

    claim: str
    statement: str
    kind: str
    answer: Answer
    reason: str
    comparisons: tuple[tuple[str, str, Comparison], ...] = ()
    detectable: float = math.inf
    seeds_needed: int | None = None
    details: Details = field(default_factory=Details)
    open: tuple[str, ...] = ()
    kept: Mapping[str, Finding] = field(default_factory=_no_findings)
    looks: tuple[Seen, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `striate.base.disk.files.write_json`, which knows how to write infinite numbers."""
        comparisons = [
            {"treatment": treatment, "control": control, **comparison.to_json()}
            for treatment, control, comparison in self.comparisons
        ]
        record = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("open", "kept")}
        looks = [asdict(seen) for seen in self.looks]
        return {**record, "comparisons": comparisons, "details": self.details.to_json(), "looks": looks}


class Against(Protocol):
    """What `answered` needs of a claim about arms against a control: its texts, and which arm the control is."""

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """A few words."""
        ...

    @property
    def statement(self) -> str:
        """What is claimed, in one sentence."""
        ...

    @property
    def control(self) -> str:
        """The arm that the others are compared with."""
        ...


def answered(claim: Against, findings: Mapping[str, Finding], clauses: Iterable[str], details: Details) -> Verdict:
    """Return the verdict of a claim that holds when one of its arms is found better than the control.

    The leading arm speaks for all; ``clauses`` are its reason, of which an empty one says nothing. ``findings`` are by arm.
    """
    leader = findings[lead(findings)]
    return Verdict(
        claim=claim.name,
        statement=claim.statement,
        kind=claim.kind,
        answer=leader.answer,
        reason="; ".join(clause for clause in clauses if clause),
        comparisons=tuple((arm, claim.control, finding.comparison) for arm, finding in findings.items()),
        detectable=leader.comparison.detectable,
        seeds_needed=leader.seeds_needed,
        details=details,
        open=still_open(findings, claim.control),
        kept=settled(findings),
    )


class Claim(Protocol):
    """What a study needs of a claim: its texts, its arms, and a judgement from runs."""

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """A few words, different from those of the study's other claims."""
        ...

    @property
    def statement(self) -> str:
        """What is claimed, in one sentence."""
        ...

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm that the claim is about."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the claim as plain JSON values."""
        ...

    @property
    def comparisons(self) -> int:
        """How many comparisons share its error."""
        ...

    def judge(self, outcomes: Sequence[Outcome], look: Look = ONCE) -> Verdict:
        """Return the verdict at ``look``; raises StudyError when an arm of the claim has no run."""
        ...
