"""Studies that the page starts: what is wrong is said beside its field, one at a time, nobody's own code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from striate.app.serve.jobs import Jobs
from striate.app.serve.place import Place
from striate.base.disk.lock import locked
from striate.base.errors import StriateError, StudyError

SMALL = {"data": "digits", "epochs": "1", "train_images": "100"}


class Begun:
    """Stands for subprocess.Popen: notes the words, and runs a process that waits."""

    words: list[list[str]]

    def __init__(self) -> None:
        self.words = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, words: list[str], **named: Any) -> subprocess.Popen[bytes]:
        self.words.append(words)
        waiting = (
            "import signal, sys; signal.signal(2, lambda *a: sys.exit(130)); print('up', flush=True); signal.pause()"
        )
        self.processes.append(real_popen([sys.executable, "-c", waiting], **named))
        return self.processes[-1]


def _said(jobs: Jobs, name: str) -> str:
    return os.pread(jobs._jobs[name].said, 100, 0).decode()


real_popen = subprocess.Popen


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Begun()
    monkeypatch.setattr("striate.app.serve.jobs.subprocess.Popen", made)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()


def test_a_plan_says_what_will_run_and_what_is_wrong_where(tmp_path: Path) -> None:
    jobs = Jobs(Place(tmp_path))
    told = jobs.plan({"study": "batchnorm", "seeds": 2, "settings": SMALL})
    assert (told["faults"], told["error"], told["runs"]) == ({}, "", 12)
    assert "Does batch normalization help?" in told["plan"]
    told = jobs.plan({"study": "batchnorm", "seeds": 2, "settings": {**SMALL, "epochs": "many"}})
    assert told["faults"].keys() == {"epochs"}
    assert jobs.plan({"study": "batchnorm", "seeds": 0})["faults"].keys() == {"seeds"}
    assert jobs.plan({"study": "../evil.py", "seeds": 1})["faults"].keys() == {"study"}
    assert list(tmp_path.iterdir()) == []


def test_one_at_a_time_unless_asked_and_stopped_by_its_own_page(tmp_path: Path, begun: Begun) -> None:
    jobs = Jobs(Place(tmp_path))
    given = {"study": "batchnorm", "seeds": 1, "settings": SMALL, "out": "one"}
    assert jobs.start(given)["state"] == "running"
    assert begun.words[0][1:7] == ["-m", "striate", "study", "batchnorm", "--seeds", "1"]
    assert begun.words[0][-2:] == ["--out", str(tmp_path / "one")]
    with pytest.raises(StudyError, match="one at a time"):
        jobs.start({**given, "out": "two"})
    assert jobs.start({**given, "out": "two", "beside": True})["state"] == "running"
    while "up" not in _said(jobs, "one"):  # it listens for the signal from then on
        time.sleep(0.02)
    with pytest.raises(StudyError, match="is no run or study"):
        jobs.stop({"name": "three"})
    jobs.stop({"name": "one"})
    begun.processes[0].wait(10)
    assert {job["name"]: job["state"] for job in jobs.record({})} == {"one": "stopped", "two": "running"}


@pytest.mark.parametrize("out", ["../x", "a/b", ".hidden", "-x", "x y", "x" * 99])
def test_a_folder_is_a_plain_name_that_is_free(out: str, tmp_path: Path, begun: Begun) -> None:
    (tmp_path / "there").mkdir()
    for name in (out, "there"):
        with pytest.raises(StudyError):
            Jobs(Place(tmp_path)).start({"study": "batchnorm", "seeds": 1, "settings": SMALL, "out": name})
    assert begun.words == []


@pytest.mark.parametrize(
    "settings",
    [{"net": "evil:net"}, {"net": "evil.py:net"}, {"--out": "/tmp"}, {"lr": "x"}, {"a b": "1"}, [1], {"f": {"g": 1}}],
)
def test_nobody_s_own_code_and_no_option_in_a_field(settings: Any, tmp_path: Path, begun: Begun) -> None:
    with pytest.raises(StriateError):
        Jobs(Place(tmp_path)).start({"study": "batchnorm", "seeds": 1, "settings": settings, "out": "x"})
    assert begun.words == []


def test_a_study_goes_on_by_its_own_command_unless_it_names_code(filled: Path, tmp_path: Path, begun: Begun) -> None:
    shutil.copytree(filled / "asked", tmp_path / "asked")
    jobs = Jobs(Place(tmp_path))
    jobs.go_on({"name": "asked"})
    assert begun.words[0][3:5] == ["study", "batchnorm"]
    assert begun.words[0][-1] == str(tmp_path / "asked")
    while "up" not in _said(jobs, "asked"):
        time.sleep(0.02)
    jobs.stop({"name": "asked"})
    begun.processes[0].wait(10)
    record = json.loads((tmp_path / "asked" / "study.json").read_text())
    for change in ({"base": record["base"] | {"net": "evil:net"}}, {"name": "evil"}, {"words": ["evil.py"]}):
        (tmp_path / "asked" / "study.json").write_text(json.dumps(record | change) + "\n")
        with pytest.raises(StriateError):
            jobs.go_on({"name": "asked"})
    assert len(begun.words) == 1


def test_nothing_is_started_by_get(client: TestClient) -> None:
    for path in ("start", "stop", "continue", "plan"):
        assert client.get(f"/api/{path}").status_code == 405
        assert client.post(f"/api/{path}", content=b"[").status_code == 400
    assert client.get("/api/jobs").json() == []
    assert {one["name"] for one in client.get("/api/choices").json()["studies"]} >= {"batchnorm"}


def test_a_sheet_is_made_by_its_command_in_its_own_folder(tmp_path: Path, begun: Begun) -> None:
    jobs = Jobs(Place(tmp_path))
    assert jobs.make_sheet({"name": "cs7150", "data": "mnist"})["name"] == "sheet-cs7150-quick-mnist"
    words = ["sheet", "cs7150", "--budget", "quick", "--data", "mnist"]
    words += ["--out", str(tmp_path / "sheet-cs7150-quick-mnist")]
    assert begun.words[0][1:] == ["-m", "striate", *words]
    for wrong in ({"name": "evil.py"}, {"name": "cs7150", "data": "x.npz"}, {"name": "cs7150", "budget": "--out"}):
        with pytest.raises(StriateError):
            jobs.make_sheet(wrong)
    with pytest.raises(StudyError, match="one at a time"):
        jobs.make_sheet({"name": "csce636"})
    assert len(begun.words) == 1


def test_a_job_says_its_last_words_while_it_runs(tmp_path: Path, begun: Begun) -> None:
    jobs = Jobs(Place(tmp_path))
    jobs.make_sheet({"name": "cs7150"})
    while "up" not in _said(jobs, "sheet-cs7150-quick"):
        time.sleep(0.02)
    assert jobs.record({})[0]["said"] == "up"


def test_one_that_was_stopped_may_save_before_it_goes_on(filled: Path, tmp_path: Path, begun: Begun) -> None:
    shutil.copytree(filled / "asked", tmp_path / "asked")
    jobs = Jobs(Place(tmp_path))
    jobs.go_on({"name": "asked"})
    while "up" not in _said(jobs, "asked"):
        time.sleep(0.02)
    jobs.stop({"name": "asked"})
    assert jobs.go_on({"name": "asked"})["state"] == "running"  # at once: it is waited for
    assert [process.poll() for process in begun.processes] == [130, None]


def test_one_that_another_start_of_the_server_began_is_named_by_its_process(tmp_path: Path) -> None:
    jobs = Jobs(Place(tmp_path))
    (tmp_path / "idle").mkdir()
    with pytest.raises(StudyError, match="nothing trains in"):
        jobs.stop({"name": "idle"})
    with locked(tmp_path / "busy"), pytest.raises(StudyError, match=f"Ctrl-C, or by `kill -INT {os.getpid()}`$"):
        jobs.stop({"name": "busy"})


def test_a_job_is_there_once_its_study_is_written_down(tmp_path: Path, begun: Begun) -> None:
    jobs = Jobs(Place(tmp_path))
    assert jobs.start({"study": "batchnorm", "seeds": 1, "settings": SMALL, "out": "x"})["there"] is False
    with locked(tmp_path / "x"):
        (tmp_path / "x" / "study.json").write_text("{}")
        assert jobs.record({})[0]["there"] is True
