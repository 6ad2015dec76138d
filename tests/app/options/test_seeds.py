"""How many seeds: a number, or until it is decided, and not both."""

from __future__ import annotations

import pytest

from striate.app.options.seeds import seeds_of
from striate.base.errors import StudyError
from striate.studies.looks.plan import Until


def test_a_number_looks_or_nothing() -> None:
    assert seeds_of(4, None, None, until_decided=False) == 4
    assert seeds_of(None, None, None, until_decided=False) is None
    made = [
        seeds_of(None, least, most, until_decided=True)
        for least, most in ((None, None), (5, None), (None, 2), (20, None))
    ]
    assert [(one.least, one.most) for one in made if isinstance(one, Until)] == [(3, 12), (5, 12), (2, 2), (20, 20)]


def test_a_number_and_looks_at_once_are_refused() -> None:
    with pytest.raises(StudyError, match="`seeds` is 4, a fixed number"):
        seeds_of(4, None, None, until_decided=True)
    with pytest.raises(StudyError, match="belong to `until_decided`"):
        seeds_of(None, 3, None, until_decided=False)
