"""One run as the claims see it: what it was asked, how its accuracy grew, and how it ended.

A run that diverged is an outcome and no missing value: it counts with the accuracy of guessing. A finished run is *at
chance* when its final validation accuracy lies within what guessing gives: with k of N validation images right and
X ~ Binomial(N, 1 / classes), when P(X < k) < 0.999, that is when k is not above the one-sided 99.9 % bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any, Literal, get_args

from striate.base.catalog import unknown
from striate.base.errors import StudyError, sentence
from striate.base.intervals import ANY, Scale, mean_interval, share_of, useful
from striate.studies.claims.measured import Measured, R, State

Measure = Literal["test", "final", "best"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
CHANCE_CONFIDENCE = 0.999


@dataclass(frozen=True)
class Outcome:
    """A run that ended by itself. Accuracies are fractions in [0, 1]; entry e of a tuple is after epoch e + 1.

    ``status`` is "finished" or "diverged"; ``lr`` the peak learning rate; ``budget`` the epochs asked for, and a
    diverged run has recorded fewer; ``seconds`` counts training from the start of the run; ``test_accuracy`` is of the
    checkpoint with the best validation accuracy, None when it was not evaluated; ``guess`` the share of the largest class
    among the validation images; ``last`` what the history holds after its last epoch, by "split/metric"; ``losses`` the
    training loss of every update, where the recipe kept them; ``numbers`` the SHA-256 of every number of the history,
    losses too, empty where it is not known. Raises StudyError on other contents.
    """

    arm: str
    seed: int
    status: str
    lr: float
    budget: int
    images_per_epoch: int
    classes: int
    val_images: int
    val_accuracy: tuple[float, ...]
    seconds: tuple[float, ...]
    test_accuracy: float | None
    guess: float | None = None
    last: Mapping[str, float] = field(default_factory=dict[str, float])
    losses: tuple[float, ...] = ()
    numbers: str = ""

    def __post_init__(self) -> None:
        faults: list[str] = []
        if self.status not in ("finished", "diverged"):
            faults.append(f'its status is "{self.status}", and claims are about runs that finished or diverged')
        if self.status == "finished" and not self.val_accuracy:
            faults.append("it finished without one validation accuracy")
        if len(self.val_accuracy) != len(self.seconds):
            faults.append(f"it has {len(self.val_accuracy)} validation accuracies, but {len(self.seconds)} times")
        tests = () if self.test_accuracy is None else (self.test_accuracy,)
        if not all(0 <= accuracy <= 1 for accuracy in (*self.val_accuracy, *tests)):
            faults.append("an accuracy lies outside 0 to 1")
        if self.classes < 2 or self.val_images < 1 or len(self.val_accuracy) > self.budget:
            faults.append("it needs 2 classes, 1 validation image and no more epochs than its budget")
        if faults:
            raise StudyError(f"{self.label} cannot be judged: {sentence(faults)}; run it again")

    @property
    def label(self) -> str:
        """The name of the run in a sentence."""
        return f"the run of {self.arm} with seed {self.seed}"

    @property
    def diverged(self) -> bool:
        """Whether the run ended with a loss that was not finite."""
        return self.status == "diverged"

    @property
    def chance(self) -> float:
        """The accuracy of guessing: that of always naming the largest class, or 1 / classes where it is not known."""
        return 1 / self.classes if self.guess is None else self.guess

    @property
    def final_val(self) -> float:
        """Validation accuracy after the last epoch; of a diverged run, whose weights are useless, that of guessing."""
        return self.chance if self.diverged else self.val_accuracy[-1]

    @property
    def best_val(self) -> float:
        """The largest validation accuracy; of a run that diverged in its first epoch, the accuracy of guessing."""
        return max(self.val_accuracy, default=self.chance)

    @property
    def gap(self) -> float | None:
        """Training accuracy less validation accuracy after the last epoch; None where training accuracy is not known."""
        trained = self.last.get("train/accuracy")
        return None if trained is None or not self.val_accuracy else trained - self.val_accuracy[-1]

    @property
    def state(self) -> State:
        """How the run ended; the definition of "at chance" is in the head of this file."""
        if self.diverged:
            return "diverged"
        return "at chance" if _within_guessing(self.final_val, self.val_images, self.chance) else "stable"

    @property
    def curve(self) -> tuple[tuple[float, float], ...]:
        """Validation accuracy after each epoch, which count from 1."""
        return tuple(enumerate(self.val_accuracy, start=1))

    def value(self, metric: str) -> float | None:
        """Return what the history holds after the last epoch of ``metric``, "split/metric", or the "gap"."""
        return self.gap if metric == "gap" else self.last.get(metric)

    def scale(self, metric: str) -> Scale:
        """Return what ``metric`` can be: an accuracy is a share of images, and a gap the difference of two."""
        if metric == "gap":
            return Scale(-1.0, 1.0, step=1 / self.val_images)
        if metric.endswith("/accuracy"):
            return share_of(self.images_per_epoch if metric.startswith("train/") else self.val_images)
        return ANY

    def images_by(self, epoch: float) -> float:
        """Return on how many images it had trained after ``epoch``."""
        return epoch * self.images_per_epoch

    def seconds_by(self, epoch: float) -> float | None:
        """Return how long it had trained after ``epoch``; None when it ended before."""
        return self.seconds[int(epoch) - 1] if len(self.seconds) >= epoch else None

    def accuracy(self, measure: Measure) -> float | None:
        """Return the accuracy that a claim asks for; None when the test accuracy of a finished run is missing."""
        if measure == "final":
            return self.final_val
        if measure == "best":
            return self.best_val
        return self.chance if self.test_accuracy is None and self.diverged else self.test_accuracy


def _within_guessing(accuracy: float, images: int, chance: float) -> bool:
    from scipy import special

    right = round(accuracy * images)
    return right == 0 or float(special.bdtr(right - 1, images, chance)) < CHANCE_CONFIDENCE


def by_arm(outcomes: Sequence[R], arms: Iterable[str]) -> dict[str, tuple[R, ...]]:
    """Return the runs of each of ``arms``, ordered by seed.

    Raises StudyError when an arm has no run, with the nearest name that has some, and when a seed was given twice.
    """
    known = tuple(dict.fromkeys(outcome.arm for outcome in outcomes))
    wanted = tuple(dict.fromkeys(arms))
    if without := [arm for arm in wanted if arm not in known]:
        raise StudyError(f"the claim is about arms that have no run: {unknown('arm', without, known)}")
    runs = {arm: tuple(sorted((o for o in outcomes if o.arm == arm), key=lambda o: o.seed)) for arm in wanted}
    for arm, members in runs.items():
        if len({outcome.seed for outcome in members}) < len(members):
            raise StudyError(
                f'the arm "{arm}" has two runs with one seed; give each seed once, since each run counts once'
            )
    return runs


def tally(runs: Sequence[Measured]) -> Mapping[State, int]:
    """Return how many of ``runs`` ended in each state."""
    states = [run.state for run in runs]
    return {state: states.count(state) for state in get_args(State)}


def scores(arm: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return how ``arm`` did, as verdict.json holds it: name, n, states, and for each measure mean, sd, low, high and n.

    low and high bound the 95 % interval of the mean. None stands for a measure without a value in every run, and for the
    sd and the bounds of a single run. Runs that are copies count once in them.
    """
    runs = [outcome for outcome in outcomes if outcome.arm == arm]
    row: dict[str, Any] = {"name": arm, "n": len(runs), "states": dict(tally(runs))}
    single = distinct(runs)
    for measure in MEASURES:
        values = [value for run in single if (value := run.accuracy(measure)) is not None]
        row[measure] = summary(values, accuracy_scale(single)) if values and len(values) == len(single) else None
    return row


def accuracy_scale(runs: Sequence[Outcome]) -> Scale:
    """Return the scale of the accuracies of ``runs``. A test set, mostly larger, counts as if of validation's size.

    Where all diverged, the accuracy that they count with is not a count of images, and has no spread of its own.
    """
    images = min(run.val_images for run in runs)
    return Scale(0.0, 1.0, 1 / images) if all(run.diverged for run in runs) else share_of(images)


def summary(values: Sequence[float], scale: Scale = ANY) -> dict[str, Any]:
    """Return mean, sd, low, high and n of one value or more, as `scores` tells them."""
    low, high = useful(mean_interval(values, scale), scale) or (None, None)
    sd = stdev(values) if len(values) > 1 else None
    return {"mean": fmean(values), "sd": sd, "low": low, "high": high, "n": len(values)}


def copies(runs: Sequence[R]) -> list[tuple[R, ...]]:
    """Return the groups of ``runs``, of one arm, that are equal in every number: what they should have drawn has no effect."""
    groups: dict[tuple[str, float | None], list[R]] = {}
    for run in runs:
        if run.numbers:
            groups.setdefault((run.numbers, run.test_accuracy), []).append(run)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def distinct(runs: Sequence[R]) -> list[R]:
    """Return ``runs``, of one arm, without those that are equal in every number to an earlier one."""
    copied = {run.seed for group in copies(runs) for run in group[1:]}
    return [run for run in runs if run.seed not in copied]
