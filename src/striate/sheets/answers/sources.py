"""Our numbers beside those of a published solution: what is the same, what differs, and why it may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from striate.base.errors import counted
from striate.sheets.answers.choices import best_arm
from striate.sheets.answers.curves import data_name, rows
from striate.sheets.answers.verdicts import verdict_of
from striate.training.folder.run import Run

if TYPE_CHECKING:
    from striate.reports.study.records import StudyRecord


def run_beside(run: Run, theirs: float, data: str) -> tuple[str, ...]:
    """Return the validation accuracy of ``run`` beside ``theirs`` on ``data``; other data are said to be no comparison."""
    val = run.curve("val", "accuracy")
    if not val:
        return ("No epoch has ended yet.",)
    ours = val[-1][1]
    told = f"after {counted(run.epoch, 'epoch')}: a validation accuracy of {ours:.4f}"
    if run.recipe.data != data:
        return (
            f"On {run.recipe.data} {told}."
            f" These are other images, so the two numbers are not compared; the budgets evening and full train "
            f"on {data}.",
        )
    word = "the same to within 0.01" if abs(ours - theirs) < 0.01 else "higher" if ours > theirs else "lower"
    return (f"On {_of(data, run.recipe.train_images)} {told}, {word} ({ours - theirs:+.4f}).",)


def arms_beside(study: StudyRecord, theirs: Mapping[str, float], data: str) -> tuple[str, ...]:
    """Return the mean final validation accuracy of each arm of ``theirs``, and whether the published order agrees."""
    ours: dict[str, float] = {}
    for name in theirs:
        score: Mapping[str, Any] = study.scores.get(name, {}).get("final") or {}
        if isinstance(mean := score.get("mean"), float):
            ours[name] = mean
    if not ours:
        return ("No run has ended yet.",)
    told = ", ".join(f"{name} {mean:.4f}" for name, mean in ours.items())
    agree = sorted(ours, key=ours.__getitem__) == sorted(ours, key=theirs.__getitem__)
    order = "The order of the arms agrees." if agree else "The order of the arms differs."
    some = study.base.get("train_images")
    where = (
        (f" Here the arms were trained on {_of(data, some)}." if some else "")
        if study.base.get("data") == data
        else f" These are images of {study.base.get('data')}, not {data}, so only the order is compared."
    )
    return (f"Final validation accuracy: {told}. {order}{where}",)


def scores_beside(run: Run, data: str) -> tuple[str, ...]:
    """Return the accuracies of ``run`` beside those that a source has of ``data``, in a sentence."""
    train, val, test = run.curve("train", "accuracy"), run.curve("val", "accuracy"), run.test()
    if not train or not val:
        return ("No epoch has ended yet.",)
    scored = f" and a test accuracy of {test.accuracy:.4f}" if test is not None else ", and it is not tested yet"
    told = f"a training accuracy of {train[-1][1]:.4f}, a validation accuracy of {val[-1][1]:.4f}{scored}"
    return (f"On {_of(run.recipe.data, run.recipe.train_images)}: {told}.{_other(run.recipe.data, data)}",)


def choice_beside(study: StudyRecord, data: str, claim: str = "") -> tuple[str, ...]:
    """Return the test accuracy of the arm that ``claim`` chose, or of the best in validation, beside a source on ``data``."""
    taken = (verdict_of(study, claim).get("details") or {}).get("chosen") if claim else best_arm(study)
    test: Mapping[str, Any] = study.scores.get(str(taken), {}).get("test") or {}
    if not isinstance(mean := test.get("mean"), float):
        return ("No arm that was chosen has met the test data yet.",)
    ours = str(study.base.get("data"))
    return (
        f"On {_of(ours, study.base.get('train_images'))} {taken} has a test accuracy of {mean:.4f}.{_other(ours, data)}",
    )


def _of(data: str, some: int | None) -> str:
    return f"{some:,} {rows(data)} of {data_name(data)}" if some else data_name(data)


def _other(ours: str, theirs: str) -> str:
    """Return the remark that the numbers are of other data, where they are."""
    if data_name(ours) == theirs:
        return ""
    return f" These are other {rows(ours)} than those of {theirs}, so the numbers are not compared."
