import json

import pytest

from striate.base.errors import StudyError
from striate.studies.better import Better
from striate.studies.claims import claim_from_json
from striate.studies.sooner import Sooner
from striate.studies.stabler import Stabler
from striate.studies.verdict import Claim

CLAIMS: tuple[Claim, ...] = (
    Better("improves", "it improves", ("bn", "bn x5"), "plain", "test", 0.005),
    Sooner("accelerates", "it accelerates", ("bn",), "plain", 1.0),
    Stabler("permits", "it permits", ("bn",), ("plain", "plain x5")),
)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_round_trip(claim):
    assert claim_from_json(json.loads(json.dumps(claim.to_json()))) == claim
    assert claim_from_json(claim.to_json()) == claim


def test_arms():
    assert [claim.arms for claim in CLAIMS] == [("bn", "bn x5", "plain"), ("bn", "plain"), ("bn", "plain", "plain x5")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "beter"}, 'the claim kind is "beter" (did you mean "better"?); accepted are better, sooner, stabler'),
        ({"kind": None}, 'the claim kind is "None"'),
        ({"margn": 1}, '"margn" is unknown (did you mean "margin"?)'),
        ({"margin": "1"}, "\"margin\" is '1'"),
        ({"margin": True}, '"margin" is True'),
        ({"treatment": "bn"}, "\"treatment\" is 'bn'"),
        ({"name": 3}, '"name" is 3'),
        ({"margin": -1.0}, "its margin is -1.0"),
        ({"measure": "tset"}, 'measures "tset" (did you mean "test"?)'),
    ],
)
def test_what_is_no_claim(change, words):
    with pytest.raises(StudyError) as caught:
        claim_from_json({**CLAIMS[0].to_json(), **change})
    assert words in str(caught.value)


def test_all_faults_are_listed_together():
    with pytest.raises(StudyError) as caught:
        claim_from_json({"kind": "sooner", "name": 1, "margin": 0.0})
    text = str(caught.value)
    for words in ('"statement" is missing', '"treatment" is missing', '"name" is 1', "its fields are name, statement"):
        assert words in text
