"""A study in words and in numbers before it has run, or while it does: question, base, arms, seeds, claims, runs, time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from striate.base.errors import counted, listed, printable
from striate.data.catalog import one_of
from striate.reports.kit.table import plain_text
from striate.studies.claims.larger import factor_text
from striate.studies.looks.plan import FUTILITY

if TYPE_CHECKING:
    from striate.studies.cost import Cost
    from striate.studies.question import Study


Json = Mapping[str, Any]


class Priced(TypedDict):
    """What the runs of a study are expected to cost; `striate.studies.cost.Cost` says what each is."""

    updates: int
    images: int
    workers: int
    seconds: float
    rule: str


class Planned(TypedDict):
    """A study before it runs, as JSON says it; ``runs`` is None where a sampler proposes the arms."""

    name: str
    question: str
    base: Json
    arms: list[Json]
    seeds: list[int]
    until: Json | None
    claims: list[Json]
    notes: list[str]
    tests: str
    search: Any
    runs: int | None
    cost: Priced | None


class Left(TypedDict):
    """What the runs took that finished, and what is left to do; None while none has."""

    seconds_of_a_run: float | None
    seconds_left: float | None
    rule: str


class Standing(TypedDict):
    """A study in its folder, as JSON says it: how many runs are due and have ended, what is damaged, and the verdicts."""

    name: str
    question: str
    base: Json
    arms: list[Json]
    seeds: list[int]
    until: Json | None
    claims: list[Json]
    notes: list[str]
    runs: int
    ended: int
    plan: Json | None
    damaged: list[str]
    verdicts: list[Json]
    cost: Left


def record_of(study: Study, cost: Cost | None) -> Planned:
    """Return what there is to know of ``study`` before it runs, as plain JSON values."""
    told = study.to_json()
    priced: Priced | None = None
    if cost is not None:
        priced = {
            "updates": cost.updates,
            "images": cost.images,
            "workers": cost.workers,
            "seconds": cost.seconds,
            "rule": cost.rule,
        }
    return {
        "name": study.name,
        "question": study.question,
        "base": told["base"],
        "arms": told["arms"],
        "seeds": told["seeds"],
        "until": told["until"],
        "claims": told["claims"],
        "notes": told["notes"],
        "tests": study.tests,
        "search": told["search"],
        "runs": None if study.trials else len(study.arms) * len(study.seeds),
        "cost": priced,
    }


def standing_of(folder: Path) -> Standing:
    """Return the same of the study in ``folder``, with how far it is and the time of its runs; raises StudyError."""
    from striate.reports.study.records import read_study

    study = read_study(folder)
    seconds = [run.seconds for run in study.runs if run.status == "finished" and run.seconds is not None]
    mean = sum(seconds) / len(seconds) if seconds else None
    due = len(study.runs)
    if study.until:  # at least those of the first look; what later ones need depends on what it finds
        due = max(due, len(study.arms) * int(study.until["least"]) - len(study.failures))
    left = due - study.ended
    return {
        "name": study.name,
        "question": study.question,
        "base": dict(study.base),
        "arms": [{"name": arm.name, "changes": dict(arm.changes)} for arm in study.arms],
        "seeds": list(study.seeds),
        "until": dict(study.until) or None,
        "claims": [dict(claim) for claim in study.claims],
        "notes": list(study.notes),
        "runs": due,
        "ended": study.ended,
        "plan": dict(study.plan) or None,
        "damaged": list(study.damaged),
        "verdicts": [{key: verdict.get(key) for key in ("claim", "answer", "reason")} for verdict in study.verdicts],
        "cost": {
            "seconds_of_a_run": mean,
            "seconds_left": None if mean is None else left * mean,
            "rule": "mean time in updates of the runs that finished; those left, one after another",
        },
    }


def text_of(shown: Planned | Standing, whole: str = "") -> str:
    """Return ``shown`` for a reader, in lines of at most 100 columns where names are short.

    ``whole`` says where all of the base recipe is to be seen.
    """
    record = cast(Json, shown)
    base: Mapping[str, Any] = record["base"]
    options: Mapping[str, Any] = base.get("net_options") or {}
    seeds: list[int] = record["seeds"]
    lines = [str(record["question"]), f"study {record['name']}, on {base.get('data')}, net {base.get('net')}", ""]
    lines += ["arms (each from the base recipe):"]
    wide = max((len(str(arm["name"])) for arm in record["arms"]), default=0)
    for arm in record["arms"]:
        changed = [f"{key}={plain_text(value)}" for key, value in arm["changes"].items()]
        lines.append(f"  {arm['name']:<{wide}}  {', '.join(changed) or 'the base recipe'}")
    lines += [
        "",
        f"seeds: {_seeds(record) if record.get('until') else ', '.join(map(str, seeds))}",
        *_looks(record),
        "",
        "claims:" if record["claims"] else "claims: none",
    ]
    lines += [f"  {_claim(claim)}" for claim in record["claims"]]
    usual, given = ("optimizer", "lr", "schedule", "batch_size", "epochs"), ("start", "classes", "train_images")
    told = [f"{key}={plain_text(base[key])}" for key in usual if key in base]
    told += [f"{key}={plain_text(base[key])}" for key in given if base.get(key) is not None]
    told += [f"{key}={plain_text(value)}" for key, value in options.items()]
    lines += ["", f"base recipe: {', '.join(told)}{f' ({whole})' if whole else ''}"]
    lines += [f"note: {note}" for note in record["notes"]]
    lines += ["", *_runs(record)]
    return "\n".join(printable(line) for line in lines)


def _claim(claim: Mapping[str, Any]) -> str:
    parts = [str(claim.get("statement", ""))]
    if isinstance(margin := claim.get("margin"), (int, float)):
        parts.append(f"smallest difference worth having {_margin(claim, margin)}")
    if claim.get("tolerance"):
        parts.append(f"tolerance {claim['tolerance']:g}")
    return f"{claim.get('name')}: {'; '.join(parts)}"


def _margin(claim: Mapping[str, Any], margin: float) -> str:
    """Return the smallest difference of ``claim`` in its unit; of a learning rate, in logarithms, as a factor."""
    if claim.get("log"):
        return f"a factor of {factor_text(margin)}"
    if claim.get("kind") == "sooner":
        return f"{margin:.4g} {str(claim.get('unit') or 'epochs').removesuffix('s')}{'' if margin == 1 else 's'}"
    return f"{margin:.4g}"


def _looks(record: Mapping[str, Any]) -> list[str]:
    """Return when the study is looked at, and at which levels where these are fixed already; nothing for a single look."""
    plan, until = record.get("plan") or {}, record.get("until")
    sizes = plan.get("looks") or (range(until["least"], until["most"] + 1) if until else ())
    if len(sizes) < 2:
        return []
    shown = (plan.get("levels") or {}).get("1")
    levels = f", at the levels {', '.join(f'{level:.2g}' for level in shown)} of one comparison" if shown else ""
    told = f"looks: with {listed([str(n) for n in sizes])} seeds{levels}; all together err in at most 5 % of studies"
    chance = plan.get("futility") if plan else FUTILITY
    if isinstance(chance, float) and chance > 0:
        told += f"; what the last would decide with a chance below {100 * chance:g} % gets no more"
    return [told]


def _seeds(record: Mapping[str, Any]) -> str:
    until = _until(record)
    return f"{until['least']} to {until['most']}, until decided" if until else counted(len(record["seeds"]), "seed")


def _until(record: Mapping[str, Any]) -> Mapping[str, int] | None:
    """Return the least and the most seeds where the study has several looks."""
    until: Mapping[str, int] | None = record.get("until")
    return until if until and until["least"] < until["most"] else None


def _runs(record: Mapping[str, Any]) -> list[str]:
    arms, seeds = counted(len(record["arms"]), "arm"), _seeds(record)
    cost: Mapping[str, Any] | None = record["cost"]
    if record["runs"] is None:
        return [f"runs: a sampler proposes the arms; {seeds} each"]
    runs = f"{arms} x {seeds} = {counted(record['runs'], 'run')}"
    if until := _until(record):
        least = record["runs"] if "ended" in record else len(record["arms"]) * until["least"]
        runs = f"{arms}, {seeds}: {least} to {counted(len(record['arms']) * until['most'], 'run')}"
    if "ended" in record:
        lines = [f"{runs}, of which {record['ended']} ended", *(f"damaged: {wrong}" for wrong in record["damaged"])]
        if cost and cost["seconds_of_a_run"] is not None:
            mean, _, rest = str(cost["rule"]).partition("; ")
            time = f"time: {duration(cost['seconds_of_a_run'])} a run ({mean})"
            least = "at least " if _until(record) else ""
            left = f", {least}{duration(cost['seconds_left'])} left ({rest})" if cost["seconds_left"] else ""
            lines.append(f"{time}{left}")
        return lines + [
            f"{verdict['answer']}: {verdict['claim']}: {verdict['reason']}" for verdict in record["verdicts"]
        ]
    if cost is None:
        return [runs]
    return [
        f"{runs}, {cost['updates']:,} updates on {cost['images']:,} {one_of(str(record['base'].get('data')))}s in all",
        f"expected time: {'at most ' if record.get('until') else ''}about {duration(cost['seconds'])}"
        f" with {counted(cost['workers'], 'worker')} ({cost['rule']})",
    ]


def duration(seconds: float) -> str:
    """Return a time to two digits or a whole number in the unit that fits: `40 s`, `3.5 min`, `12 h`."""
    units = ((86400, "days"), (3600, "h"), (60, "min"))
    size, unit = next(((size, unit) for size, unit in units if seconds >= 2 * size), (1, "s"))
    many = seconds / size
    return f"{many:.2g} {unit}" if many < 99.5 else f"{many:.0f} {unit}"
