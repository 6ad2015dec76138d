"""What a classifier says where no label says what is right: how many answers name each class, and how sure they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNKNOWN = (
    "These pictures have no labels, so how many answers are right, the confusion of classes, the calibration of the"
    " probabilities and labels that look wrong cannot be told. A high confidence does not say that an answer is right."
)


@dataclass(frozen=True)
class OfAnswer:
    """One class: how many answers name it, and the mean of their probabilities; None where there are none."""

    name: str
    answers: int
    confidence: float | None


@dataclass(frozen=True)
class Unsure:
    """A picture by its place: the two likeliest classes, with the probabilities of both."""

    place: int
    answer: str
    confidence: float
    second: str
    of_second: float


@dataclass(frozen=True)
class Answers:
    """Of ``images`` pictures; ``quartiles`` are of the answers' probabilities, the first of ``least_sure`` is the least."""

    images: int
    of_classes: tuple[OfAnswer, ...]
    quartiles: tuple[float, float, float]
    least_sure: tuple[Unsure, ...]

    def to_json(self) -> dict[str, Any]:
        """Return JSON-able values by name."""
        return {**asdict(self), "unknown": UNKNOWN}


def answers(chances: NDArray[np.float64], classes: tuple[str, ...], *, most: int = 12) -> Answers:
    """Return what probabilities ``chances`` (N, K) of ``classes`` answer; N is at least 1 and K at least 2."""
    order = np.argsort(-chances, axis=1, kind="stable")[:, :2]
    sure = chances[np.arange(len(chances)), order[:, 0]]
    of_classes = tuple(
        OfAnswer(name, int(named.sum()), float(sure[named].mean()) if named.any() else None)
        for name, named in ((name, order[:, 0] == k) for k, name in enumerate(classes))
    )
    low, middle, high = np.quantile(sure, (0.25, 0.5, 0.75)).tolist()
    unsure = tuple(
        Unsure(
            at,
            classes[order[at, 0]],
            float(sure[at]),
            classes[order[at, 1]],
            float(chances[at, order[at, 1]]),
        )
        for at in np.argsort(sure, kind="stable")[:most].tolist()
    )
    return Answers(len(chances), of_classes, (low, middle, high), unsure)
