"""What a study decided, as the answer to a question: yes, no, or that these runs do not tell."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from striate.base.errors import counted, listed
from striate.reports.kit.numerals import effect
from striate.sheets.answers.curves import data_name
from striate.studies.claims.kinds import claim_kind

if TYPE_CHECKING:
    from striate.reports.study.records import StudyRecord

LEADS = {"supported": "Yes.", "refuted": "No.", "undecided": "These runs do not decide it."}


def claim(study: StudyRecord, name: str) -> tuple[str, ...]:
    """Return the answer that the verdict on the claim ``name`` gives, with its numbers and what they are of."""
    verdict = verdict_of(study, name)
    answer, statement = str(verdict.get("answer", "undecided")), str(verdict.get("statement", ""))
    said = {
        "supported": f"{statement}.",
        "refuted": f"It is not so that {_inside(statement)} by as much as would be worth having.",
        "undecided": f"Whether {_inside(statement)} remains open.",
    }[answer]
    told = [LEADS[answer], said, _numbers(verdict), _failed(verdict) if answer == "undecided" else "", _on(study)]
    return (" ".join(filter(None, told)),)


def _failed(verdict: Mapping[str, Any]) -> str:
    """Return why runs that failed leave it open, which an interval alone would not show; nothing where none did."""
    if not verdict.get("comparisons"):
        return ""
    why = next((part for part in str(verdict.get("reason", "")).split("; ") if " failed, " in part), "")
    return f"{why[:1].upper()}{why[1:]}." if why else ""


def effects(study: StudyRecord, name: str) -> tuple[str, ...]:
    """Return the answer to the claim ``name`` in one word, with the effect of every comparison and its interval."""
    verdict = verdict_of(study, name)
    return (f"{str(verdict.get('answer', 'undecided')).capitalize()}. {_numbers(verdict, every=True)} {_on(study)}",)


def _numbers(verdict: Mapping[str, Any], *, every: bool = False) -> str:
    """Return effect, interval and n of the largest comparison, or of all; without one, the reason that the verdict gives."""
    rows = [{**one, **(one.get("comparison") or {})} for one in verdict.get("comparisons") or ()]
    rows = [row for row in rows if isinstance(row.get("effect"), (int, float))]
    if not rows:
        reason = str(verdict.get("reason", ""))
        return f"{reason[:1].upper()}{reason[1:]}."
    unit = claim_kind(verdict.get("kind")).effect
    details: Mapping[str, Any] = verdict.get("details") or {}
    if details.get("log") and details.get("metric"):
        unit = f"difference in log10 {details['metric']}"
    shown = rows if every else [max(rows, key=lambda row: abs(float(row["effect"])))]
    told = [f"{row['treatment']} − {row['control']} {effect(row)}" for row in shown]
    count = f", n = {shown[0].get('n_treatment')} against {shown[0].get('n_control')}"
    of = f" (the largest of {len(rows)})" if len(rows) > 1 and not every else ""
    bounded = any(isfinite(float(row.get(end) or 0.0)) for row in shown for end in ("low", "high"))
    what = f"{unit[:1].upper()}{unit[1:]}{', with its interval' if bounded else ''}"
    return f"{what}: {'; '.join(told)}{of}{count}."


def claims(study: StudyRecord) -> tuple[str, ...]:
    """Return a sentence that counts the answers, and which claims have which."""
    by: dict[str, list[str]] = {"supported": [], "refuted": [], "undecided": []}
    for verdict in study.verdicts:
        by.setdefault(str(verdict.get("answer")), []).append(f"“{verdict.get('claim')}”")
    told = [f"{len(names)} {answer} ({listed(names)})" for answer, names in by.items() if names]
    return (f"Of {counted(len(study.verdicts), 'claim')}, {listed(told)}. {_on(study)}",)


def verdict_of(study: StudyRecord, name: str) -> Mapping[str, Any]:
    """Return the verdict on the claim ``name``; an undecided one without a reason where there is none."""
    found = next((one for one in study.verdicts if one.get("claim") == name), None)
    return {"answer": "undecided", "statement": name, "reason": "there is no verdict yet"} if found is None else found


def _inside(statement: str) -> str:
    """Return a statement as it stands within a sentence: names in capitals keep them, and what a colon adds is in brackets."""
    head, colon, more = statement.partition(": ")
    statement = f"{head} ({more})" if colon else statement
    first = statement.partition(" ")[0]
    return statement if first[1:].lower() != first[1:] else statement[:1].lower() + statement[1:]


def _on(study: StudyRecord) -> str:
    epochs = study.base.get("epochs")
    told = f", {counted(int(epochs), 'epoch')} each" if isinstance(epochs, int) else ""
    return f"(Data {data_name(str(study.base.get('data')))}, {counted(len(study.seeds), 'run')} of each arm{told}.)"


def cures(study: StudyRecord) -> tuple[str, ...]:
    """Return which single changes cured a recipe that diverges, which did not, and which are open."""
    by: dict[str, list[str]] = {"supported": [], "refuted": [], "undecided": []}
    for verdict in study.verdicts:
        by.setdefault(str(verdict.get("answer")), []).append(str(verdict.get("claim", "")).removesuffix(" cures"))
    cured, useless, unsure = by["supported"], by["refuted"], by["undecided"]
    told = [f"Changed alone, {listed(cured)} cured it." if cured else "No single change is shown to have cured it."]
    told += [f"{listed(useless)} did not." if useless else ""]
    told += [f"Of {listed(unsure)} these runs do not tell." if unsure else ""]
    return (" ".join([*filter(None, told), _on(study)]),)
