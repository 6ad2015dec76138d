"""What is claimed of a log, as texts.

    ARM > CONTROL [by MARGIN] [in COLUMN]              larger is better; one or more arms, with commas, against one
    ARM < CONTROL [by MARGIN] [in COLUMN]              smaller is better
    ARM sooner than CONTROL [by STEPS] [in COLUMN]     it reaches the control's last value in fewer steps

The margin is in the unit of the column, and 0 where none is given, for that unit is not known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from striate.base.catalog import unknown
from striate.base.errors import StudyError, listed, printable
from striate.studies.claims.larger import Larger
from striate.studies.claims.sooner import Sooner
from striate.studies.logs.log import number, shown

SIGN = r"[<>](?!=)|\bsooner\s+than\b"
NUMBER = r"[+-]?[0-9.]\S*"
TAIL = (
    rf"\s+in\s+(?P<column_first>\S.*?)\s+by\s+(?P<margin_last>{NUMBER})"
    r"|(?:\s+by\s+(?P<margin>\S+))?(?:\s+in\s+(?P<column>\S.*?))?"
)
Term = Larger | Sooner


def term(
    text: str,
    arms: Sequence[str],
    column: str | None,
    *,
    lower: bool = False,
    unit: str = "steps",
    columns: Sequence[str] = (),
) -> Term:
    """Return the claim that ``text`` states about ``arms`` and, where it names none, ``column``; raises StudyError.

    ``lower`` says that the column of a claim "sooner than" falls to its target; ``columns`` are those that could be meant.
    """
    match = _match(text.strip(), arms)
    if match is None:
        raise StudyError(
            f'claim "{printable(text)}" is not ARM > CONTROL by MARGIN; write for example "b > a by 0.005", "b < a by 0.1 in'
            ' loss" or "b sooner than a by 2"'
        )
    metric = match["column"] or match["column_first"] or column
    several = match["arms"]
    treatment = (several,) if several in arms else tuple(part.strip() for part in several.split(","))
    for arm in (*treatment, match["control"]):
        if arm not in arms:
            if (by := re.fullmatch(r"(.+?)\s+by\s+(.+)", arm, re.IGNORECASE)) and by[1] in arms:
                _margin(text, by[2])  # refuses what is no number, as 5 points
            raise StudyError(f'claim "{printable(text)}": {unknown("arm", arm, arms, most=12)}')
    if twice := next((arm for arm in treatment if [*treatment, match["control"]].count(arm) > 1), None):
        raise StudyError(
            f'claim "{printable(text)}" names the arm "{printable(twice)}" twice; compare each with another one'
        )
    margin = _margin(text, match["margin"] or match["margin_last"])
    if metric is None:
        some = f", one of {shown(columns)}" if columns else ""
        raise StudyError(
            f'claim "{printable(text)}" names no column; add `value=COLUMN`{some}, or end it with "in COLUMN"'
        )
    sign = "s" if match["sign"][0] in "sS" else match["sign"]
    return _claim(treatment, match["control"], sign, metric, margin, lower=lower, unit=unit)


def _match(text: str, arms: Sequence[str]) -> re.Match[str] | None:
    """Return the parts of a claim: by the arms that there are, whatever is in their names, or else by its form alone."""
    names = "|".join(re.escape(arm) for arm in sorted(arms, key=len, reverse=True))
    one = f"(?-i:{names})"  # two arms may differ by capitals alone
    known = rf"(?P<arms>(?:{one})(?:\s*,\s*(?:{one}))*)\s*(?P<sign>{SIGN})\s*(?P<control>{one})(?:{TAIL})\s*"
    form = rf"(?P<arms>.+?)\s*(?P<sign>{SIGN})\s*(?P<control>.+?)(?:{TAIL})\s*"
    return re.fullmatch(known, text, re.IGNORECASE) or re.fullmatch(form, text, re.IGNORECASE)


def _margin(text: str, told: str | None) -> float:
    margin = 0.0 if told is None else number(told)
    if margin is None or not 0 <= margin < math.inf:
        raise StudyError(
            f'claim "{printable(text)}" has the margin {printable(str(told))}, and a number in the unit of the column is'
            " expected, 0 or larger; write for example by 0.005"
        )
    return margin


def _claim(
    treatment: tuple[str, ...], control: str, sign: str, metric: str, margin: float, *, lower: bool, unit: str
) -> Term:
    one = f"{'One of ' if len(treatment) > 1 else ''}{listed(list(treatment))}"
    if sign == "s":
        name = f"{', '.join(treatment)} sooner than {control}"
        words = f"{one} reaches the last {metric} of {control} in fewer {unit}"
        return Sooner(name, words, treatment, control, margin, metric, unit, lower)
    name = f"{', '.join(treatment)} {sign} {control}"
    words = f"{one} ends with a {'lower' if sign == '<' else 'higher'} {metric} than {control}"
    return Larger(name, words, treatment, control, metric, margin, lower=sign == "<", logged=True)
