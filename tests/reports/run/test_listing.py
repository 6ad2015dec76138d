"""Runs in a folder: good ones, damaged ones among them, and one whose process is gone."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from striate.base.disk.files import digest, read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.base.errors import RunError
from striate.reports.run.listing import aged, in_use, list_runs

NOW = 2_000_000_000.0


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, status: str = "finished", accuracies: tuple[float, ...] = (0.5, 0.7, 0.7)) -> Path:
        place = tmp_path / name
        place.mkdir(parents=True)
        recipe = {"net": "convnet", "data": "digits", "seed": 3, "epochs": 5, "lr": 0.1}
        (place / "recipe.json").write_text(json.dumps(recipe))
        (place / "status.json").write_text(json.dumps({"status": status, "reason": "", "epoch": 3, "step": 9}))
        rows = [f"{e},{e},val,accuracy,{a}\n{e},{e},val,loss,1.0" for e, a in enumerate(accuracies, start=1)]
        (place / "history.csv").write_text("\n".join(["step,epoch,split,metric,value", *rows]) + "\n")
        for file in place.iterdir():
            os.utime(file, (NOW - 7200, NOW - 7200))
        return place

    return make


def test_what_is_known_of_a_run(made, tmp_path: Path) -> None:
    (made("a") / "test.json").write_text('{"accuracy": 0.65}')
    [run] = list_runs(tmp_path, NOW)
    assert (run.folder, run.net, run.data, run.seed, run.status) == ("a", "convnet", "digits", 3, "finished")
    assert (run.epoch, run.epochs, run.best, run.best_epoch, run.test) == (3, 5, 0.7, 2, 0.65)
    assert run.age == 7200


def test_runs_below_and_the_folder_itself_are_found_in_order(made, tmp_path: Path) -> None:
    for name in ("study/runs/bn/1", "study/runs/bn/0", "alone", ".hidden/run"):
        made(name)
    (tmp_path / "photos").mkdir()
    assert [run.folder for run in list_runs(tmp_path, NOW)] == ["alone", "study/runs/bn/0", "study/runs/bn/1"]
    assert [run.folder for run in list_runs(tmp_path / "alone", NOW)] == [str(tmp_path / "alone")]


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("recipe.json", "{", "recipe.json cannot be read"),
        ("recipe.json", "[]", "recipe.json holds no object"),
        ("recipe.json", '{"net": 3}', "recipe.json is not a recipe"),
        ("recipe.json", "[" * 100_000, "recipe.json cannot be read"),
        ("recipe.json", None, "it has no recipe.json"),
        ("status.json", "\udcff", "status.json cannot be read"),
        ("history.csv", "step,epoch,split,metric,value\n1,1,val,accuracy,x\n", "history.csv cannot be read"),
        ("history.csv", "a,b\n1,2\n", "history.csv cannot be read"),
        ("history.csv", None, "history.csv is missing"),
        ("test.json", "torn", "test.json cannot be read"),
    ],
)
def test_a_damaged_run_stands_among_good_ones_and_says_why(
    made, tmp_path: Path, file: str, content: str | None, why: str
) -> None:
    made("a")
    place = made("b")
    made("c")
    if content is None:
        (place / file).unlink()
    else:
        (place / file).write_text(content, errors="surrogateescape")
    runs = list_runs(tmp_path, NOW)
    assert [run.status for run in runs] == ["finished", "damaged", "finished"]
    assert runs[1].why.startswith(why)


def test_a_run_that_no_process_holds_was_interrupted(made, tmp_path: Path) -> None:
    place = made("a", status="running")
    assert list_runs(tmp_path, NOW)[0].status == "interrupted"
    with (place / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert in_use(place)
        assert list_runs(tmp_path, NOW)[0].status == "running"
    assert not in_use(place)


def test_a_line_that_a_kill_has_cut_is_not_read(made, tmp_path: Path) -> None:
    place = made("a", status="interrupted")
    before = list_runs(tmp_path, NOW)[0]
    with (place / "history.csv").open("a") as file:
        file.write("99,9,val,accuracy,0.99")
    assert list_runs(tmp_path, NOW)[0] == before


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="does not exist; give the folder"):
        list_runs(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="is a file"):
        list_runs(tmp_path / "file")
    assert list_runs(tmp_path) == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.4, "0 s"), (59.0, "59 s"), (60, "1 min"), (7200, "2 h"), (86400 * 12, "12 d")]
)
def test_ages(seconds: float | None, text: str) -> None:
    assert aged(seconds) == text


def test_it_loads_no_pytorch() -> None:
    code = "import sys, striate.reports.run.listing, striate.app.cli; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_a_number_that_was_changed_is_told(made, tmp_path: Path) -> None:
    place = made("a")
    status = json.loads((place / "status.json").read_text())
    kept = (place / "history.csv").read_text()
    write_json(place / "status.json", sealed(status | {"history": digest(kept.encode())}))
    write_json(place / "test.json", sealed({"accuracy": 0.65}))
    assert list_runs(tmp_path, NOW)[0].status == "finished"
    (place / "history.csv").write_text(kept.replace("0.7", "0.9"))
    write_json(place / "test.json", {**read_json(place / "test.json"), "accuracy": 0.95})
    [run] = list_runs(tmp_path, NOW)
    assert run.status == "damaged"
    assert "history.csv was changed after it was written" in run.why
    assert "test.json does not fit its seal (it was changed after it was written)" in run.why
