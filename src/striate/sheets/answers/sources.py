"""Our numbers beside those of a published solution: what is the same, what differs, and why it may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from striate.base.errors import counted
from striate.training.folder.run import Run

if TYPE_CHECKING:
    from striate.reports.study.records import StudyRecord


def run_beside(run: Run, theirs: float, data: str) -> tuple[str, ...]:
    """Return the validation accuracy of ``run`` beside ``theirs`` on ``data``; other data are said to be no comparison."""
    val = run.curve("val", "accuracy")
    if not val:
        return ("No epoch has ended yet.",)
    ours = val[-1][1]
    if run.recipe.data != data:
        return (
            f"On {run.recipe.data} after {counted(run.epoch, 'epoch')}: {ours:.4f}."
            f" These are other images, so the two numbers are not compared; the budgets evening and full train "
            f"on {data}.",
        )
    word = "the same to within 0.01" if abs(ours - theirs) < 0.01 else "higher" if ours > theirs else "lower"
    return (
        f"On {_of(data, run.recipe.train_images)} after {counted(run.epoch, 'epoch')}: {ours:.4f}, {word} "
        f"({ours - theirs:+.4f}).",
    )


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
    return (f"{told}. {order}{where}",)


def _of(data: str, some: int | None) -> str:
    return f"{some:,} images of {data}" if some else data
