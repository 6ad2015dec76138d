import math

import pytest

from striate.base.errors import StudyError
from striate.studies.claims.better import Better
from striate.studies.claims.checks import check_share, check_terms
from striate.studies.claims.choice import Choice


def test_acceptable_terms():
    check_terms("a", "b", {"treatment": ("bn",), "control": ("plain",)}, 0.0)


def test_all_faults_are_listed_together():
    with pytest.raises(StudyError) as caught:
        check_terms("helps", " ", {"treatment": "bn", "control": ("plain",)}, math.nan)
    text = str(caught.value)
    assert 'the claim "helps" is not acceptable' in text
    for words in ("needs a name and a statement", "its treatment is 'bn', and must be a tuple", "its margin is nan"):
        assert words in text


@pytest.mark.parametrize(
    ("treatment", "control", "margin", "words"),
    [
        ((), ("plain",), 0.0, "its treatment is ()"),
        (("bn", ""), ("plain",), 0.0, "its treatment is ('bn', '')"),
        (("bn",), (3,), 0.0, "its control is (3,)"),
        (("bn", "plain"), ("plain",), 0.0, 'the arm "plain" is named twice'),
        (("bn", "bn"), ("plain",), 0.0, 'the arm "bn" is named twice'),
        (("bn",), ("plain",), -0.1, "its margin is -0.1"),
        (("bn",), ("plain",), math.inf, "its margin is inf"),
    ],
)
def test_each_fault(treatment, control, margin, words):
    with pytest.raises(StudyError) as caught:
        check_terms("helps", "it helps", {"treatment": treatment, "control": control}, margin)
    assert words in str(caught.value)


def test_no_gain_of_accuracy_is_a_whole_one():
    check_share("helps", 0.99)
    for claim in (
        lambda: Better("helps", "it helps", treatment=("bn",), control="plain", margin=1.0),
        lambda: Choice("one", "one is best", candidates=("bn", "plain"), margin=2),
    ):
        with pytest.raises(
            StudyError, match=r"accuracies lie within 0 and 1, so no gain is as large; .* as 0\.01 for one point"
        ):
            claim()
