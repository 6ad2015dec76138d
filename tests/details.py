"""The details of a verdict as the record of its kind of claim, which a test knows."""

from __future__ import annotations

from typing import TypeVar

from striate.studies.claims.verdict import Details, Verdict

D = TypeVar("D", bound=Details)


def details(verdict: Verdict, kind: type[D]) -> D:
    """Return the details of ``verdict``, which are of ``kind``."""
    assert isinstance(verdict.details, kind)
    return verdict.details
