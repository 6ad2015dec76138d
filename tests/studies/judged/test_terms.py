"""Claims about a log, as people write them."""

from __future__ import annotations

import pytest

from striate.base.errors import StudyError
from striate.studies.claims.larger import Larger
from striate.studies.claims.sooner import Sooner
from striate.studies.judged.terms import term

ARMS = ["a", "b", "b, c", "lr by 2", "net in lab", "x>1"]


@pytest.mark.parametrize(
    ("text", "treatment", "control", "metric", "margin", "lower"),
    [
        ("b > a", ("b",), "a", "acc", 0.0, False),
        ("b>a by 0.005", ("b",), "a", "acc", 0.005, False),
        ("b < a by 1e-2 in val/loss", ("b",), "a", "val/loss", 0.01, True),
        ("b, c > a", ("b, c",), "a", "acc", 0.0, False),
        (" b,lr by 2 > a ", ("b", "lr by 2"), "a", "acc", 0.0, False),
        ("b > lr by 2", ("b",), "lr by 2", "acc", 0.0, False),
        ("b > lr by 2 by 3", ("b",), "lr by 2", "acc", 3.0, False),
        ("net in lab > x>1 by 0.1", ("net in lab",), "x>1", "acc", 0.1, False),
        ("x>1 < net in lab in loss", ("x>1",), "net in lab", "loss", 0.0, True),
        ("b > a in val loss by 0.1", ("b",), "a", "val loss", 0.1, False),
        ("b > a BY 0.1 IN loss", ("b",), "a", "loss", 0.1, False),
    ],
)
def test_a_claim_about_a_value(
    text: str, treatment: tuple[str, ...], control: str, metric: str, margin: float, lower: bool
) -> None:
    made = term(text, ARMS, "acc")
    assert isinstance(made, Larger)
    assert (made.treatment, made.control, made.metric, made.margin, made.lower) == (
        *(treatment, control, metric, margin),
        lower,
    )
    assert made.to_json()["logged"] is True


def test_a_claim_about_steps() -> None:
    made = term("b sooner than a by 2 in loss", ARMS, None, lower=True, unit="epochs")
    assert isinstance(made, Sooner)
    assert (made.margin, made.metric, made.unit, made.lower) == (2.0, "loss", "epochs", True)
    assert made.statement == "b reaches the last loss of a in fewer epochs"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("b = a", "is not ARM > CONTROL"),
        ("b >= a", "is not ARM > CONTROL"),
        ("b > a by much", "has the margin much, and a number in the unit of the column"),
        ("b > a by -1", "has the margin -1"),
        ("b > a by 0.5%", "has the margin 0.5%"),
        ("b > a by 1_0", "has the margin 1_0"),
        ("b > a by 0,005", "has the margin 0,005"),
        ("b > bb", r'arm "bb" is unknown \(did you mean "b"\?\)'),
        ("b > b", r'names the arm "b" twice; compare each with another one'),
        ("b > a by 5 points", 'claim "b > a by 5 points" has the margin 5 points, and a number in the unit'),
        ("b > a by 0.5 %", "has the margin 0.5 %"),
        ("b > A by 0.5", 'arm "A" is unknown'),
        ("b > a by nan", "has the margin nan"),
        ("b > a by inf", "has the margin inf"),
    ],
)
def test_what_is_no_claim_is_refused(text: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        term(text, ARMS, "acc")


def test_arms_that_differ_by_capitals_are_two() -> None:
    made = term("b > A by 0.1", ["a", "A", "a by 0.1", "b"], "acc")
    assert (made.control, made.margin) == ("A", 0.1)


def test_a_claim_needs_a_column() -> None:
    with pytest.raises(StudyError, match=r"names no column; add `value=COLUMN`, one of acc, loss, or end it"):
        term("b > a", ARMS, None, columns=("acc", "loss"))
    with pytest.raises(StudyError, match="names no column"):
        term("b > a", ARMS, None)
