"""A verdict as a card: the answer and its sentence, the numbers it rests on, its intervals, and its tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from striate.base.errors import counted
from striate.reports.kit.intervals import Interval, intervals
from striate.reports.kit.numerals import ABSENT, decimals_for, effect, fixed, number
from striate.reports.kit.page import Picture, picture
from striate.reports.kit.svg import Chart
from striate.reports.kit.table import Table, tables_of
from striate.studies.claims.kinds import claim_kind
from striate.studies.claims.larger import factor_text

ORDER = {"supported": 2, "undecided": 1}  # who speaks for several arms: the refuted ones last
MOST_TOGETHER = 3  # more comparisons than these are read from the picture


@dataclass(frozen=True)
class Fact:
    """A number with its name, and a line of small print that may be empty."""

    name: str
    value: str
    aside: str = ""


@dataclass(frozen=True)
class Card:
    """What the page shows of one verdict; ``answer`` is the word, and `waiting` before there is one."""

    claim: str
    statement: str
    answer: str
    reason: str = ""
    facts: tuple[Fact, ...] = ()
    intervals: Picture | None = None
    path: Picture | None = None
    tables: tuple[Table, ...] = ()


def cards(verdicts: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]]) -> list[Card]:
    """Return a card for each verdict, and a waiting one for each claim that has none yet."""
    judged = {verdict.get("claim") for verdict in verdicts}
    waiting = [
        Card(str(claim.get("name", "")), str(claim.get("statement", "")), "waiting")
        for claim in claims
        if claim.get("name") not in judged
    ]
    return [_card(verdict) for verdict in verdicts] + waiting


def _card(verdict: Mapping[str, Any]) -> Card:
    details = verdict.get("details") or {}
    return Card(
        claim=str(verdict.get("claim", "")),
        statement=str(verdict.get("statement", "")),
        answer=str(verdict.get("answer", "")),
        reason=sentence_of(str(verdict.get("reason", ""))),
        facts=facts_of(verdict),
        intervals=picture(chart.svg()) if (chart := intervals_of(verdict)) else None,
        path=picture(chart.svg()) if (chart := path_of(verdict)) else None,
        tables=tuple(tables_of({key: value for key, value in details.items() if key != "differences"})),
    )


def facts_of(verdict: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return the numbers that a verdict rests on; nothing is drawn."""
    if verdict.get("kind") == "equal":
        return tuple(_agreement(verdict.get("details") or {}))
    compared = [_flat(entry) for entry in verdict.get("comparisons") or ()]
    return tuple(_facts(verdict, compared, _label(verdict)))


def _label(verdict: Mapping[str, Any]) -> str:
    """Return what the effect of a verdict is, in the unit that its details name where it is not that of its kind."""
    unit = (verdict.get("details") or {}).get("unit")
    if unit:
        return f"{unit} saved"
    details: Mapping[str, Any] = verdict.get("details") or {}
    if verdict.get("kind") == "larger" and details.get("metric"):
        what = "reduction" if details.get("lower") else "difference"
        return f"{what} in {'log10 ' if details.get('log') else ''}{details['metric']}"
    return claim_kind(verdict.get("kind")).effect


def turned(verdict: Mapping[str, Any]) -> bool:
    """Return whether the effects of a verdict are the control less the treatment: of epochs, and where smaller is better."""
    return verdict.get("kind") == "sooner" or bool((verdict.get("details") or {}).get("lower"))


def _less(verdict: Mapping[str, Any], treatment: object, control: object) -> str:
    return f"{control} − {treatment}" if turned(verdict) else f"{treatment} − {control}"


def _worth(verdict: Mapping[str, Any]) -> str:
    """Return the smallest difference worth having in words, where its number is a logarithm; else an empty string."""
    details: Mapping[str, Any] = verdict.get("details") or {}
    margin = details.get("margin")
    if not details.get("log") or not isinstance(margin, (int, float)):
        return ""
    return f"{margin:.3g}, a factor of {factor_text(margin)}"


def axis_of(verdict: Mapping[str, Any]) -> str:
    """Return what the axis of a verdict's intervals says: the effect, and the smallest difference worth having."""
    margin = (verdict.get("details") or {}).get("margin")
    worth = _worth(verdict) or (f"{margin:.4g}" if isinstance(margin, (int, float)) else "")
    return f"{_label(verdict)} (shaded: less than {worth}, the smallest worth having)" if margin else _label(verdict)


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return one comparison with its numbers beside the names of its arms."""
    return {**entry, **(entry.get("comparison") or {})}


def _agreement(details: Mapping[str, Any]) -> list[Fact]:
    """Return the facts of a claim that two curves are one, which leaves nothing to chance and so has no interval."""
    runs: Sequence[Mapping[str, Any]] = details.get("runs") or ()
    if not runs:
        return []
    worst = max(runs, key=lambda run: run["largest_difference"])
    return [
        Fact("largest difference", number(worst["largest_difference"], 2), f"relative, at update {worst['at_update']}"),
        Fact("allowed", number(details.get("tolerance"), 2), "relative, at every update"),
        Fact("updates", number(worst["updates"]), f"of {len(runs)} seed{'s' if len(runs) > 1 else ''}"),
    ]


def _facts(verdict: Mapping[str, Any], compared: Sequence[Mapping[str, Any]], label: str) -> list[Fact]:
    facts: list[Fact] = []
    if len(compared) <= MOST_TOGETHER:
        for comparison in compared:
            level = comparison.get("confidence")
            aside = (
                f"{f'{100 * level:.4g}' if level < 0.99995 else 'over 99.99'} % interval"
                if isinstance(level, float)
                else ""
            )
            versus = f"{comparison.get('treatment')} against {comparison.get('control')}"
            facts.append(Fact(label, effect(comparison), f"{versus}, {aside}" if aside else versus))
    if compared:
        pairs = dict.fromkeys((c.get("n_treatment"), c.get("n_control")) for c in compared)
        facts.append(Fact("n", ", ".join(f"{t} against {c}" for t, c in pairs), "runs of treatment and control"))
    detectable = verdict.get("detectable")
    if isinstance(detectable, (int, float)):
        if math.isinf(detectable):
            facts.append(Fact("smallest detectable effect", "none", "too few runs to be sure of any"))
        else:
            facts.append(
                Fact("smallest detectable effect", fixed(detectable, decimals_for(detectable)), "seen 8 times in 10")
            )
    needed = verdict.get("seeds_needed")
    settled = verdict.get("answer") != "undecided"
    facts.append(
        Fact("seeds needed", number(needed), "per arm, to settle it")
        if needed is not None
        else Fact(
            "seeds needed", "no more" if settled else ABSENT, "" if settled else "more seeds alone would not settle it"
        )
    )
    return facts


def intervals_of(verdict: Mapping[str, Any]) -> Chart | None:
    """Return the forest plot of a verdict's comparisons; None where it has none."""
    compared = [_flat(entry) for entry in verdict.get("comparisons") or ()]
    label = _label(verdict)
    margin = (verdict.get("details") or {}).get("margin")
    rows = [
        Interval(
            _less(verdict, c.get("treatment"), c.get("control")),
            float(c["effect"]),
            float(c["low"]),
            float(c["high"]),
            bool(c.get("boundless")),
            c.get("n_treatment"),
            c.get("n_control"),
        )
        for c in compared
        if all(isinstance(c.get(key), (int, float)) for key in ("effect", "low", "high"))
    ]
    if not rows:
        return None
    known = margin if isinstance(margin, (int, float)) else None
    return intervals(rows, label=label, margin=known, worth=_worth(verdict))


def path_of(verdict: Mapping[str, Any]) -> Chart | None:
    """Return the estimate and its bounds at each look, of the comparison that leads at the last; None for a single look."""
    looks, details = looks_of(verdict), verdict.get("details") or {}
    rows = [
        Interval(counted(one["seeds"], "seed"), float(one["effect"]), float(one["low"]), float(one["high"]))
        for one in looks
    ]
    if len(rows) < 2:
        return None
    margin = details["margin"] if isinstance(details.get("margin"), (int, float)) else None
    # Early intervals are so wide that the last ones would be dots beside them.
    reach = 4 * max(abs(rows[-1].low), abs(rows[-1].high), margin or 0.0)
    label = f"look by look: {_less(verdict, *_pair(looks[0]))}"
    return intervals(rows, label=label, margin=margin, worth=_worth(verdict), reach=reach or math.inf)


def looks_of(verdict: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the looks of the comparison that speaks for the verdict; none for a single look."""
    ends, answers = ("effect", "low", "high"), (verdict.get("details") or {}).get("answers")
    looks: Sequence[Mapping[str, Any]] = verdict.get("looks") or ()
    known = [one for one in looks if all(isinstance(one.get(end), (int, float)) for end in ends)]
    pair = _spoken(known, answers if isinstance(answers, dict) else {}) if known else None
    return [one for one in known if _pair(one) == pair]


def _spoken(looks: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> tuple[str, str]:
    """Return the arms of that comparison that decided, or else, of those as little decided, has the largest effect.

    ``answers`` is that of each treatment arm, where the claim has several, of which some had their last look earlier.
    """
    shown = looks if answers else [one for one in looks if one.get("seeds") == looks[-1].get("seeds")]
    last = {_pair(one): one["effect"] for one in shown}  # of each the latest
    return max(last, key=lambda pair: (ORDER.get(str(answers.get(pair[0])), 0), last[pair]))


def _pair(one: Mapping[str, Any]) -> tuple[str, str]:
    return str(one.get("treatment")), str(one.get("control"))


def sentence_of(text: str) -> str:
    """Return ``text`` with a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text[-1:] in (".", "!", "?", "") else ".")
