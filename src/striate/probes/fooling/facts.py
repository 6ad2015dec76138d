"""What fooling tells beside its arrays: how many pairs arrived, and how many of them fool other nets too."""

from __future__ import annotations

from dataclasses import dataclass

from striate.base.intervals import Share
from striate.probes.facts import Facts

Counts = tuple[tuple[int, ...], ...]
"""Of pairs of image and target, by source class (rows) and target class (columns)."""


@dataclass(frozen=True)
class Matrix:
    """What `Moved` counts, by source and target class."""

    tries: Counts
    hits: Counts
    misled: Counts
    control_hits: Counts
    control_misled: Counts


@dataclass(frozen=True)
class Moved:
    """How many of the ``tries`` that fool the first net fool ``net`` too (`striate.probes.fooling.transfer`)."""

    net: str
    tries: int
    undefined: int
    hits: Share
    misled: Share
    control_hits: Share
    control_misled: Share
    matrix: Matrix

    def shares(self) -> tuple[Share, Share, Share, Share]:
        """Taken for the target, for any other class, and the same of the control."""
        return self.hits, self.misled, self.control_hits, self.control_misled


@dataclass(frozen=True)
class Transfer:
    """One `Moved` for each net, the first being the one that was fooled; the classes of the rows and columns."""

    nets: tuple[Moved, ...]
    sources: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Medians:
    """Over the pairs that arrived; None where none did."""

    iterations: float | None
    l2: float | None
    linf: float | None


@dataclass(frozen=True, kw_only=True)
class FoolFacts(Facts):
    """``step`` and ``budget`` in pixels of [0, 1]; ``steps`` at most, ``adaptive``: as many as the progress asked for.

    Of ``pairs`` pairs ``fooled`` arrived, ``fooled_8bit`` also when rounded to 256 levels; ``gave_up`` came no nearer.
    """

    first_dimension: str = "pairs of image and target"
    objective: str
    confidence: float
    steps: int
    adaptive: bool
    gave_up: int
    step: float
    budget: float | None
    norm: str
    seed: int
    pairs: int
    fooled: int
    fooled_8bit: int
    medians: Medians
    transfer: Transfer
