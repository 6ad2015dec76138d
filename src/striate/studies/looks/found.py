"""What was found of one arm of a claim at a look, which later looks may keep."""

from __future__ import annotations

from dataclasses import dataclass

from striate.studies.claims.comparison import Answer, Comparison


@dataclass(frozen=True)
class Finding:
    """``meaning`` is a clause for the reason; ``seeds_needed`` (runs per arm) belongs to an undecided answer only.

    ``rival`` is the arm that it was compared with, where that is not the control of the claim. ``futile`` says that it gets no
    more seeds, since they would hardly decide it.
    """

    comparison: Comparison
    answer: Answer
    meaning: str
    seeds_needed: int | None = None
    rival: str = ""
    futile: bool = False
