"""What a study decided, as the answer to a question: yes, no, or that these runs do not tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from striate.base.errors import counted, listed
from striate.reports.kit.numerals import effect
from striate.sheets.answers.curves import data_name, rows
from striate.studies.claims.finding import ORDER
from striate.studies.claims.kinds import claim_kind
from striate.studies.claims.larger import LARGEST_RATE, factor_text

if TYPE_CHECKING:
    from striate.reports.study.records import StudyRecord

LEADS = {"supported": "Yes.", "refuted": "No.", "undecided": "These runs do not decide it."}


INTRODUCING = ("Changed", "With", "Without", "Under", "On", "At", "In", "For", "After")
"""Words with which what a statement holds under begins, up to a comma."""
SPLITS = {"train": "training", "val": "validation", "test": "test"}


def claim(study: StudyRecord, name: str, *, lead: bool = True) -> tuple[str, ...]:
    """Return the answer that the verdict on the claim ``name`` gives, with its numbers and what they are of.

    ``lead`` begins it with yes or no, where the question asks for one.
    """
    verdict = verdict_of(study, name)
    answer, statement = str(verdict.get("answer", "undecided")), str(verdict.get("statement", ""))
    said = {
        "supported": f"{statement}.",
        "refuted": f"It is not so that{_inside(statement)} by as much as would be worth having.",
        "undecided": f"Whether{_inside(statement)} remains open.",
    }[answer]
    why = _why(verdict) if answer == "undecided" else ""
    told = [LEADS[answer] if lead else "", said, _numbers(study, verdict), why, _on(study)]
    return (" ".join(filter(None, told)),)


def _why(verdict: Mapping[str, Any]) -> str:
    """Return why it is open where an interval alone would not show it: runs that failed, or too few that are all equal."""
    if not verdict.get("comparisons"):
        return ""
    parts = str(verdict.get("reason", "")).split("; ")
    why = next((part for part in parts if " failed, " in part or " was not seen, " in part), "")
    return f"{why[:1].upper()}{why[1:]}." if why else ""


def effects(study: StudyRecord, name: str) -> tuple[str, ...]:
    """Return the answer to the claim ``name`` in one word, with the effect of every comparison and its interval."""
    verdict = verdict_of(study, name)
    answer = str(verdict.get("answer", "undecided")).capitalize()
    return (f"{answer}. {_numbers(study, verdict, every=True)} {_on(study)}",)


def _numbers(study: StudyRecord, verdict: Mapping[str, Any], *, every: bool = False) -> str:
    """Return effect, interval and n of the comparison that the verdict rests on, or of all; without one, its reason."""
    compared = [{**one, **(one.get("comparison") or {})} for one in verdict.get("comparisons") or ()]
    compared = [row for row in compared if isinstance(row.get("effect"), (int, float))]
    if not compared:
        reason = str(verdict.get("reason", ""))
        return f"{reason[:1].upper()}{reason[1:]}."
    details: Mapping[str, Any] = verdict.get("details") or {}
    shown = compared if every else [_leading(compared, details.get("answers") or {})]
    count = f", n = {shown[0].get('n_treatment')} against {shown[0].get('n_control')}"
    effects_of = [float(row["effect"]) for row in compared]
    # A choice rests on the arm that comes next, all other claims on the one that does best.
    if details.get("chosen") and not every:
        shown = [min(compared, key=lambda row: float(row["effect"]))]
    place = "the highest " if max(effects_of) == shown[0]["effect"] else "the lowest " if details.get("chosen") else ""
    of = f" ({place}of {len(compared)})" if len(compared) > 1 and not every else ""
    quantity = _quantity(str(details["metric"])) if details.get("metric") else ""
    # A logarithm is told as the factor that it is, which is what the verdict below does.
    if details.get("log") and quantity:
        lower = any(one.get("name") == verdict.get("claim") and one.get("lower") for one in study.claims)
        told = "; ".join(_times(row, quantity, -1 if lower else 1) for row in shown)
        return f"{told[:1].upper()}{told[1:]}{of}{count}."
    unit = f"difference in {quantity}" if quantity else claim_kind(verdict.get("kind")).effect
    told = "; ".join(f"{row['treatment']} − {row['control']} {effect(row)}" for row in shown)
    bounded = any(isfinite(float(row.get(end) or 0.0)) for row in shown for end in ("low", "high"))
    return f"{unit[:1].upper()}{unit[1:]}{', with its interval' if bounded else ''}: {told}{of}{count}."


def _leading(rows: Sequence[Mapping[str, Any]], answers: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the comparison that speaks for all, as `striate.studies.claims.finding.lead` chooses it."""

    def rank(row: Mapping[str, Any]) -> tuple[int, float]:
        answer = answers.get(str(row["treatment"]), "undecided")
        return [*map(str, reversed(ORDER))].index(answer), float(row["effect"])

    return max(rows, key=rank)


def _times(row: Mapping[str, Any], quantity: str, sign: int) -> str:
    """Return how many times the treatment's quantity is the control's, of an effect in decades."""
    ends = [row.get(end) for end in ("low", "high")]
    low, high = sorted(sign * float(inf if end is None else end) for end in ends)
    interval = (
        "no useful interval"
        if row.get("boundless") or not (isfinite(low) and isfinite(high))
        else f"interval {_factor(low)} to {_factor(high)}"
    )
    times = _factor(sign * float(row["effect"]))
    return f"with {row['treatment']} the {quantity} is {times} times that with {row['control']} ({interval})"


def _factor(decades: float) -> str:
    return f"{float(f'{10**decades:.3g}'):,.6g}" if abs(decades) < 6 else factor_text(decades)


def _quantity(metric: str) -> str:
    """Return what a claim compares in words: `validation loss`, `training gradient of conv1`, `largest learning rate`."""
    if metric == LARGEST_RATE:
        return "largest learning rate"
    split, slash, what = metric.partition("/")
    name, dot, layer = what.partition(".")
    return f"{SPLITS.get(split, split)} {name}{f' of {layer}' if dot else ''}" if slash else metric


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
    """Return a statement as it stands after `whether` or `that`, with what parts it from the word.

    Names in capitals keep them, what a colon adds is in brackets, and what it holds under stands between commas.
    """
    head, colon, more = statement.partition(": ")
    statement = f"{head} ({more})" if colon else statement
    first = statement.partition(" ")[0]
    if first in INTRODUCING and ", " in statement:
        return f", {statement[:1].lower()}{statement[1:]}"
    return f" {statement if first[1:].lower() != first[1:] else statement[:1].lower() + statement[1:]}"


def _on(study: StudyRecord) -> str:
    epochs = study.base.get("epochs")
    told = f", {counted(int(epochs), 'epoch')} each" if isinstance(epochs, int) else ""
    data, some = str(study.base.get("data")), study.base.get("train_images")
    of = f"{some:,} training {rows(data)} of {data_name(data)}" if isinstance(some, int) else f"Data {data_name(data)}"
    return f"({of}, {counted(len(study.seeds), 'run')} of each arm{told}.)"


def cures(study: StudyRecord) -> tuple[str, ...]:
    """Return which single changes cured a recipe that diverges, which did not, and which are open."""
    by: dict[str, list[str]] = {"supported": [], "refuted": [], "undecided": []}
    for verdict in study.verdicts:
        by.setdefault(str(verdict.get("answer")), []).append(str(verdict.get("claim", "")).removesuffix(" cures"))
    cured, useless, unsure = by["supported"], by["refuted"], by["undecided"]
    told = [f"Changed alone, {_quoted(cured)} cured it" if cured else "No single change is shown to have cured it"]
    told[0] += f"; {_quoted(useless)} did not." if useless else "."
    told += [f"Of {_quoted(unsure)} it remains open." if unsure else ""]
    return (" ".join([*filter(None, told), _on(study)]),)


def _quoted(names: Sequence[str]) -> str:
    return listed([f"“{name}”" for name in names])
