"""The faults of a value that Pydantic refused, as clauses of one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from striate.base.catalog import unknown
from striate.base.errors import nearest

if TYPE_CHECKING:
    from pydantic import ValidationError


def faults_of(error: ValidationError, fields: Iterable[str], full: str = "") -> list[str]:
    """Return one clause for each fault of a validation, with the field, what was given and what is accepted.

    ``full`` is what stands before a field's name where it has to be told from others.
    """
    clauses: list[str] = []
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            clauses.append(unknown("field", where, fields, brief=True))
        elif fault["type"] == "missing":
            clauses.append(f"{where} has no default and must be given{f', as {full}{where}' if full else ''}")
        elif not where:
            clauses.append(fault["msg"].removeprefix("Value error, "))
        else:
            given = str(fault["input"])
            shown = given if len(given) <= 60 else given[:57] + "..."
            rule = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            rule = rule.replace("a valid array", "a list such as [1, 2]")
            accepted = re.findall(r"'([^']*)'", rule) if fault["type"] == "literal_error" else []
            clauses.append(f"{where} is {shown}, and must be {rule}{nearest(given, accepted)}")
    return clauses
