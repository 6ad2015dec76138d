"""Two arms side by side: what differs, seed by seed, and no difference but those that the study judged."""

from __future__ import annotations

import pytest

from finished_study import ARMS, EPOCHS, curve, write_study, write_verdict
from striate.base.disk.files import write_json
from striate.base.errors import StudyError
from striate.reports.study.beside import Ended, Field, beside
from striate.reports.study.records import ArmRecord, StudyRecord, read_study

BASELINE, SICK, BN, BN5 = list(ARMS)[:4]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyRecord:
    folder = tmp_path_factory.mktemp("study")
    write_study(folder)
    write_verdict(folder)
    score = {"accuracy": 0.79, "loss": 0.6, "images": 100, "epoch": 3, "step": 9}
    write_json(folder / "runs" / "baseline" / "1" / "test.json", score)
    return read_study(folder)


def test_the_fields_that_differ_with_both_values(study: StudyRecord) -> None:
    assert beside(study, BASELINE, BN5).fields == (Field("norm", ("none", "batch")), Field("lr", ("0.0001", "0.0005")))
    assert beside(study, BASELINE, BN).fields == (Field("norm", ("none", "batch")),)  # both say lr, and say the same


def test_what_an_arm_leaves_is_that_of_the_base_recipe_or_of_its_net(study: StudyRecord) -> None:
    arms = (
        ArmRecord("a", {"dropout": 0.1, "batch_size": 32, "hidden": [8]}, ()),
        ArmRecord("b", {"widths": [[2]], "hidden": 8}, ()),
    )
    found = beside(StudyRecord("s", "", study.base, arms, (), (), (), (), {}, {}, ()), "a", "b")
    assert found.fields == (
        Field("dropout", ("0.1", "0.5")),
        Field("hidden", ("[8]", "8")),
        Field("widths", ("the net's own", "2")),
    )


def test_each_seed_has_its_own_numbers(study: StudyRecord) -> None:
    rows = beside(study, BASELINE, SICK).seeds
    assert [row.seed for row in rows] == [0, 1, 2]
    values = [curve(0, 1, epoch)["val", "accuracy"] for epoch in range(1, EPOCHS + 1)]
    assert rows[1].runs[0] == Ended("finished", values[-1], max(values), 0.79)
    assert rows[1].runs[1] == Ended("diverged")  # it has numbers, and none that counts


def test_a_difference_is_told_as_it_was_judged_whichever_arm_is_named_first(study: StudyRecord) -> None:
    found = beside(study, BASELINE, BN5).judged
    assert [(one.claim, one.answer) for one in found] == [
        ("accelerates", "supported"),
        ("improves the result", "supported"),
    ]
    assert (found[0].treatment, found[0].control, found[0].effect) == (BN5, BASELINE, 9.33)
    assert (round(found[0].low or 0, 2), round(found[0].high or 0, 2), found[0].margin) == (7.23, 11.43, 1.0)
    assert beside(study, BN5, BASELINE).judged == found


def test_what_was_not_judged_has_no_difference(study: StudyRecord) -> None:
    assert beside(study, BN, BN5).judged == ()


def test_an_arm_of_several_has_its_own_answer(study: StudyRecord) -> None:
    verdict = {**study.verdicts[2], "details": {"answers": {BN: "refuted", BN5: "supported"}}}
    told = StudyRecord("s", "", {}, study.arms, (), (), (), (verdict,), {}, {}, ())
    assert [one.answer for one in beside(told, BN, BASELINE).judged] == ["refuted"]


def test_two_arms_of_the_study_are_needed(study: StudyRecord) -> None:
    with pytest.raises(StudyError, match=r'arm of this study "BN" is unknown \(did you mean'):
        beside(study, "BN", BASELINE)
    with pytest.raises(StudyError, match="beside itself"):
        beside(study, BN, BN)
    with pytest.raises(StudyError, match="has one arm"):
        beside(StudyRecord("s", "", {}, study.arms[:1], (), (), (), (), {}, {}, ()), BASELINE, BN)
