"""Studies are listed from their small files, those that cannot be read with why."""

from __future__ import annotations

import json
from pathlib import Path

from finished_study import write_study, write_verdict
from striate.reports.study.listing import list_studies


def test_runs_are_counted_by_the_study_that_they_lie_in(tmp_path: Path) -> None:
    write_study(tmp_path / "a" / "one")
    write_study(tmp_path / "a" / "one-more")
    write_verdict(tmp_path / "a" / "one-more")
    runs = [
        ("a/one/runs/x/0", "finished"),
        ("a/one/runs/x/1", "running"),
        ("a/one-more/runs/x/0", "finished"),
        ("b", "failed"),
    ]
    one, more = list_studies(tmp_path, runs)
    assert (one.folder, one.runs, one.most, one.verdicts, one.going) == (
        "a/one",
        {"finished": 1, "running": 1},
        18,
        (),
        False,
    )
    assert (more.runs, [answer for _, answer, _, _ in more.verdicts]) == (
        {"finished": 1},
        ["supported", "undecided", "supported"],
    )


def test_a_damaged_verdict_leaves_the_study_and_a_damaged_study_its_place(tmp_path: Path) -> None:
    write_study(tmp_path / "one")
    (tmp_path / "one" / "verdict.json").write_text("[]")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "study.json").write_text('{"arms": 3}')
    one, two = list_studies(tmp_path)
    assert (one.seeds, one.why) == (3, "verdict.json cannot be read (it holds no object)")
    assert two.why.startswith("study.json cannot be read")


def test_a_study_that_may_end_early_says_so(tmp_path: Path) -> None:
    write_study(tmp_path / "one")
    write_study(tmp_path / "two")
    path = tmp_path / "two" / "study.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "until": {"least": 2, "most": 3}}))
    assert [study.until for study in list_studies(tmp_path)] == [False, True]


def test_the_folder_itself_may_be_a_study(tmp_path: Path) -> None:
    write_study(tmp_path)
    (one,) = list_studies(tmp_path, [("runs/x/0", "finished")])
    assert (one.folder, one.runs) == (".", {"finished": 1})
