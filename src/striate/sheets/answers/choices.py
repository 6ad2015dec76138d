"""What validation chose, how sure that is, and what the test images said of it, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from striate.base.errors import counted, listed
from striate.sheets.answers.curves import rows
from striate.sheets.answers.verdicts import verdict_of

if TYPE_CHECKING:
    from striate.reports.study.records import StudyRecord


def chosen(study: StudyRecord, name: str = "choice") -> tuple[str, ...]:
    """Return which arm the claim ``name`` chose on validation, which others are as good, and its test score."""
    verdict = verdict_of(study, name)
    details: Mapping[str, Any] = verdict.get("details") or {}
    if not (taken := details.get("chosen")):
        return ("Nothing is chosen yet.",)
    measure = f"{details.get('measure', 'best')}_mean"
    means = {str(row["arm"]): row.get(measure) for row in details.get("arms") or ()}
    told = f"Validation chooses {taken}"
    if isinstance(mean := means.get(taken), float):
        told += f", with a mean {details.get('measure', 'best')} validation accuracy of {mean:.4f}"
    # An arm at chance is not a worse choice but none: compared as one it would make the others look well chosen.
    failed = [str(row["arm"]) for row in details.get("arms") or () if row.get("n") and not row.get("stable")]
    if taken in failed:
        return (f"No run of {listed(failed)} learned anything, so there is nothing to choose between.",)
    near = [str(name) for name in details.get("not told apart") or () if name not in failed]
    others = [arm for arm in means if arm != taken and arm not in failed]
    all_of = len(near) > 1 and set(near) == set(others)
    alike = f"none of the {len(near)} others" if all_of else listed(near)
    sure = {
        "supported": "every other value is worse beyond what chance explains",
        "refuted": "no other value is worse by as much as would matter, so any of them would do",
        "undecided": f"{alike} {'can' if all_of else 'cannot'} be told from it with {counted(len(study.seeds), 'run')} each"
        if near
        else f"with {counted(len(study.seeds), 'run')} each that is not certain",
    }[str(verdict.get("answer", "undecided"))]
    score: Mapping[str, Any] = study.scores.get(str(taken), {}).get("test") or {}
    seen = rows(str(study.base.get("data")))
    mean, tries = score.get("mean"), counted(int(score.get("n") or 0), "run")
    tested = (
        f" Its test accuracy is {mean:.4f} (mean of {tries}, the test {seen} seen once by each)."
        if isinstance(mean, float)
        else f" It has not met the test {seen} yet."
    )
    chance = f" No run of {listed(failed)} learned anything." if failed else ""
    return (f"{told}; {sure}.{tested}{chance}",)


def best_arm(study: StudyRecord) -> str | None:
    """Return the arm of highest mean best validation accuracy; None where no run has ended."""
    means = {
        arm: float(score["best"]["mean"])
        for arm, score in study.scores.items()
        if (score.get("best") or {}).get("mean") is not None
    }
    return max(means, key=lambda arm: means[arm]) if means else None


def best_tested(*studies: StudyRecord) -> tuple[str, ...]:
    """Return the arm of highest mean best validation accuracy, of all the studies, and its test accuracy."""
    best_of = [(study, arm) for study in studies if (arm := best_arm(study)) is not None]
    if not best_of:
        return ("No run has ended yet.",)
    study, arm = max(best_of, key=lambda one: float(one[0].scores[one[1]]["best"]["mean"]))
    score = study.scores[arm]
    taken = f"the arm {arm} of the study {study.name}" if len(studies) > 1 else f"the arm {arm}"
    best, test = float(score["best"]["mean"]), (score.get("test") or {}).get("mean")
    several = len(study.seeds) > 1
    of = ", the mean of its runs in their best epochs," if several else ", in its best epoch,"
    told = f"The highest validation accuracy, {best:.4f}{of} is that of {taken}"
    if test is None:
        return (f"{told}; it has not met the test images.",)
    gap = best - test
    said = (
        f"The test accuracy lies {gap:.4f} below it, as it may where validation images chose."
        if gap > 0
        else "The test accuracy is no lower, so the choice did not overfit the validation images."
    )
    epochs, mean = ("those epochs", ", again the mean") if several else ("that epoch", "")
    return (f"{told}; with the weights of {epochs} it reaches {test:.4f} on the test images{mean}. {said}",)
