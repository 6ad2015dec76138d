"""One run of another program as the claims see it: one column of its log, step by step, and the number that it counts with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from striate.base.disk.files import digest
from striate.base.intervals import ANY, Scale
from striate.studies.claims.comparison import LARGEST
from striate.studies.claims.measured import State
from striate.studies.claims.outcome import distinct, summary, tally

ROW = ("name", "n", "states")  # what a row of scores says beside the columns
MANY = 10**9  # images: nothing is known of them, and no run counts as one that only guesses
TELLING = 3  # numbers of a curve that two runs do not share by chance


@dataclass(frozen=True)
class Logged:
    """``curve`` holds (step, value) in their order; ``end`` is the value that counts, finite.

    ``seed`` is the run's seed, or its place among the runs of its arm where ``told``, what the log calls it, is not a number.
    ``failed`` says that the run ended without a number, and ``end`` is what it was said to count with. ``bounds`` is what the
    values can be, as far as their name says it.
    """

    arm: str
    seed: int
    told: str
    metric: str
    curve: tuple[tuple[float, float], ...]
    end: float
    failed: bool = False
    bounds: Scale = ANY

    @property
    def label(self) -> str:
        """The name of the run in a sentence."""
        return (
            f"the run of {self.arm} with seed {self.told}"
            if self.told == str(self.seed)
            else f"the run {self.told} of {self.arm}"
        )

    @property
    def state(self) -> State:
        """Whether it ended with a number; that it only guesses is not known here."""
        return "diverged" if self.failed else "stable"

    @property
    def diverged(self) -> bool:
        """Whether it ended without a number."""
        return self.failed

    @property
    def val_images(self) -> int:
        """A number beyond every bound: how many images there were, the log does not say."""
        return MANY

    @property
    def numbers(self) -> str:
        """The SHA-256 of the curve, empty where it is too short to tell a copy from a coincidence."""
        return digest(repr(self.curve).encode()) if len(self.curve) >= TELLING else ""

    @property
    def test_accuracy(self) -> None:
        """None: a log does not say what was done with test images."""
        return None

    @property
    def final_val(self) -> float:
        """The value that counts."""
        return self.end

    @property
    def budget(self) -> float:
        """The last step in the log; of a run that failed, without end, for it would have gone as far as the others."""
        return math.inf if self.failed else self.curve[-1][0] if self.curve else 0.0

    def value(self, metric: str) -> float | None:
        """Return the value that counts, where ``metric`` is the column that this is about."""
        return self.end if metric == self.metric else None

    def scale(self, metric: str) -> Scale:
        """Return what the values can be; that they lie on a grid, the log does not say."""
        return self.bounds if metric == self.metric else ANY

    def images_by(self, epoch: float) -> None:
        """Return None: not in the log."""
        return

    def seconds_by(self, epoch: float) -> None:
        """Return None: not in the log."""
        return


def scores(arm: str, runs: Sequence[Logged]) -> dict[str, Any]:
    """Return how ``arm`` did in each column: name, n, states, and by column mean, sd, low, high and n.

    A column that is called as one of these has "column" before its name.
    """
    of = [run for run in runs if run.arm == arm]
    row: dict[str, Any] = {"name": arm, "n": 0, "states": {}}
    for metric in dict.fromkeys(run.metric for run in of):
        members = [run for run in of if run.metric == metric]
        row |= {"n": len(members), "states": dict(tally(members))}
        row[f"column {metric}" if metric in ROW else metric] = summary(
            [run.end for run in distinct(members)], members[0].bounds
        )
    return row


def countable(value: float) -> bool:
    """Return whether a value can be compared: it and its square are finite."""
    return abs(value) <= LARGEST


def uncounted(value: float) -> str:
    """Return, as a clause, why ``value`` is none that can be compared."""
    large = "whose square no number can hold, so it" if math.isfinite(value) else "which"
    return f"{large} counts as no number"


def finite(curve: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return the points of a curve whose values are finite."""
    return tuple(point for point in curve if math.isfinite(point[1]))
