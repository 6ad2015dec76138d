"""The tables of a study: what its arms reached, what each changes of the base recipe, and where the runs were done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any, cast

from striate.base.errors import counted
from striate.data.catalog import one_of
from striate.reports.kit.numerals import ABSENT, fixed, measured, number
from striate.reports.kit.table import PAIR, Cell, Table, plain_text, words_of

if TYPE_CHECKING:
    from striate.reports.study.records import ArmRecord, StudyRecord

MEASURES = {"final": "final validation accuracy", "best": "best validation accuracy", "test": "test accuracy"}
ORDER = ("finished", "diverged", "failed", "interrupted", "running", "waiting")


def arms_table(study: StudyRecord) -> Table:
    """Return one row for each arm: its runs, how they ended, its accuracies, epochs to a target, and training time."""
    targets = _targets(study.verdicts)
    timed = any(run.seconds is not None for run in study.runs)
    measures = _measures(study)
    columns = ("arm", "runs", *measures.values(), *(f"mean {_unit(study)} to {target}" for target in targets))
    rows: list[tuple[Cell, ...]] = []
    for arm in study.arms:
        score = study.scores.get(arm.name, {})
        row = [Cell(arm.name), _runs(arm, score.get("states"))]
        row += [Cell(*measured(score.get(measure))) for measure in measures]
        row += [times.get(arm.name, Cell(ABSENT)) for times in targets.values()]
        rows.append((*row, _time(arm)) if timed else tuple(row))
    return Table("", (*columns, "mean time of a run") if timed else columns, tuple(rows))


def _measures(study: StudyRecord) -> Mapping[str, str]:
    """Return what is told of each arm: accuracies in a study, and the columns of another program's log in verdicts on that."""
    if study.base:
        return MEASURES
    return {key: key for score in study.scores.values() for key in score if key not in ("name", "n", "states")}


def _unit(study: StudyRecord) -> str:
    return next((str(claim["unit"]) for claim in study.claims if claim.get("unit")), "epochs")


def _runs(arm: ArmRecord, states: Mapping[str, Any] | None) -> Cell:
    """Return how many runs have which status, and below it how the ended ones stood and why one stopped."""
    counts = Counter(run.status for run in arm.runs)
    known = [status for status in ORDER if status in counts] + sorted(counts.keys() - set(ORDER))
    seen = [f"{states[state]} {state}" for state in ("stable", "at chance") if states.get(state)] if states else []
    reasons = list(dict.fromkeys(run.reason for run in arm.runs if run.reason))
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    asides = [", ".join(seen), *(f"{reason}{more}" for reason in reasons[:1])]
    return Cell(", ".join(f"{counts[status]} {status}" for status in known), "; ".join(a for a in asides if a))


def _time(arm: ArmRecord) -> Cell:
    seconds = [run.seconds for run in arm.runs if run.status == "finished" and run.seconds is not None]
    if not seconds:
        return Cell(ABSENT)
    mean = fmean(seconds)
    return Cell(f"{mean:.3g} s" if mean < 120 else f"{mean / 60:.3g} min")


def _targets(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Cell]]:
    """Return, for every target accuracy that a verdict times, each arm's mean epochs to it, as the verdict compares them."""
    found: dict[str, dict[str, Cell]] = {}
    for verdict in verdicts:
        details: Mapping[str, Any] = verdict.get("details") or {}
        target, rows = details.get("target"), details.get("arms")
        if not isinstance(target, (int, float)) or not isinstance(rows, list):
            continue
        horizon = details.get("horizon")
        late = f" ({horizon} where not reached)" if horizon else ""
        times = found.setdefault(f"{number(target)}{late}", {})
        for row in cast("list[Mapping[str, Any]]", rows):
            if "mean_epochs" in row:
                mean = fixed(row["mean_epochs"], 1) if row.get("reached") else "not reached"
                times.setdefault(str(row.get("arm")), Cell(mean, f"{row.get('reached')} of {row.get('n')} reached it"))
    return found


def changes_table(study: StudyRecord) -> Table:
    """Return, arm by arm, every field that differs from the base recipe, as `field: base -> arm`."""
    one = one_of(str(study.base.get("data")))
    rows: list[tuple[Cell, ...]] = []
    for arm in study.arms:
        before = {name: in_base(study, name) for name in arm.changes}
        said = [
            f"{words_of(k, one)}: {plain_text(before[k])} → {plain_text(v)}"
            for k, v in arm.changes.items()
            if before[k] != v
        ]
        rows.append((Cell(arm.name), Cell("; ".join(said) or "the base recipe")))
    return Table("", ("arm", "differs from the base recipe"), tuple(rows))


def in_base(study: StudyRecord, field: str) -> Any:
    """Return the value of a field, or of an option of the net, in the base recipe; words where the net's own holds."""
    options: Mapping[str, Any] = study.base.get("net_options") or {}
    return study.base.get(field, options.get(field, "the net's own"))


def environment_table(study: StudyRecord) -> Table:
    """Return what the runs were done with; where they differ, each value with its number of runs."""
    seen: dict[str, Counter[str]] = {}
    one = one_of(str(study.base.get("data")))
    for run in study.runs:
        for name, value in run.environment.items():
            seen.setdefault(name, Counter())[plain_text(value)] += 1
    return Table("", PAIR, tuple((Cell(words_of(name, one)), Cell(_shared(seen[name]))) for name in seen))


def _shared(values: Counter[str]) -> str:
    if len(values) == 1:
        return next(iter(values))
    return "; ".join(f"{value} ({counted(count, 'run')})" for value, count in values.most_common())
