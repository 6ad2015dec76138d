"""Where a classifier is wrong: confusion, precision and recall, calibration, and labels that look wrong.

    precision_j = images of class j among those answered j        recall_k = answers k among the images of class k
    ECE = sum_b n_b / n |accuracy_b - confidence_b|               b: bins of equal width of the answer's probability

Intervals of shares are Wilson's. The expected calibration error of few images is too large even for a calibrated net, for the
error of each bin counts without its sign; so what a perfectly calibrated net of these confidences would show is told beside it,
by drawing the outcomes. Its interval is the percentile bootstrap's over images.
A label looks wrong by the rule of confident learning (Northcutt, Jiang and Chuang, JAIR 70, 2021): the probability of another
class is at least the mean that images labelled with that class have of it, and is larger than that of the label's own class.
Source of ECE: Guo, Pleiss, Sun and Weinberger, ICML 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.intervals import Share, share
from striate.base.seeds import generator

BINS = 10
DRAWS = 1000
RULE = (
    "An image is listed where the net gives another class at least the probability that it gives that class, on average, to the"
    " images labelled with it, and more than to the class of its label. That is a reason to look, not a proof."
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class OfClass:
    """One class: how many images are labelled with it, how many answers name it, and how many of these are right."""

    name: str
    images: int
    answers: int
    precision: Share
    recall: Share


@dataclass(frozen=True)
class OfGroup:
    """The images of one group, as the data name groups: how many of them are classified right."""

    name: str
    right: Share


@dataclass(frozen=True)
class Bin:
    """The images whose answer has a probability from ``low`` to ``high``: their mean confidence, and how many are right."""

    low: float
    high: float
    confidence: float
    right: Share


@dataclass(frozen=True)
class Calibration:
    """``error`` is the ECE, in ``low`` to ``high`` by the bootstrap; ``calibrated`` is what a calibrated net would show."""

    error: float
    low: float
    high: float
    calibrated: float
    confidence: float
    accuracy: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Wrong:
    """An image by its place: the class of its label, the one that the net names, and the probabilities of both."""

    place: int
    label: int
    answer: int
    confidence: float
    of_label: float


@dataclass(frozen=True, eq=False)
class Mistakes:
    """``counts`` is int64 (K, K): rows the labels, columns the answers. ``surest`` are mistakes, the most confident first.

    ``of_groups`` has the least accurate group first; it is empty where the data name no groups.
    """

    classes: tuple[str, ...]
    counts: Whole
    accuracy: Share
    of_classes: tuple[OfClass, ...]
    pairs: tuple[tuple[str, str, int], ...]
    calibration: Calibration
    surest: tuple[Wrong, ...]
    suspects: tuple[Wrong, ...]
    suspected: int
    of_groups: tuple[OfGroup, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return JSON-able values by name."""
        return {
            "classes": list(self.classes),
            "counts": self.counts.tolist(),
            "accuracy": asdict(self.accuracy),
            "of_classes": [asdict(each) for each in self.of_classes],
            "of_groups": [asdict(each) for each in self.of_groups],
            "pairs": [{"label": label, "answer": answer, "images": n} for label, answer, n in self.pairs],
            "calibration": asdict(self.calibration),
            "surest": [asdict(each) for each in self.surest],
            "suspects": [asdict(each) for each in self.suspects],
            "suspected": self.suspected,
            "rule_of_suspects": RULE,
        }


def mistakes(
    chances: Floats, labels: Whole, classes: tuple[str, ...], *, most: int = 12, groups: Sequence[str] = ()
) -> Mistakes:
    """Return where answers of probabilities ``chances`` (N, K) differ from ``labels`` (N,); lists have at most ``most`` images.

    N is at least 1, and the labels are numbers of ``classes``. ``groups`` has the name of each image's group, or is empty.
    """
    count = len(classes)
    answers = chances.argmax(1)
    counts = np.zeros((count, count), dtype=np.int64)
    np.add.at(counts, (labels, answers), 1)
    rows, columns, right = counts.sum(1), counts.sum(0), counts.diagonal()
    of_classes = tuple(
        OfClass(
            name,
            int(rows[k]),
            int(columns[k]),
            share(int(right[k]), int(columns[k])),
            share(int(right[k]), int(rows[k])),
        )
        for k, name in enumerate(classes)
    )
    wrong = counts - np.diag(right)
    order = np.argsort(-wrong, axis=None, kind="stable")[:10]
    pairs = tuple(
        (classes[k], classes[j], int(wrong[k, j])) for k, j in (divmod(int(at), count) for at in order) if wrong[k, j]
    )
    missed = np.flatnonzero(answers != labels)
    surest = missed[np.argsort(-chances[missed, answers[missed]], kind="stable")][:most]
    doubted = suspects(chances, labels)
    return Mistakes(
        classes,
        counts,
        share(int(right.sum()), len(labels)),
        of_classes,
        pairs,
        calibration(chances.max(1), answers == labels),
        tuple(_wrong(at, int(answers[at]), chances, labels) for at in surest.tolist()),
        tuple(_wrong(at, other, chances, labels) for at, other in doubted[:most]),
        len(doubted),
        of_groups(answers == labels, groups),
    )


def of_groups(right: NDArray[np.bool_], groups: Sequence[str]) -> tuple[OfGroup, ...]:
    """Return how many images of each group are ``right`` (N,), the least accurate group first; nothing without groups."""
    names, numbers = np.unique(np.array(groups, dtype=str), return_inverse=True)
    found = [
        OfGroup(str(name) or "(no group)", share(int(right[numbers == n].sum()), int((numbers == n).sum())))
        for n, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda each: (each.right.share or 0.0, each.name)))


def _wrong(at: int, answer: int, chances: Floats, labels: Whole) -> Wrong:
    return Wrong(at, int(labels[at]), answer, float(chances[at, answer]), float(chances[at, labels[at]]))


def suspects(chances: Floats, labels: Whole) -> list[tuple[int, int]]:
    """Return (place, likelier class) of the images whose label looks wrong, by the rule above, the largest difference first."""
    count = chances.shape[1]
    usual = np.full(count, np.inf)  # a class that no image is labelled with has no threshold
    for k in np.unique(labels).tolist():
        usual[k] = chances[labels == k, k].mean()
    own = chances[np.arange(len(labels)), labels]
    passed = np.where(chances >= usual, chances, -1.0)
    passed[np.arange(len(labels)), labels] = -1.0
    other = passed.argmax(1)
    lead = passed.max(1) - own
    places = np.flatnonzero(lead > 0)
    ordered = places[np.argsort(-lead[places], kind="stable")]
    return [(int(at), int(other[at])) for at in ordered]


def calibration(confidence: Floats, right: NDArray[np.bool_]) -> Calibration:
    """Return how far the probabilities (N,) of the answers are from how often these are ``right`` (N,)."""
    number = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    bins = tuple(
        Bin(
            b / BINS,
            (b + 1) / BINS,
            float(confidence[number == b].mean()),
            share(int(right[number == b].sum()), int(n)),
        )
        for b, n in enumerate(np.bincount(number, minlength=BINS))
        if n
    )
    rng = generator(0, "evaluation")
    n = len(right)
    gap = right - confidence
    ideal, drawn = np.empty(DRAWS), np.empty(DRAWS)
    for draw in range(DRAWS):
        ideal[draw] = _error((rng.random(n) < confidence) - confidence, number)
        taken = rng.integers(0, n, n)
        drawn[draw] = _error(gap[taken], number[taken])
    low, high = np.quantile(drawn, (0.025, 0.975))
    mean, hits = float(confidence.mean()), float(right.mean())
    return Calibration(_error(gap, number), float(low), float(high), float(ideal.mean()), mean, hits, bins)


def _error(gap: Floats, number: Whole) -> float:
    return float(np.abs(np.bincount(number, weights=gap, minlength=BINS)).sum() / len(gap))
