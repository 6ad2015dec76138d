"""What is claimed of a log, as texts.

    ARM > CONTROL [by MARGIN] [in COLUMN]              larger is better; one or more arms, with commas, against one
    ARM < CONTROL [by MARGIN] [in COLUMN]              smaller is better
    ARM sooner than CONTROL [by STEPS] [in COLUMN]     it reaches the control's last value in fewer steps

The margin is in the unit of the column, and 0 where none is given, for that unit is not known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from striate.base.catalog import unknown
from striate.base.errors import StudyError, listed, printable
from striate.studies.claims.larger import Larger
from striate.studies.claims.sooner import Sooner

CLAIM = re.compile(
    r"(?P<arms>.+?)\s*(?P<sign>[<>]|\bsooner\s+than\b)\s*(?P<control>.+?)"
    r"(?:\s+by\s+(?P<margin>\S+))?(?:\s+in\s+(?P<column>\S.*?))?\s*"
)
Term = Larger | Sooner


def term(text: str, arms: Sequence[str], column: str | None, *, lower: bool = False, unit: str = "steps") -> Term:
    """Return the claim that ``text`` states about ``arms`` and, where it names none, ``column``; raises StudyError.

    ``lower`` says that the column of a claim "sooner than" falls to its target.
    """
    match = CLAIM.fullmatch(text.strip())
    try:
        margin = float(match["margin"] or 0) if match else -1.0
    except ValueError:
        match, margin = None, 0.0
    if match is None or margin < 0:
        raise StudyError(
            f'claim "{printable(text)}" is not ARM > CONTROL by MARGIN; write for example "b > a by 0.005", "b < a by 0.1 in'
            ' loss" or "b sooner than a by 2"'
        )
    metric = match["column"] or column
    if metric is None:
        raise StudyError(f'claim "{printable(text)}" names no column; add `value=COLUMN`, or end it with "in COLUMN"')
    several = match["arms"]
    treatment = (several,) if several in arms else tuple(part.strip() for part in several.split(","))
    for arm in (*treatment, match["control"]):
        if arm not in arms:
            raise StudyError(f'claim "{printable(text)}": {unknown("arm", arm, arms, most=12)}')
    return _claim(treatment, match["control"], match["sign"][0], metric, margin, lower=lower, unit=unit)


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
