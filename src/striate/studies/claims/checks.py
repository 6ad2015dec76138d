"""The parts that every claim states, and what is acceptable there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from striate.base.errors import StudyError, sentence


def check_terms(name: str, statement: str, families: Mapping[str, tuple[str, ...]], margin: float) -> None:
    """Raise StudyError listing every fault: empty texts, arms that are not a tuple of names or named twice, the margin.

    ``families`` are the arms by their part in the claim, such as treatment and control. ``margin`` is the smallest
    difference worth having, in the unit of the claim, finite and at least 0.
    """
    faults: list[str] = []
    if not name.strip() or not statement.strip():
        faults.append("it needs a name and a statement")
    wrong = {side: arms for side, arms in families.items() if not _is_family(arms)}
    faults += [f"its {side} is {arms!r}, and must be a tuple of arm names" for side, arms in wrong.items()]
    if not wrong:
        named = [arm for arms in families.values() for arm in arms]
        faults += [f'the arm "{arm}" is named twice' for arm in dict.fromkeys(named) if named.count(arm) > 1]
    if not _is_margin(margin):
        faults.append(f"its margin is {margin!r}, and must be a finite number, 0 or larger")
    if faults:
        raise StudyError(
            f'the claim "{name}" is not acceptable: {sentence(faults)}; correct the study and run it again'
        )


def check_share(name: str, margin: float) -> None:
    """Raise StudyError where no difference of two accuracies is as large as ``margin``: meant were points, most likely."""
    if margin >= 1:
        raise StudyError(
            f'the claim "{name}" has the margin {margin:g}, and accuracies lie within 0 and 1, so no gain is as large; give it'
            " in that unit, as 0.01 for one point"
        )


def _is_margin(margin: object) -> bool:
    """Whether it is a number to compare with; a text such as 1% is none."""
    return isinstance(margin, (int, float)) and 0 <= margin < math.inf


def _is_family(arms: object) -> bool:
    """Whether these are arms: a lone text, the likely slip, would be read as one arm per letter."""
    if not isinstance(arms, tuple) or not arms:
        return False
    return all(isinstance(arm, str) and arm for arm in cast("tuple[object, ...]", arms))
