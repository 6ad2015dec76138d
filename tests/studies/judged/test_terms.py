"""Claims about a log, as people write them."""

from __future__ import annotations

import pytest

from striate.base.errors import StudyError
from striate.studies.claims.larger import Larger
from striate.studies.claims.sooner import Sooner
from striate.studies.judged.terms import term

ARMS = ["a", "b", "b, c", "lr by 2"]


@pytest.mark.parametrize(
    ("text", "treatment", "control", "metric", "margin", "lower"),
    [
        ("b > a", ("b",), "a", "acc", 0.0, False),
        ("b>a by 0.005", ("b",), "a", "acc", 0.005, False),
        ("b < a by 1e-2 in val/loss", ("b",), "a", "val/loss", 0.01, True),
        ("b, c > a", ("b, c",), "a", "acc", 0.0, False),
        (" b,lr by 2 > a ", ("b", "lr by 2"), "a", "acc", 0.0, False),
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
        ("b > a by much", "is not ARM > CONTROL"),
        ("b > a by -1", "is not ARM > CONTROL"),
        ("b > bb", r'arm "bb" is unknown \(did you mean "b"\?\)'),
        ("b > b", "named twice"),
        ("b > a by nan", "margin is nan"),
    ],
)
def test_what_is_no_claim_is_refused(text: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        term(text, ARMS, "acc")


def test_a_claim_needs_a_column() -> None:
    with pytest.raises(StudyError, match="names no column"):
        term("b > a", ARMS, None)
