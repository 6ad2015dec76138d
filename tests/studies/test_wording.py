"""Arms and claims as texts: what is read, what is refused, and the study that comes of them."""

from __future__ import annotations

import pytest

from striate.base.errors import StriateError, StudyError
from striate.studies.catalog import question
from striate.studies.claims.better import Better
from striate.studies.question import Arm
from striate.studies.wording import arm_from_text, asked_question, claim_from_text, split


@pytest.mark.parametrize(
    ("text", "arm"),
    [
        ("small: lr=0.01", Arm("small", {"lr": 0.01})),
        ("  big  one : lr=0.1, norm=batch", Arm("big one", {"lr": 0.1, "norm": "batch"})),
        ("deep: widths=[[4, 8], [16]], hidden=[]", Arm("deep", {"widths": [[4, 8], [16]], "hidden": []})),
        ("plain", Arm("plain")),
        ("x5: data=sums", Arm("x5", {"data": "sums"})),
    ],
)
def test_an_arm_is_a_name_and_settings(text: str, arm: Arm) -> None:
    assert arm_from_text(text) == arm


def test_commas_in_brackets_and_quotes_part_nothing() -> None:
    assert split('a=[1,[2,3]],b="x,y",c={"d":1,"e":2}') == ["a=[1,[2,3]]", 'b="x,y"', 'c={"d":1,"e":2}']
    assert split(" ") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not NAME: FIELD=VALUE"),
        (": lr=1", "is not NAME: FIELD=VALUE"),
        ("a:", "is not NAME: FIELD=VALUE"),
        ("a\x1b[31m: lr=1", "is not NAME: FIELD=VALUE"),
        ("a: lr", 'arm "a": "lr" is not a setting'),
        ("a: lr=1, lr=2", 'arm "a" sets lr more than once'),
    ],
)
def test_what_is_no_arm(text: str, words: str) -> None:
    with pytest.raises(StudyError, match=words) as caught:
        arm_from_text(text)
    assert "\x1b" not in str(caught.value)


def test_a_claim_names_arms_margin_and_measure() -> None:
    known = ["a", "b", "c, d"]
    claim = claim_from_text("b > a by 0.01 in best", known)
    assert (claim.treatment, claim.control, claim.margin, claim.measure) == (("b",), "a", 0.01, "best")
    plain = claim_from_text("b>a", known)
    assert (plain.margin, plain.measure) == (0.005, "test")
    assert claim_from_text("b, a > c, d", known).treatment == ("b", "a")
    assert claim_from_text("c, d > a", known).treatment == ("c, d",)  # a name may hold a comma


@pytest.mark.parametrize("text", ["", "b", "b > ", "> a", "b > a by much"])
def test_what_is_no_claim(text: str) -> None:
    with pytest.raises(StudyError, match="is not ARM > CONTROL by MARGIN in MEASURE"):
        claim_from_text(text, ["a", "b"])


def test_arms_alone_are_a_study_whose_first_is_the_control() -> None:
    arms = ["low: lr=0.001", "high: lr=0.01", "batch: norm=batch"]
    study = asked_question(arms, [], words=["again"]).study({"epochs": 2}, 3)
    assert (study.name, study.seeds, study.base.epochs) == ("low-or-high-or-batch", (0, 1, 2), 2)
    assert study.question == "Which is better: low, high or batch?"
    claims = [claim for claim in study.claims if isinstance(claim, Better)]
    assert [(claim.treatment, claim.control, claim.margin) for claim in claims] == [
        (("high",), "low", 0.005),
        (("batch",), "low", 0.005),
    ]
    assert study.words == ("again",)


def test_arms_and_claims_join_a_builtin_study() -> None:
    study = asked_question(["RMSprop: optimizer=rmsprop"], [], question("augmentation"), ["again"]).study({})
    before = question("augmentation").study({})
    assert [arm.name for arm in study.arms] == [*(arm.name for arm in before.arms), "RMSprop"]
    assert study.claims[: len(before.claims)] == before.claims
    assert study.claims[-1].arms == ("RMSprop", before.arms[0].name)
    assert study.words == ("augmentation", "again")


@pytest.mark.parametrize(
    ("arms", "claims", "name", "words"),
    [
        ([], [], None, "no study and no arm are given"),
        (["a: lr=1"], [], None, "one arm is given"),
        (["a: lr=0.1", "b: lr=0.1"], [], None, 'arms "a" and "b" are the same recipe'),
        (["a: lrr=0.1", "b: lr=0.2"], [], None, r'arm "a": .*"lrr" is unknown \(did you mean "lr"'),
        (["a: seed=1", "b: lr=0.2"], [], None, 'arm "a": every run has a seed of its own'),
        (["a: lr=0.1", "A!: lr=0.2"], [], None, "two arms are named"),
        (["a: lr=0.1", "b: lr=0.2"], ["c > a"], None, 'arm "c" is unknown'),
        (["a: lr=0.1", "b: lr=0.2"], ["b > a by -1"], None, "margin is -1"),
        (["a: lr=0.1", "b: lr=0.2"], ["b > a in loss"], None, 'measure "loss" is unknown'),
        (["x: lr=1"], [], "hidden-units", "chooses among values of hidden, to which no arm can be added"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    arms: list[str], claims: list[str], name: str | None, words: str
) -> None:
    with pytest.raises(StriateError, match=words):
        asked_question(arms, claims, question(name) if name else None).study({})
