"""Each run is done exactly once, a killed study continues, and what is on disk is all that counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from striate.base.errors import DataError, NetError, StudyError
from striate.base.files import read_json
from striate.studies.better import Better
from striate.studies.execute import judge, run_study, standing
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
    assert run_study(study(3), tmp_path / "out").verdicts[0].comparisons[0][2].n_control == 3
    assert len(list(tmp_path.rglob("timing.csv"))) == 6
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    with pytest.raises(StudyError, match=r"holds another study \(its base differ"):
        run_study(study(epochs=2), tmp_path / "out")


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
    bad = Job(BASE.change(data="digits", image_size=99).to_json(), tmp_path / "bad", None)
    failures = run_jobs([bad, good], 1, 1, lambda: None)
    assert list(failures) == [tmp_path / "bad"]
    assert "image_size is 99" in failures[tmp_path / "bad"]
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


@pytest.mark.slow
def test_a_study_killed_at_any_moment_continues_and_leaves_no_process(tmp_path: Path) -> None:
    code = textwrap.dedent(
        f"""
        from striate.studies.execute import run_study
        from striate.studies.better import Better
        from striate.studies.question import Arm, Study
        from striate.training.recipe import Recipe
        if __name__ == "__main__":
            base = Recipe(**{BASE.change(epochs=6, batch_size=64).to_json()!r})
            claim = Better("better", "b beats a", treatment=("b",), control="a", measure="test", margin=0.01)
            run_study(Study("s", "?", base, (Arm("a"), Arm("b", {{"lr": 0.01}})), (claim,), (0, 1)), "out")
        """
    )
    (tmp_path / "ask.py").write_text(code)
    for number, wait in ((signal.SIGKILL, 9.0), (signal.SIGINT, 8.0)):
        driver = subprocess.Popen([sys.executable, "ask.py"], cwd=tmp_path, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        driver.send_signal(number)
        driver.wait(60)
        time.sleep(3)
        holders = [int(p.read_text()) for p in tmp_path.rglob("lock") if p.read_text()]
        assert not [pid for pid in holders if Path(f"/proc/{pid}/cmdline").is_file() and _is_worker(pid)]
    subprocess.run([sys.executable, "ask.py"], cwd=tmp_path, check=True, timeout=200)
    subprocess.run([sys.executable, "ask.py"], cwd=tmp_path, check=True, timeout=200)
    (tmp_path / "whole").mkdir()
    subprocess.run([sys.executable, str(tmp_path / "ask.py")], cwd=tmp_path / "whole", check=True, timeout=200)
    whole = {p.relative_to(tmp_path / "whole"): p.read_bytes() for p in (tmp_path / "whole").rglob("history.csv")}
    assert len(whole) == 4
    assert all((tmp_path / path).read_bytes() == content for path, content in whole.items())


def _is_worker(pid: int) -> bool:
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_claim_about_an_arm_without_a_run_is_undecided(tmp_path: Path) -> None:
    answer = judge(study(), tmp_path)
    assert answer.verdicts[0].answer == "undecided"
    assert "no run of b, a has ended yet" in answer.verdicts[0].reason


def test_all_cores_are_shared_out() -> None:
    from striate.studies.workers import cores

    assert share(100, gpu=False) == (cores(), 1)
    assert share(1, gpu=False) == (1, cores())
    assert share(100, gpu=True)[0] == 1
