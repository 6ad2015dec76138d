"""The kinds of claims, each in a row: what reports call its effect and the unit of its margin, and how arms are compared.

The claim itself is a module beside this one, whose class has the row's name as its ``kind``.
"""

from __future__ import annotations

from dataclasses import dataclass

from striate.base.catalog import Catalog
from striate.base.errors import StudyError

INTERVAL = "Welch's two-sided t interval on the values of the runs"
PAIRED = "a t interval on the differences of runs with one seed, which were declared to be pairs beforehand"


@dataclass(frozen=True)
class ClaimKind:
    """``effect`` is that of a comparison in words, ``unit`` that of the smallest difference worth having.

    ``test`` is how arms are compared; None is an interval, of pairs where the study declared them.
    """

    name: str
    effect: str
    unit: str = ""
    test: str | None = None

    def compared_by(self, paired: bool) -> str:
        """Return how arms are compared in a study whose runs are ``paired`` by their seeds, or are not."""
        return self.test or (PAIRED if paired else INTERVAL)


KINDS: Catalog[ClaimKind] = Catalog(
    "kind of claim",
    StudyError,
    (
        ClaimKind("better", "difference in accuracy", "of accuracy"),
        ClaimKind("choice", "lead in validation accuracy", "of accuracy"),
        ClaimKind(
            "equal",
            "largest difference",
            test="the largest relative difference of their losses over all updates, in which nothing is random",
        ),
        ClaimKind("larger", "difference"),
        ClaimKind("sooner", "epochs saved", "epochs"),
        ClaimKind(
            "stabler",
            "difference in the share of stable runs",
            test="Fisher's exact test on the numbers of runs that train",
        ),
    ),
)


def claim_kind(name: object) -> ClaimKind:
    """Return the row of the kind ``name``; of one that a later Striate may have written, a row that says nothing of its own."""
    return KINDS.get(str(name)) or ClaimKind(str(name), "effect")
