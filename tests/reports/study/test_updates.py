"""Curves over updates: drawn from what runs and verdicts hold, and absent where they hold nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from striate.base.disk.files import write_json, write_text
from striate.reports.study.cards import cards
from striate.reports.study.records import RunRecord, StudyRecord, read_study
from striate.reports.study.updates import update_panels

VERDICT = {
    "claim": "one curve",
    "kind": "equal",
    "answer": "supported",
    "details": {
        "tolerance": 1e-9,
        "runs": [{"seed": 0, "updates": 3, "largest_difference": 2e-16, "at_update": 2}],
        "differences": [[0.0, 2e-16, 1e-16]],
    },
}


def study(folder: Path, rows: str) -> StudyRecord:
    run = folder / "runs" / "a" / "0"
    run.mkdir(parents=True)
    write_json(folder / "study.json", {"name": "s", "arms": [{"name": "a", "slug": "a"}], "seeds": [0]})
    write_text(run / "history.csv", "step,epoch,split,metric,value\n" + rows)
    return read_study(folder)


def test_the_losses_of_updates_are_read_apart_from_those_of_epochs(tmp_path: Path) -> None:
    made = study(tmp_path, "1,1,train,batch_loss,2.5\n2,1,train,batch_loss,2.0\n2,1,train,loss,2.25\n")
    run: RunRecord = made.arms[0].runs[0]
    assert run.updates == ((1, 2.5), (2, 2.0))
    assert dict(run.curves) == {("train", "loss"): ((1, 2.25),)}
    assert len(update_panels(made)) == 1
    both = update_panels(replace(made, verdicts=(VERDICT,)))
    assert "Relative difference of the losses by update: one curve" in str(both[1])


def test_a_study_without_them_has_no_such_panel(tmp_path: Path) -> None:
    assert update_panels(study(tmp_path, "2,1,train,loss,2.25\n")) == []


def test_the_card_of_equal_curves_shows_the_largest_difference_and_no_interval() -> None:
    card = cards([VERDICT], [])[0]
    assert [(fact.name, fact.value) for fact in card.facts] == [
        ("largest difference", "2e-16"),
        ("allowed", "1e-09"),
        ("updates", "3"),
    ]
    assert card.intervals is None
    assert not any("differences" in table.title for table in card.tables)
