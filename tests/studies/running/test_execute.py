"""Each run is done exactly once, a killed study continues, and what is on disk is all that counts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from damage import damages
from striate.app.options.repeating import study_command
from striate.base.disk.files import read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.base.errors import DataError, NetError, StudyError
from striate.reports.study.page import write_study_report
from striate.studies.claims.better import Better
from striate.studies.claims.equal import Equal
from striate.studies.looks.plan import Until
from striate.studies.question import Arm, Study
from striate.studies.running import execute
from striate.studies.running.execute import run_study, standing
from striate.studies.running.pool import Job, run_jobs
from striate.studies.running.process import do
from striate.training.folder.run import open_run
from striate.training.recipe.recipe import Recipe

CLAIM = Better("better", "b beats a", treatment=("b",), control="a", measure="test", margin=0.01)
BASE = Recipe(net_options={"widths": [[4]], "hidden": []}, epochs=1, batch_size=256)


def study(seeds: int = 2, **changes: object) -> Study:
    return Study("s", "?", BASE.change(**changes), (Arm("a"), Arm("b", {"lr": 0.01})), (CLAIM,), tuple(range(seeds)))


def test_a_study_runs_each_run_once_and_can_be_extended(tmp_path: Path) -> None:
    answer = run_study(study(), tmp_path / "out")
    assert (answer.failures, len(answer.verdicts)) == ({}, 1)
    runs = standing(study(), tmp_path / "out")
    assert [run.status for run in runs if run] == ["finished"] * 4
    verdict = read_json(tmp_path / "out/verdict.json")
    assert [arm["n"] for arm in verdict["arms"]] == [2, 2]
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("timing.csv")}
    more = run_study(study(3), tmp_path / "out").verdicts[0]
    assert more.comparisons[0][2].n_control == 3
    assert "it was to end with 2 seeds and went on, so it has looks at 2 and 3" in more.reason
    assert more.comparisons[0][2].confidence > 0.95
    assert [look.seeds for look in more.looks] == [2, 3]
    assert run_study(study(1), tmp_path / "out").study.seeds == (0, 1, 2)  # what was seen is not forgotten
    assert len(list(tmp_path.rglob("timing.csv"))) == 6
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    with pytest.raises(StudyError, match=r"differs in its base recipe: epochs is \d+ there and"):
        run_study(study(epochs=2), tmp_path / "out")


def test_seeds_until_decided_stop_where_the_claims_end_and_can_be_more(tmp_path: Path) -> None:
    kept = BASE.change(record_steps=True)
    arms = (Arm("a"), Arm("b", {"keep_every": 1}), Arm("c", {"lr": 0.01}))
    claims = (Equal("equal", "one curve", "b", "a", 1e-6), replace(CLAIM, treatment=("c",)))
    asked = Study("s", "?", kept, arms, claims, Until(2, 3))
    answer = run_study(asked, tmp_path / "out")
    assert [verdict.answer for verdict in answer.verdicts] == ["supported", "undecided"]
    assert len(list(tmp_path.rglob("timing.csv"))) == 8  # b is needed by no open claim
    assert "look 2 of at most 2, the last at 3 seeds" in answer.verdicts[1].reason
    record = read_json(tmp_path / "out/study.json")
    assert (record["until"], record["looks"]) == ({"least": 2, "most": 3}, [2, 3])
    assert record["plan"]["levels"]["1"] == pytest.approx([1 - look.confidence for look in answer.verdicts[1].looks])
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("timing.csv")}
    again = run_study(replace(asked, seeds=(0,)), tmp_path / "out")  # which goes on as it began
    assert again.verdicts == answer.verdicts
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    page = write_study_report(tmp_path / "out", study_command).read_text()
    assert "look by look: c − a" in page
    assert "--until-decided --least 2 --most 3" in page
    assert "waiting" not in page.partition("<h2>Arms")[2].partition("</table>")[0]


def test_seeds_until_decided_of_one_look_are_as_many_as_it_has(tmp_path: Path) -> None:
    claims = (replace(CLAIM, treatment=("b",), control="a"),)
    answer = run_study(Study("s", "?", BASE, (Arm("a"), Arm("b", {"lr": 0.01})), claims, Until(3, 3)), tmp_path / "out")
    assert answer.verdicts[0].comparisons[0][2].n_treatment == 3
    assert len(list(tmp_path.rglob("timing.csv"))) == 6


def test_what_cannot_run_costs_nothing(tmp_path: Path) -> None:
    with pytest.raises(NetError, match="4 stages"):
        run_study(study(widths=[[2]] * 4), tmp_path / "out")
    with pytest.raises(DataError, match='data set "digitz" is unknown'):
        run_study(study(data="digitz"), tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("x")
    with pytest.raises(StudyError, match="not empty"):
        run_study(study(), tmp_path / "mine")
    assert not (tmp_path / "out").exists()


def test_a_run_that_fails_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    good = Job(BASE.to_json(), tmp_path / "good", None)
    bad = Job(BASE.change(data="digits", image_size=2000).to_json(), tmp_path / "bad", None)
    failures = run_jobs([bad, good], 1, 1, lambda: None)
    assert list(failures) == [tmp_path / "bad"]
    assert "image_size is 2000" in failures[tmp_path / "bad"]
    assert open_run(tmp_path / "good").status == "finished"


def test_a_worker_that_is_killed_fails_its_run_alone(tmp_path: Path) -> None:
    slow = Job(BASE.change(epochs=500, batch_size=8).to_json(), tmp_path / "slow", None)
    good = Job(BASE.to_json(), tmp_path / "good", None)

    killed: list[int] = []

    def kill() -> None:
        if not killed and (tmp_path / "slow/timing.csv").is_file():
            killed.append(int((tmp_path / "slow/lock").read_text().split()[0]))
            os.kill(killed[0], signal.SIGKILL)

    failures = run_jobs([slow, good], 1, 1, kill)
    assert "ended with code -9, probably for want of memory" in failures[tmp_path / "slow"]
    assert open_run(tmp_path / "good").status == "finished"


def test_two_processes_do_not_work_on_one_study(tmp_path: Path) -> None:
    from striate.base.disk.lock import locked
    from striate.base.errors import RunError

    with locked(tmp_path / "out"), pytest.raises(RunError, match=f"in use by process {os.getpid()}"):
        run_study(study(), tmp_path / "out")


def test_a_folder_that_a_kill_left_half_begun_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.striate-1-0123456789abcdef.tmp").write_text("{")
    (tmp_path / "out/lock").write_text("1")
    assert run_study(study(1), tmp_path / "out").failures == {}


def test_other_images_are_not_mixed_into_a_study(tmp_path: Path) -> None:
    run_study(study(1), tmp_path / "out")
    path = tmp_path / "out/study.json"
    write_json(path, sealed({**read_json(path), "fingerprint": "0" * 64}))
    with pytest.raises(StudyError, match=r"images of the study .* have changed"):
        run_study(study(1), tmp_path / "out")
    path.write_text("{")
    with pytest.raises(StudyError, match="cannot be read"):
        run_study(study(1), tmp_path / "out")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of two arms and two seeds, done in this process; the tests take copies of it."""
    folder = tmp_path_factory.mktemp("study") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "run_jobs", in_this_process)
        assert run_study(study(), folder).failures == {}
    return folder


IMAGES: dict[str, object] = {}


def in_this_process(
    jobs: Sequence[Job],
    workers: int,
    threads: int,
    beat: object,
    warn: Callable[[Path, str], None],
    failures: dict[Path, str],
) -> None:
    """Do the jobs as a worker does, without a process of its own."""
    reasons = {job.folder: do(json.loads(job.line()), IMAGES, partial(warn, job.folder)) for job in jobs}
    failures.update({folder: reason for folder, reason in reasons.items() if reason})


def test_a_damaged_run_is_named_and_the_others_go_on(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "run_jobs", in_this_process)
    folder = Path(shutil.copytree(finished, tmp_path / "out"))
    damaged, undone = folder / "runs/a/1", folder / "runs/b/0"
    write_json(damaged / "recipe.json", sealed({**read_json(damaged / "recipe.json"), "lr": 0.5}))
    shutil.rmtree(undone)
    told: list[str] = []
    answer = run_study(study(), folder, warn=told.append)
    assert list(answer.failures) == ["a, seed 1"]
    assert answer.failures["a, seed 1"].startswith('damaged: "')
    assert "`redo_damaged` sets it aside and does it again" in answer.failures["a, seed 1"]
    assert open_run(undone).status == "finished"
    assert [arm["n"] for arm in read_json(folder / "verdict.json")["arms"]] == [1, 2]
    again = run_study(study(), folder, warn=told.append, redo_damaged=True)
    assert again.failures == {}
    assert "it was set aside as 1.damaged-1, and is done again" in told[-1]
    assert (folder / "runs/a/1.damaged-1/recipe.json").is_file()
    assert read_json(folder / "verdict.json")["warnings"]["a, seed 1"]
    assert [verdict.to_json() for verdict in again.verdicts] == read_json(finished / "verdict.json")["verdicts"]


def test_what_a_run_warns_of_reaches_the_verdict_and_stays(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "run_jobs", in_this_process)
    folder = Path(shutil.copytree(finished, tmp_path / "out"))
    (folder / "runs/b/1/history.csv").unlink()
    told: list[str] = []
    answer = run_study(study(), folder, warn=told.append)
    assert "history.csv was not what status.json vouches for (it is missing), and was put back" in told[0]
    assert told[0].startswith("b, seed 1: ")
    assert list(answer.warnings) == ["b, seed 1"]
    assert run_study(study(), folder, warn=told.append).warnings == answer.warnings
    assert "b, seed 1 warned: history.csv" in write_study_report(folder, study_command).read_text()


def test_no_damage_to_one_file_of_a_study_changes_a_verdict_in_silence(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "run_jobs", in_this_process)
    whole, came = read_json(finished / "verdict.json")["verdicts"], list[str]()
    files = [finished / "study.json", finished / "verdict.json", *sorted((finished / "runs/a/0").glob("*.*s*"))]
    for number, file in enumerate(path for path in files if path.is_file()):
        for damage in list(damages(file, cuts=1, flips=1, digits=2))[number % 5 :: 5]:
            folder = tmp_path / "out"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(finished, folder)
            replace(damage, path=folder / file.relative_to(finished)).do()
            told: list[str] = []
            try:
                answer = run_study(study(), folder, warn=told.append)
            except StudyError as error:
                came.append(str(error))
                continue
            assert list(answer.failures) in ([], ["a, seed 0"]), damage
            assert answer.failures or [verdict.to_json() for verdict in answer.verdicts] == whole, damage
            came += [*told, *answer.failures]
    assert len(came) > 5


SCRIPT = """
import striate as st
base = st.Recipe(**{base!r})
claim = st.Better("better", "b beats a", treatment=("b",), control="a", measure="test", margin=0.01)
st.study(st.Study("s", "?", base, (st.Arm("a"), st.Arm("b", {{"lr": 0.01}})), (claim,), (0, 1)), "out")
"""


@pytest.mark.slow
def test_a_script_killed_at_any_moment_continues_to_the_same_bytes_and_leaves_no_process(tmp_path: Path) -> None:
    """A plain script, without a guard around its main part; killed while runs are under way, hard and softly."""
    (tmp_path / "ask.py").write_text(SCRIPT.format(base=BASE.change(epochs=15, batch_size=16).to_json()))
    for number in (signal.SIGKILL, signal.SIGINT):
        before = {path: path.read_text() for path in tmp_path.rglob("timing.csv")}
        driver = subprocess.Popen([sys.executable, "ask.py"], cwd=tmp_path, stderr=subprocess.DEVNULL)
        while {path: path.read_text() for path in tmp_path.rglob("timing.csv")} == before:
            assert driver.poll() is None
            time.sleep(0.05)
        driver.send_signal(number)
        driver.wait(90)
        deadline = time.monotonic() + 20
        while any(map(_is_worker, _holders(tmp_path))):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    subprocess.run([sys.executable, "ask.py"], cwd=tmp_path, check=True, timeout=200)
    assert (tmp_path / "out/report.html").is_file()
    (tmp_path / "whole").mkdir()
    subprocess.run([sys.executable, str(tmp_path / "ask.py")], cwd=tmp_path / "whole", check=True, timeout=200)
    whole = {p.relative_to(tmp_path / "whole"): p.read_bytes() for p in (tmp_path / "whole").rglob("history.csv")}
    assert len(whole) == 4
    assert all((tmp_path / path).read_bytes() == content for path, content in whole.items())


def _holders(folder: Path) -> list[int]:
    return [int(held[0]) for path in folder.rglob("lock") if (held := path.read_text().split())]


def _is_worker(pid: int) -> bool:
    """Whether ``pid`` is a worker, begun by itself or from what is warm (tests/warm.py)."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"striate.studies.running.process" in line or b"warm.py" in line
    except OSError:
        return False
