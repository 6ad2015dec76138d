"""Arm and seed from the name of a run, where nothing else says them: `wide/seed3`, `wide-3`, `wide/version_3`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from striate.base.errors import StudyError, printable, reason

USUAL = re.compile(
    r"(?P<arm>.*?[^/_\-. ])[/_\-. ]+(?:seed|version|run|rep|trial|fold|s|v)?[_\-=. ]?(?P<seed>\d+)", re.IGNORECASE
)
USUAL_PATTERN = '"(?P<arm>.+)-(?P<seed>[0-9]+)"'


def usual(names: Sequence[str]) -> Mapping[str, tuple[str, str]] | None:
    """Return arm and seed by name, where every name ends in a number and some arm so comes to have two seeds; else None."""
    found = {name: (match["arm"], match["seed"]) for name in names if (match := USUAL.fullmatch(name))}
    arms = {arm for arm, _ in found.values()}
    return found if len(found) == len(set(names)) and len(arms) < len(found) else None


def by_pattern(names: Sequence[str], pattern: str) -> Mapping[str, tuple[str, str]]:
    """Return the same by a person's own ``pattern`` with the groups arm and seed; raises StudyError where it does not fit."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise StudyError(
            f'the pattern "{printable(pattern)}" of names is none ({reason(error)}); correct it'
        ) from error
    if "arm" not in compiled.groupindex or "seed" not in compiled.groupindex:
        raise StudyError(f'the pattern "{printable(pattern)}" lacks a group; write for example {USUAL_PATTERN}')
    found = {name: (match["arm"], match["seed"]) for name in names if (match := compiled.fullmatch(name))}
    if not found:
        raise StudyError(f'no run has a name of the form "{printable(pattern)}"; the first is "{printable(names[0])}"')
    return found
