"""Each run is done exactly once, a killed study continues, and what is on disk is all that counts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from striate.base.errors import DataError, NetError, StudyError
from striate.base.files import read_json, write_json
from striate.studies.better import Better
from striate.studies.execute import run_study, standing
from striate.studies.judge import equals, judge
from striate.studies.outcome import Outcome
from striate.studies.question import Arm, Study
from striate.studies.workers import Job, run_jobs, share
from striate.training.recipe import Recipe
from striate.training.run import open_run

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
    assert "judged at 2, 3 seeds in turn" in more.reason
    assert run_study(study(1), tmp_path / "out").study.seeds == (0, 1, 2)  # what was seen is not forgotten
    assert len(list(tmp_path.rglob("timing.csv"))) == 6
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    with pytest.raises(StudyError, match=r"differs in its base recipe: epochs is \d+ there and"):
        run_study(study(epochs=2), tmp_path / "out")


def test_arms_that_change_nothing_are_told(tmp_path: Path) -> None:
    arms = (Arm("a"), Arm("b", {"precision": "float32"}), Arm("c", {"lr": 0.01}))
    claims = (CLAIM, Better("other", "c beats a", treatment=("c",), control="a", measure="test", margin=0.01))
    verdicts = run_study(Study("s", "?", BASE, arms, claims, (0, 1)), tmp_path / "out").verdicts
    told = "the runs of a and b are equal to the last bit: what these arms change has no effect"
    assert [told in verdict.reason for verdict in verdicts] == [True, False]


def test_arms_that_differ_in_the_last_bit_of_a_loss_are_not_equal() -> None:
    run = Outcome("a", 0, "finished", 0.1, 1, 10, 2, 100, (0.5,), (1.0,), 0.5, last={"val/loss": 0.7}, numbers="one")
    assert equals([run, replace(run, arm="b")]) == [("a", "b")]
    assert equals([run, replace(run, arm="b", numbers="other")]) == []


def test_seeds_that_change_nothing_are_told_and_decide_nothing(tmp_path: Path) -> None:
    """Copies of one run stand for a net that ignores its seed; of one arm, of both, and of some of its seeds only."""
    out = tmp_path / "out"
    run_study(study(3), out)
    shutil.rmtree(out / "runs/a/1")
    shutil.copytree(out / "runs/a/0", out / "runs/a/1")
    (told,) = judge(study(3), out).verdicts
    assert told.answer == "undecided"
    assert told.reason.startswith(
        "the runs of a with seeds 0 and 1 are equal in every number, so they are one run counted 2 times; let the net and"
    )
    assert (told.comparisons[0][2].n_control, told.comparisons[0][2].n_treatment) == (2, 3)
    for arm in "ab":
        for seed in "12":
            shutil.rmtree(out / "runs" / arm / seed)
            shutil.copytree(out / "runs" / arm / "0", out / "runs" / arm / seed)
    (told,) = judge(study(3), out).verdicts
    assert told.answer == "undecided"
    assert (
        "the runs of b with seeds 0, 1 and 2 are equal in every number, so they are one run counted 3 times"
        in told.reason
    )
    assert "no interval from a single run, n = 1 against 1" in told.reason
    arms = read_json(out / "verdict.json")["arms"]
    assert [(arm["n"], arm["test"]["n"], arm["test"]["low"]) for arm in arms] == [(3, 1, None), (3, 1, None)]


def test_what_cannot_run_costs_nothing(tmp_path: Path) -> None:
    with pytest.raises(NetError, match="4 stages"):
        run_study(study(widths=[[2]] * 4), tmp_path / "out")
    with pytest.raises(DataError, match="there is no data set"):
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
            killed.append(int((tmp_path / "slow/lock").read_text()))
            os.kill(killed[0], signal.SIGKILL)

    failures = run_jobs([slow, good], 1, 1, kill)
    assert "ended with code -9, probably for want of memory" in failures[tmp_path / "slow"]
    assert open_run(tmp_path / "good").status == "finished"


def test_two_processes_do_not_work_on_one_study(tmp_path: Path) -> None:
    from striate.base.errors import RunError
    from striate.training.run import locked

    with locked(tmp_path / "out"), pytest.raises(RunError, match=f"in use by process {os.getpid()}"):
        run_study(study(), tmp_path / "out")


def test_a_folder_that_a_kill_left_half_begun_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.study.json.1.ab.tmp").write_text("{")
    (tmp_path / "out/lock").write_text("1")
    assert run_study(study(1), tmp_path / "out").failures == {}


def test_other_images_are_not_mixed_into_a_study(tmp_path: Path) -> None:
    run_study(study(1), tmp_path / "out")
    path = tmp_path / "out/study.json"
    write_json(path, {**read_json(path), "fingerprint": "0" * 64})
    with pytest.raises(StudyError, match=r"images of the study .* have changed"):
        run_study(study(1), tmp_path / "out")
    path.write_text("{")
    with pytest.raises(StudyError, match="cannot be read"):
        run_study(study(1), tmp_path / "out")


def test_validation_on_the_test_images_is_said_in_every_verdict(tmp_path: Path) -> None:
    answer = run_study(study(1, validate_on_test=True), tmp_path / "out")
    assert "the test images also chose the weights" in answer.verdicts[0].reason


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
    return [int(text) for path in folder.rglob("lock") if (text := path.read_text())]


def _is_worker(pid: int) -> bool:
    try:
        return b"striate.studies.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_claim_about_an_arm_without_a_run_is_undecided(tmp_path: Path) -> None:
    answer = judge(study(), tmp_path)
    assert answer.verdicts[0].answer == "undecided"
    assert "no run of b, a has ended yet" in answer.verdicts[0].reason


def test_all_cores_are_shared_out() -> None:
    from striate.studies.workers import cores

    assert share(100, gpu=False) == (cores(), 1)
    assert share(1, gpu=False) == (1, cores())
    assert share(100, gpu=True)[0] == 1
