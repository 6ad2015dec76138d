"""What the person who asks says of a log: which columns count, and which rows and values of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import cast

from striate.base.errors import StudyError, printable
from striate.studies.claims.comparison import LARGEST
from striate.studies.judged.logged import countable


@dataclass(frozen=True)
class Columns:
    """What the person who asks says of a log. ``arm`` may name several columns, with commas; ``where`` keeps rows.

    ``names`` is a pattern with the groups arm and seed for the names of runs. ``at`` is the step whose value counts: None for
    the last one where all runs have the same, ``"last"`` for that of each. ``failed_as`` is what a run counts with that ends
    in no finite number. Construction raises StudyError for what none of these can be.
    """

    arm: str | None = None
    seed: str | None = None
    value: str | None = None
    step: str | None = None
    names: str | None = None
    where: Sequence[str] = ()
    at: float | str | None = None
    failed_as: float | None = None

    def __post_init__(self) -> None:
        """Check what needs no log."""
        if isinstance(self.where, str):
            raise StudyError(
                f'`where` is the text "{printable(self.where)}"; give a list of conditions, as ["column=value"]'
            )
        self._check_kinds()
        if not (self.at in (None, "last") or (isinstance(self.at, (int, float)) and math.isfinite(self.at))):
            raise StudyError(f"`at` is {printable(str(self.at))}, and must be a step, as a finite number, or last")
        if self.failed_as is not None and not countable(self.failed_as):
            raise StudyError(f"`failed_as` is {self.failed_as}, and must be a finite number within {LARGEST:g} of 0")

    def _check_kinds(self) -> None:
        """Raise StudyError for a value of another kind, which a program may give."""
        for name, text in (("names", self.names), *(("where", condition) for condition in self.where)):
            if not isinstance(cast("object", text), (str, NoneType)):
                raise StudyError(f"`{name}` is {text!r}, and must be a text")
        number = cast("object", self.failed_as)
        if isinstance(number, bool) or not isinstance(number, (int, float, NoneType)):
            raise StudyError(f"`failed_as` is {number!r}, and must be a number")
