import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from striate.base.disk.files import read_json, write_json
from striate.studies.claims.comparison import compare, decide
from striate.studies.claims.verdict import Details, Row, Verdict


@dataclass(frozen=True, kw_only=True)
class Rows(Details):
    n: Sequence[Row | None]
    taken: tuple[str, ...] = field(default=("a",), metadata={"key": "taken for"})
    unit: str | None = field(default=None, metadata={"optional": True})


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


def test_a_file_holds_all_of_a_verdict(tmp_path):
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
        Rows(n=[None]),
    )
    write_json(tmp_path / "verdict.json", verdict.to_json())
    written = read_json(tmp_path / "verdict.json")
    assert (written["answer"], written["detectable"], written["seeds_needed"]) == ("undecided", math.inf, 3)
    assert written["comparisons"] == [
        {"treatment": "bn", "control": "plain", **BASE.to_json()},
        {"treatment": "bn x5", "control": "plain", **one.to_json()},
    ]
    assert written["details"] == {"n": [None], "taken for": ["a"]}
