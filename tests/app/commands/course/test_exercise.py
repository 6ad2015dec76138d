"""`striate exercise`: a file is started, never over one's work, and graded with a page that fits into 80 columns."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from striate.app.cli import app


def test_a_started_file_is_graded_as_unfinished_and_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    run = CliRunner().invoke
    assert run(app, ["exercise", "start", "relu_forward", "--out", str(file)]).exit_code == 0
    assert "def relu_backward(dout, cache)" in file.read_text()
    record = json.loads(run(app, ["exercise", "grade", str(file), "--json"]).stdout)
    assert [verdict["status"] for verdict in record["verdicts"]] == ["unfinished", "unfinished"]
    told = json.loads(run(app, ["exercise", "start", "relu_forward", "--json"]).stdout)
    assert (told["written"], "def relu_forward" in told["text"]) == (None, True)
    before = file.read_text()
    assert run(app, ["exercise", "start", "sgd", "--out", str(file)]).exit_code != 0
    assert file.read_text() == before


def test_a_counter_example_fits_into_80_columns(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def relu_forward(x):\n    print('hm')\n    return abs(x), x\n")
    done = CliRunner().invoke(app, ["exercise", "grade", str(file), "--only", "relu_forward"])
    assert done.exit_code == 1
    assert "expected out = [[0.]]" in done.stdout
    assert "your file printed: hm" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_list_names_exercises_and_groups() -> None:
    said = CliRunner().invoke(app, ["exercise", "list"]).stdout
    assert "conv_backward" in said
    assert "csce636" in said
