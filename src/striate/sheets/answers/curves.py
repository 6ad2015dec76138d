"""What training curves show: which arm learns sooner, which ends lower, and how far training and validation lie apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from striate.base.errors import counted, listed
from striate.base.intervals import share_interval
from striate.data.catalog import one_of
from striate.reports.kit.numerals import number
from striate.reports.run.page import facts_of
from striate.sheets.work import TABLES
from striate.training.folder.run import Run

if TYPE_CHECKING:
    from striate.reports.study.records import ArmRecord, StudyRecord

Curve = dict[int, float]
APART = 0.02  # of accuracy: a smaller gap between training and validation is not called overfitting


def differ(study: StudyRecord, treatment: str, control: str) -> tuple[str, ...]:
    """Return what the training curves of ``treatment`` and ``control`` show, from the means over their runs."""
    told = [_ends(study, treatment, control, split, metric, name) for split, metric, name in SHOWN]
    sentences = [one for one in told if one]
    single = len(study.seeds) == 1
    if single and sentences:
        sentences.append("With one run of each, what another seed would change is not known.")
    return (" ".join(sentences),) if sentences else ("There are no curves to compare yet.",)


SHOWN = (
    ("train", "loss", "training loss"),
    ("train", "accuracy", "training accuracy"),
    ("val", "accuracy", "validation accuracy"),
)


def _ends(study: StudyRecord, treatment: str, control: str, split: str, metric: str, name: str) -> str:
    ours, theirs = (mean_curve(arm_of(study, arm), split, metric) for arm in (treatment, control))
    both = sorted(ours.keys() & theirs.keys())
    if not both:
        missing = treatment if not ours else control
        return f"{missing} has no finite {name}."
    last = both[-1]
    a, b = ours[last], theirs[last]
    same = math.isclose(a, b, rel_tol=0.01)
    word = "about as high as" if same else "lower than" if a < b else "higher than"
    ahead = sum((ours[epoch] < theirs[epoch]) == (a < b) and ours[epoch] != theirs[epoch] for epoch in both)
    often = (
        ""
        if same or len(both) < 2
        else f", and lies {'below' if a < b else 'above'} it in {ahead} of {len(both)} epochs"
    )
    return f"The {name} of {treatment} ends at {number(a, 3)}, {word} that of {control} at {number(b, 3)}{often}."


def gaps(study: StudyRecord, arms: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return how far training accuracy lies above validation accuracy in each arm, and which arm overfits least."""
    found: dict[str, float] = {}
    for arm in study.arms:
        train, val = (mean_curve(arm, split, "accuracy") for split in ("train", "val"))
        if (not arms or arm.name in arms) and (both := sorted(train.keys() & val.keys())):
            found[arm.name] = train[both[-1]] - val[both[-1]]
    if not found:
        return ("There are no curves to compare yet.",)
    told = listed([f"{name} {number(gap, 2)}" for name, gap in found.items()])
    over = [name for name, gap in found.items() if gap > APART]
    least = min(found, key=lambda name: found[name])
    said = (
        f"{listed(over)} {'overfits' if len(over) == 1 else 'overfit'} by more than {APART:g}; {least} has the "
        f"smallest gap."
        if over
        else f"In no arm is it more than {APART:g}, so none overfits by then."
    )
    harder = " Where it is negative, the training images, as they are transformed, are harder than those of validation."
    below = harder if min(found.values()) < 0 else ""
    return (f"Training accuracy in the last epoch minus validation accuracy after it: {told}. {said}{below}",)


def performance(run: Run) -> tuple[str, ...]:
    """Return the accuracies of a run, whether it is better than guessing, and whether it overfits."""
    test, best = run.test(), run.best()
    train, val = (run.curve(split, "accuracy") for split in ("train", "val"))
    if run.status == "diverged" or best is None or not train:
        return (f"The run is {run.status}{f' ({run.reason})' if run.reason else ''}, so there is nothing to evaluate.",)
    last = f"the last of {counted(run.epoch, 'epoch')}" if run.epoch > 1 else "the one epoch"
    told = [
        f"In {last} the training accuracy is {train[-1][1]:.4f}, of each image as its update met it; after it the "
        f"validation accuracy is {val[-1][1]:.4f}."
    ]
    told.append(f"The best validation accuracy is {best[1]:.4f}, in epoch {best[0]}.")
    if test is not None:
        low, high = interval(test.accuracy, test.images)
        told.append(
            f"These weights classify {test.accuracy:.4f} of {test.images:,} test {rows(run.recipe.data)} right, seen once"
            f" (95 % interval {low:.4f} to {high:.4f})."
        )
    told.append(_overfits(train[-1][1], val[-1][1], facts_of(run)))
    if best[0] == run.epoch:
        told.append("The last epoch is the best one, so more epochs may still help.")
    return (" ".join(told),)


def _overfits(train: float, val: float, facts: Mapping[str, Any]) -> str:
    """Return how far both accuracies lie apart, and whether that is overfitting, which few images may leave open."""
    gap, counts = train - val, [facts.get(key) for key in ("train_images", "val_images")]
    spread = [
        share * (1 - share) / n for share, n in zip((train, val), counts, strict=True) if isinstance(n, int) and n
    ]
    half = 1.959964 * math.sqrt(sum(spread)) if len(spread) == 2 else 0.0
    side = "above" if gap > 0 else "below"
    apart = f"Training lies {number(abs(gap), 2)} {side} validation" if gap else "Training and validation are equal"
    apart += f" (95 % interval of the difference {gap - half:+.3f} to {gap + half:+.3f})" if half else ""
    if gap <= APART:
        return f"{apart}: by then the net does not overfit by more than {APART:g}."
    return f"{apart}: the net overfits." if gap > half else f"{apart}: whether the net overfits remains open."


def improved(run: Run) -> tuple[str, ...]:
    """Return how the run went on: checkpoints that are kept, and accuracy over the epochs."""
    val = run.curve("val", "accuracy")
    kept = sorted(path.stem for path in (run.folder / "checkpoints").glob("*.safetensors"))
    if not val:
        return ("No epoch has ended yet.",)
    first, last = val[0][1], val[-1][1]
    word = "rose" if last > first else "fell" if last < first else "stayed"
    seconds = run.seconds()
    time = f" in {seconds[-1][1]:,.0f} s of updates" if seconds else ""
    return (
        f"Over {counted(len(val), 'epoch')}{time} the validation accuracy {word} from {first:.4f} to {last:.4f}."
        f" {counted(len(kept), 'checkpoint')} {'is' if len(kept) == 1 else 'are'} kept: {listed(kept[:6])}"
        f"{' and others' if len(kept) > 6 else ''}.",
    )


def rows(data: str) -> str:
    """Return what a data set is made of, in one word: images, or the rows of a table."""
    return f"{one_of(data)}s"


def data_name(data: str) -> str:
    """Return what a data set is called in a sentence: a table in a file by the name of the file."""
    return Path(data).name if data.endswith(TABLES) else data


def interval(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of ``share`` right answers among ``count`` images."""
    return share_interval(round(share * count), count) or (0.0, 1.0)


def arm_of(study: StudyRecord, name: str) -> ArmRecord | None:
    """Return the arm of that name; None where there is none."""
    return next((arm for arm in study.arms if arm.name == name), None)


def mean_curve(arm: ArmRecord | None, split: str, metric: str) -> Curve:
    """Return epoch -> mean over the runs that have a finite value there."""
    values: dict[int, list[float]] = {}
    for run in arm.runs if arm else ():
        for epoch, value in run.curves.get((split, metric), ()):
            if math.isfinite(value):
                values.setdefault(epoch, []).append(value)
    return {epoch: fmean(several) for epoch, several in sorted(values.items())}
