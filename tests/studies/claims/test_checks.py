import math

import pytest

from striate.base.errors import StudyError
from striate.studies.claims.checks import check_terms


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
