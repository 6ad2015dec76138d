"""The tables of a study, cell by cell."""

from __future__ import annotations

import shutil
from pathlib import Path

from striate.base.disk.files import read_json, write_json
from striate.reports.kit.table import Cell
from striate.reports.study.records import read_study
from striate.reports.study.tables import arms_table, changes_table, environment_table


def test_each_arm_has_its_runs_its_scores_its_epochs_and_its_time(finished: Path) -> None:
    table = arms_table(read_study(finished))
    assert table.columns == (
        "arm", "runs", "final validation accuracy", "best validation accuracy", "test accuracy",
        "mean epochs to 0.8012 (25 where not reached)",
        "mean time of a run",
    )  # fmt: skip
    assert table.rows[0] == (
        Cell("baseline"),
        Cell("3 finished", "3 stable"),
        Cell("0.8012 ± 0.0034", "[0.7928, 0.8097] (3)"),
        Cell("0.8034 ± 0.0034", "[0.7928, 0.8097] (3)"),
        Cell("0.7991 ± 0.0034", "[0.7928, 0.8097] (3)"),
        Cell("23.3", "1 of 3 reached it"),
        Cell("4.79 min"),
    )
    broken = table.rows[1]
    assert broken[1] == Cell("3 diverged", "the loss was nan at step 9849 (and 2 more)")
    assert broken[4:] == (Cell("–"), Cell("–"), Cell("–"))
    assert table.rows[3][5] == Cell("11.7", "3 of 3 reached it")


def test_an_unfinished_study_shows_who_waits(copied: Path) -> None:
    (copied / "verdict.json").unlink()
    shutil.rmtree(copied / "runs" / "bn-x1")
    path = copied / "runs" / "baseline" / "2" / "status.json"
    write_json(path, read_json(path) | {"status": "running"})
    table = arms_table(read_study(copied))
    assert table.rows[0][1] == Cell(
        "2 finished, 1 interrupted", "its process has ended without a word"
    )  # no process holds it
    assert table.rows[2][1:] == (Cell("3 waiting"), Cell("–"), Cell("–"), Cell("–"), Cell("–"))
    assert len({len(row) for row in table.rows} | {len(table.columns)}) == 1


def test_an_arm_shows_only_what_differs_from_the_base(finished: Path) -> None:
    rows = {name.text: said.text for name, said in changes_table(read_study(finished)).rows}
    assert rows["baseline"] == "norm: the net's own → none"
    assert rows["BN x5"] == "norm: the net's own → batch; lr: 0.0001 → 0.0005"


def test_an_arm_that_changes_nothing_is_the_base(copied: Path) -> None:
    study = read_json(copied / "study.json")
    study["arms"][0]["changes"] = {"lr": 1e-4, "dropout": 0.5}
    write_json(copied / "study.json", study)
    assert changes_table(read_study(copied)).rows[0][1] == Cell("the base recipe")


def test_environments_that_differ_are_all_shown(copied: Path) -> None:
    path = copied / "runs" / "baseline" / "0" / "environment.json"
    write_json(path, read_json(path) | {"threads": 2})
    fields = {name.text: value.text for name, value in environment_table(read_study(copied)).rows}
    assert fields["threads"] == "1 (17 runs); 2 (1 run)"
    assert fields["torch"] == "2.15.0"
