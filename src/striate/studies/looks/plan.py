"""When a study is looked at, and at which level: fixed before it runs, whatever it will find.

    Until       seeds until decided: the first look at ``least`` seeds of each arm, then one after each seed, up to ``most``
    Plan        the looks of a study, by their numbers of seeds, and the error that all of them share
    Look        one of them, as a claim needs it

With the level of each look from `striate.studies.looks.bounds`, the interval at every look is a repeated one: all of them
together cover the truth with probability 1 - alpha. So whatever is read off them holds, whoever looks when and stops for
whatever reason; a claim of several comparisons gives each its share of alpha. One reason is futility: the seeds left would
hardly decide it, see `striate.studies.looks.futility`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from striate.base.disk.sealed_json import Form
from striate.base.errors import StudyError
from striate.studies.looks.bounds import levels

if TYPE_CHECKING:
    from striate.studies.looks.found import Finding

ALPHA = 0.05
LEAST, MOST = 3, 12
FUTILITY = 0.03  # chance to be decided by the last look, below which a comparison gets no more seeds
LARGEST = 200  # seeds until decided; beyond, one look more or less saves nothing


class Until(tuple[int, ...]):
    """Seeds until decided: 0 to ``most`` - 1, of which each arm gets ``least`` and then as many as a claim needs.

    Raises StudyError for numbers that make no plan.
    """

    least: int

    def __new__(cls, least: int = LEAST, most: int = MOST) -> Self:
        """Check the numbers."""
        whole = all(type(number) is int for number in (least, most))
        if not whole or not 2 <= least <= most <= LARGEST:
            raise StudyError(
                f"seeds until decided are {least} at least and {most} at most; give whole numbers, 2 or more as least, and as"
                f" most what is no smaller, up to {LARGEST}"
            )
        made = super().__new__(cls, range(most))
        made.least = least
        return made

    @property
    def most(self) -> int:
        """The largest number of seeds that an arm gets."""
        return len(self)

    def after(self, seeds: Sequence[int]) -> Until:
        """Return the same with ``seeds`` as the first ones, which a study has already."""
        every = tuple(dict.fromkeys([*seeds, *self]))[: max(self.most, len(seeds))]
        made = tuple.__new__(Until, every)
        made.least = self.least
        return made

    def __getnewargs__(self) -> tuple[int, int]:  # what copies and workers make it from
        return self.least, self.most

    def __repr__(self) -> str:
        return f"Until(least={self.least}, most={self.most})"

    def to_json(self) -> dict[str, int]:
        """Return both numbers by name."""
        return {"least": self.least, "most": self.most}


def no_levels() -> dict[int, tuple[float, ...]]:
    """Return no levels yet, by the number of comparisons."""
    return {}


class PlanForm(Form):
    """The looks of a study, and their levels by the number of comparisons of a claim."""

    looks: list[Annotated[int, Field(ge=2)]] = Field(min_length=1)
    alpha: Annotated[float, Field(gt=0, lt=1)]
    levels: dict[str, list[Annotated[float, Field(gt=0, lt=1)]]]
    shown: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict[str, float])
    futility: Annotated[float, Field(ge=0, lt=1)] = 0.0
    futile_from: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse looks out of order, and levels of other looks or that say more than all looks may err."""
        if sorted(set(self.looks)) != self.looks:
            raise ValueError("looks must increase")
        if not all(re.fullmatch("[0-9]{1,6}", name) for name in (*self.levels, *self.shown)):
            raise ValueError("levels are named by a number of comparisons or of seeds")
        if any(len(row) != len(self.looks) or max(row) > self.alpha for row in self.levels.values()):
            raise ValueError("a level for each look is needed, of which none is above alpha")
        return self


@dataclass(frozen=True)
class Plan:
    """Looks at ``sizes`` seeds of each arm, increasing, that share ``alpha``.

    ``known`` holds the levels by the number of comparisons of a claim, as a study keeps them; others are computed. A
    comparison that the last look would decide with a chance below ``futility`` gets no more seeds, from the look at
    ``futile_from`` seeds on: what was given more seeds than it was to have gets at least those it was to have.
    """

    sizes: tuple[int, ...]
    alpha: float = ALPHA
    futility: float = 0.0
    futile_from: int = 0
    known: Mapping[int, tuple[float, ...]] = field(default_factory=no_levels, compare=False)

    def level(self, seeds: int, comparisons: int = 1) -> float:
        """Return the two-sided level of the look at ``seeds`` for each of ``comparisons``."""
        return self.levels(comparisons)[self.sizes.index(seeds)]

    def levels(self, comparisons: int) -> tuple[float, ...]:
        """Return the level of every look for each of ``comparisons``."""
        return self.known.get(comparisons) or levels(self.sizes, self.alpha / comparisons)

    def to_json(self, comparisons: Sequence[int] = (1,)) -> dict[str, Any]:
        """Return the looks, the error that they share, and their levels by the number of ``comparisons``."""
        table = {str(many): list(self.levels(many)) for many in sorted({*comparisons, *self.known})}
        ends = {"futility": self.futility, "futile_from": self.futile_from}
        return {"looks": list(self.sizes), "alpha": self.alpha, **ends, "levels": table}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Plan:
        """Return the plan that `to_json` wrote."""
        known = {int(many): tuple(map(float, row)) for many, row in record["levels"].items()}
        # A study of before stopping for futility goes on as it was to.
        ends = float(record.get("futility", 0.0)), int(record.get("futile_from", 0))
        return cls(tuple(record["looks"]), float(record["alpha"]), *ends, known)


def planned(until: Until, before: Sequence[int] = (), alpha: float = ALPHA) -> Plan:
    """Return the plan of ``until`` for a study that was looked at ``before``, or was to be, at these numbers of seeds."""
    last = max(before, default=0)
    sizes = {*before, *range(max(until.least, last + 1), until.most + 1)}
    return Plan(tuple(sorted(sizes)), alpha, FUTILITY, last)


def no_findings() -> dict[str, Finding]:
    """Return that nothing is settled yet."""
    return {}


@dataclass(frozen=True)
class Look:
    """One look: at ``seeds`` of each arm, in ``plan``; without one, the only look, whatever there is.

    ``kept`` are the findings of treatment arms that an earlier look has settled: they stand as they were then. ``paired``
    says that the study declared its runs of one seed to be pairs.
    """

    plan: Plan | None = None
    seeds: int = 0
    kept: Mapping[str, Finding] = field(default_factory=no_findings)
    paired: bool = False

    def confidence(self, comparisons: int = 1) -> float:
        """Return the confidence of the interval of each of ``comparisons`` that share the error."""
        if self.plan is None:
            return 1 - (1 - 0.95) / comparisons
        return 1 - self.plan.level(self.seeds, comparisons)

    @property
    def may_end(self) -> bool:
        """Whether what the last look would hardly decide ends here."""
        plan = self.plan
        return plan is not None and plan.futility > 0 and max(2, plan.futile_from) <= self.seeds < plan.sizes[-1]

    @property
    def most(self) -> int:
        """The number of seeds of the last look."""
        return self.plan.sizes[-1] if self.plan else self.seeds

    def last_confidence(self, comparisons: int = 1) -> float:
        """Return the confidence of each interval at the last look."""
        return replace(self, seeds=self.most).confidence(comparisons)

    def is_futile(self, chance: float) -> bool:
        """Return whether what the last look decides with this ``chance`` gets no more seeds."""
        return self.plan is not None and self.may_end and chance < self.plan.futility


ONCE = Look()


def seeds_text(seeds: Sequence[int]) -> str:
    """Return how many seeds there are, in words."""
    if isinstance(seeds, Until) and seeds.least < seeds.most:
        return f"{seeds.least} to {seeds.most} seeds"
    return f"{len(seeds)} seed{'' if len(seeds) == 1 else 's'}"
