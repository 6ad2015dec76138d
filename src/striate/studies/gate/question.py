"""What a gate asks, and what it found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from striate.base.errors import StudyError
from striate.base.inline import TRIALS, Inline
from striate.studies.claims.comparison import LARGEST
from striate.studies.claims.larger import Larger
from striate.studies.claims.verdict import Verdict
from striate.studies.gate import night as nights
from striate.studies.gate.command_line import Command, command, one_command
from striate.studies.gate.measuring import Measure
from striate.studies.judged.judging import Judged
from striate.studies.judged.logged import countable
from striate.studies.looks.plan import Until

SIDES = ("control", "treatment")
REPORT = "report.html"
MOST = 1000  # seeds
LEVEL = 0.025  # of one side, where a night gives no other


@dataclass(frozen=True)
class Gate:
    """A question: is what ``treatment`` prints better than what ``control`` does, by ``margin`` where that is to be refuted.

    ``seeds`` is how many runs each gets, or `Until`: seeds until it is decided. ``failed_as`` is what a command counts with
    that fails, is ended by the timeout or prints no finite number; without it, such a one ends the gate. Construction raises
    StudyError for what cannot be asked.
    """

    control: str
    treatment: str
    measure: Measure
    lower: bool = False
    margin: float = 0.0
    seeds: int | Until = 5
    failed_as: float | None = None
    timeout: float | None = None

    def __post_init__(self) -> None:
        """Check everything before anything runs."""
        self._check_kinds()
        self.measure.check()
        _ = self.commands
        if one_command(self.control, self.treatment):
            raise StudyError("control and treatment are one command; let the treatment differ in what is to be judged")
        if isinstance(self.seeds, int) and not 2 <= self.seeds <= MOST:
            raise StudyError(
                f"a verdict needs at least 2 seeds, mostly 3 to 10, and at most {MOST}; `seeds` is {self.seeds}"
            )
        if not 0 <= self.margin < math.inf:
            raise StudyError(f"the margin is {self.margin}, and must be a finite number, 0 or larger")
        if self.timeout is not None and not 0 < self.timeout < math.inf:
            raise StudyError(f"the timeout is {self.timeout}, and must be a number of seconds above 0")
        if self.failed_as is not None and not countable(self.failed_as):
            raise StudyError(f"`failed_as` is {self.failed_as}, and must be a finite number within {LARGEST:g} of 0")

    def _check_kinds(self) -> None:
        """Raise StudyError for a value of another kind, which a program may give."""
        texts = {"control": self.control, "treatment": self.treatment, "measure": self.measure.pattern}
        numbers = {"margin": self.margin, "failed_as": self.failed_as, "timeout": self.timeout}
        for name, value in cast("dict[str, object]", texts).items():
            if not isinstance(value, str):
                raise StudyError(f"`{name}` is {type(value).__name__}, and must be a text")
        for name, value in cast("dict[str, object]", numbers).items():
            if (value is not None or name == "margin") and (
                isinstance(value, bool) or not isinstance(value, (int, float))
            ):
                raise StudyError(f"`{name}` is {value!r}, and must be a number")
        seeds = cast("object", self.seeds)
        if isinstance(seeds, bool) or not isinstance(seeds, (int, Until)):
            raise StudyError(f"`seeds` is {seeds!r}, and must be a whole number of seeds, or Until(least, most)")

    @property
    def commands(self) -> tuple[Command, Command]:
        """Both commands, the control first."""
        return command("control", self.control), command("treatment", self.treatment)

    def claim(self, level: float) -> Larger:
        """Return the claim that is judged at one look, at its one-sided ``level``."""
        words = f"the treatment ends with a {'lower' if self.lower else 'higher'} {self.measure.name} than the control"
        return Larger(
            *(f"treatment {'<' if self.lower else '>'} control", words, ("treatment",), "control"),
            *(self.measure.name, self.margin),
            lower=self.lower,
            logged=True,
            confidence=1 - 2 * level,
        )

    def asked(self) -> dict[str, Any]:
        """Return what may not change while a gate goes on."""
        seeds = self.seeds if isinstance(self.seeds, int) else self.seeds.to_json()
        return {**{name: getattr(self, name) for name in (*SIDES, "lower", "margin", "failed_as")}, "seeds": seeds}


@dataclass(frozen=True)
class Gated(Inline):
    """What a gate found. ``night`` is its number and its level, one-sided, in a night of gates."""

    CARD = TRIALS

    folder: Path
    gate: Gate
    judged: Judged
    night: tuple[int, float] | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return self.judged.verdicts[0]

    @property
    def answer(self) -> str:
        """`supported`: keep the treatment. `refuted` or `undecided`: do not."""
        return self.verdict.answer

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as a study's verdict.json has it, with the answer, the question and the values by seed."""
        values = {side: {run.told: run.end for run in self.judged.runs if run.arm == side} for side in SIDES}
        number, level = self.night or (None, None)
        return {
            **self.judged.to_json(),
            "answer": self.answer,
            **self.gate.asked(),
            "measure": self.gate.measure.pattern,
            "values": values,
            "night": None if self.night is None else {"gate": number, "level": level, "rule": nights.RULE},
        }
