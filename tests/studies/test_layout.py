"""One run, one folder; and which arms' runs it starts from."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import StudyError
from striate.studies.layout import origins, run_folder


def test_runs_lie_by_arm_and_by_seed() -> None:
    assert run_folder(Path("a"), "batch-norm", 12) == Path("a/runs/batch-norm/12")


def test_an_arm_starts_from_another_and_that_one_from_a_third() -> None:
    starts = {"a": None, "b": "arm:a", "c": "arm:b", "d": "weights.pt"}
    assert [origins("s", slug, starts) for slug in starts] == [(), ("a",), ("b", "a"), ()]


def test_an_arm_that_starts_from_none_or_from_itself_is_refused() -> None:
    with pytest.raises(StudyError, match='arm "b" starts from arm:x, and arm "x" is unknown'):
        origins("s", "b", {"a": None, "b": "arm:x"})
    for starts in ({"b": "arm:b"}, {"b": "arm:c", "c": "arm:b"}, {"b": "arm:c", "c": "arm:d", "d": "arm:c"}):
        with pytest.raises(StudyError, match="and so from itself"):
            origins("s", "b", starts)
