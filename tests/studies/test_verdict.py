import math
from dataclasses import replace

import pytest

from striate.base.errors import StudyError
from striate.base.files import read_json, write_json
from striate.studies.statistics import compare
from striate.studies.verdict import Verdict, decide

BASE = compare([1.0, 2.0], [0.0, 1.0])


@pytest.mark.parametrize(
    ("low", "high", "margin", "answer"),
    [
        (0.1, 0.5, 0.2, "supported"),  # the margin lies inside
        (0.3, 0.5, 0.2, "supported"),
        (0.1, 0.2, 0.2, "supported"),  # not wholly below the margin
        (0.1, 0.19, 0.2, "refuted"),  # real, but not worth having
        (-0.1, 0.1, 0.2, "refuted"),
        (-0.3, -0.1, 0.0, "refuted"),
        (-0.1, 0.3, 0.2, "undecided"),
        (-0.1, 0.1, 0.0, "undecided"),
        (0.0, 0.3, 0.2, "undecided"),
        (-0.1, 0.0, 0.0, "undecided"),
        (-math.inf, math.inf, 0.2, "undecided"),
    ],
)
def test_decide(low, high, margin, answer):
    assert decide(replace(BASE, low=low, high=high), margin) == answer


def test_json_round_trip_through_a_file(tmp_path):
    one = compare([1.0], [0.0])
    verdict = Verdict(
        "a",
        "b",
        "better",
        "undecided",
        "c",
        (("bn", "plain", BASE), ("bn x5", "plain", one)),
        math.inf,
        3,
        {"n": [None]},
    )
    write_json(tmp_path / "verdict.json", verdict.to_json())
    assert Verdict.from_json(read_json(tmp_path / "verdict.json")) == verdict
    plain = Verdict("a", "b", "stabler", "refuted", "c")
    assert Verdict.from_json(plain.to_json()) == plain


@pytest.mark.parametrize(
    "change", [{"comparisons": [{"treatment": "bn"}]}, {"comparisons": 3}, {"surprise": 1}, {"answer": "perhaps"}]
)
def test_what_is_no_verdict(change):
    with pytest.raises(StudyError, match="run the study again"):
        Verdict.from_json({**Verdict("a", "b", "better", "refuted", "c").to_json(), **change})
    with pytest.raises(StudyError, match="run the study again"):
        Verdict.from_json({})
