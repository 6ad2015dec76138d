"""Runs as jobs of submitit, here of its local executor: the same bytes as side by side, and nothing done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from striate.base.disk.files import read_json, write_json
from striate.base.errors import RunError, StudyError
from striate.studies.running import slurm
from striate.studies.running.executor import placed
from striate.studies.running.pool import Job
from striate.studies.running.slurm import Errand, Slurm, array_size, options_of
from striate.training.folder.run import begin, open_run
from striate.training.recipe.recipe import Recipe
from striate.training.train import test as score
from striate.training.train import train

RECIPE = Recipe(data="digits", net_options={"widths": [[4]]}, train_images=60, epochs=2)


def job(folder: Path, recipe: Recipe = RECIPE) -> Job:
    return Job(recipe.to_json(), folder, None)


class Queue:
    """A cluster that runs what it is given at once, in this process, and loses what it is told to lose."""

    def __init__(self, lost: int = 0) -> None:
        self.job_class: Any = lambda folder, job_id: SimpleNamespace(job_id=job_id, done=lambda: True)
        self.name = ""
        self.lost, self.sizes = lost, list[int]()

    def map_array(self, errand: Any, jobs: list[Job]) -> list[Any]:
        self.sizes.append(len(jobs))
        return [self.done(one) for one in jobs]

    def done(self, one: Job) -> Any:
        self.lost -= 1
        paths = SimpleNamespace(folder=Path(self.name))
        if self.lost >= 0:
            return SimpleNamespace(job_id="1", done=lambda: True, result=lambda: 1 / 0, paths=paths)
        begin(one.folder, Recipe(**one.recipe))
        told = {"reason": "", "warnings": ["slow"]}
        return SimpleNamespace(job_id="2", done=lambda: True, result=lambda: told, paths=paths)


def run(
    folder: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch, jobs: int = 1
) -> tuple[dict[Path, str], list[str]]:
    def made(self: Slurm, name: str) -> Queue:
        queue.name = name
        return queue

    monkeypatch.setattr(Slurm, "_queue", made)
    monkeypatch.setattr(slurm, "BEAT", 0.0)
    (folder / "slurm").mkdir(exist_ok=True)
    failures, warned = dict[Path, str](), list[str]()
    every = [job(folder / "runs" / str(n)) for n in range(jobs)]
    Slurm(folder, cluster="local")(every, lambda: None, lambda path, text: warned.append(text), failures)
    return failures, warned


def test_a_run_whose_node_is_lost_is_given_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(lost=2)
    assert run(tmp_path, queue, monkeypatch) == ({}, ["slow"])
    assert queue.sizes == [1, 1, 1]


def test_one_that_is_lost_three_times_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failures, _ = run(tmp_path, Queue(lost=3), monkeypatch)
    assert list(failures.values()) == ["the job 1 ended without a word (division by zero); its logs lie in slurm"]


def test_arrays_are_no_longer_than_the_cluster_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm, "MOST", 3)
    queue = Queue()
    run(tmp_path, queue, monkeypatch, jobs=7)
    assert queue.sizes == [3, 3, 1]
    assert len(read_json(tmp_path / "slurm/jobs.json")) == 7


def test_a_job_that_an_earlier_start_left_is_waited_for_and_its_pickle_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, ends, looked = Queue(), iter([False, False]), list[object]()

    def left(folder: Path, job_id: str) -> Any:
        looked.append((folder.name, job_id))
        paths = SimpleNamespace(folder=folder)
        return SimpleNamespace(
            job_id=job_id, done=lambda: next(ends, True), result=lambda: pytest.fail("unpickled"), paths=paths
        )

    queue.job_class = left
    (tmp_path / "slurm").mkdir()
    earlier = "0123456789abcdef"
    write_json(tmp_path / "slurm/jobs.json", {"runs/0": f"{earlier}/77_1", "runs/1": "../../elsewhere/1"})
    assert run(tmp_path, queue, monkeypatch, jobs=2) == ({}, ["slow", "slow"])
    assert looked[0] == (earlier, "77_1")
    assert queue.sizes == [1, 1]  # the other run, and then this one, which the left job did not end


@pytest.mark.parametrize(
    ("config", "most"), [("MaxArraySize            = 1001\nX = 1\n", 1000), ("MaxArraySize = 1", 1), ("", 1000)]
)
def test_the_largest_array_is_the_clusters(config: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *given, **named: SimpleNamespace(stdout=config))
    assert array_size() == most


def test_options_are_passed_on() -> None:
    assert options_of(["partition=gpu", "timeout_min=60", "slurm_account=a"]) == {
        "slurm_partition": "gpu",
        "timeout_min": 60,
        "slurm_account": "a",
    }
    found = placed("slurm", Path("s"), ["cpus_per_task=4"], workers=3)
    assert found == Slurm(Path("s"), {"cpus_per_task": 4, "slurm_array_parallelism": 3}, threads=4)


@pytest.mark.parametrize(
    ("on", "options", "told"),
    [
        ("slurm", ["partition"], '"partition" is not an option of Slurm; write KEY=VALUE'),
        (None, ["partition=gpu"], "the runs are not done there; add `on=slurm`"),
        ("moon", [], 'place for runs "moon" is unknown; accepted are slurm, ray, ray:'),
    ],
)
def test_what_is_no_place_is_refused(on: str | None, options: list[str], told: str) -> None:
    with pytest.raises(StudyError, match=told):
        placed(on, Path("s"), options)


def test_a_machine_without_slurm_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StudyError, match=r"there is no Slurm on this machine .*login node"):
        Slurm(tmp_path)([job(tmp_path / "runs/0")], lambda: None, lambda path, text: None, {})


def test_a_node_with_another_version_says_so(tmp_path: Path) -> None:
    told = Errand(1, version="0.0.1")(job(tmp_path / "run"))
    assert "and the study striate 0.0.1 on" in told["reason"]
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_worker_that_slurm_tells_to_end_leaves_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`scontrol requeue` signals every process of the job; the run is saved then, and not over."""
    monkeypatch.setattr(slurm, "KILL_WAIT", 0.0)
    folder = tmp_path / "run"

    def end() -> None:
        while not (folder / "history.csv").exists():
            time.sleep(0.05)
        slurm.under_way[0].process.terminate()

    threading.Thread(target=end, daemon=True).start()
    with pytest.raises(RunError, match="told to end"):
        Errand(1)(job(folder, RECIPE.change(epochs=2000)))
    assert open_run(folder).status == "interrupted"


@pytest.mark.slow
def test_jobs_of_the_local_executor_end_in_the_same_bytes_also_after_a_preemption(tmp_path: Path) -> None:
    folder, failures = tmp_path / "study", dict[Path, str]()
    folder.mkdir()
    long = RECIPE.change(epochs=60)
    jobs = [job(folder / "runs/0"), job(folder / "runs/1", long)]
    preempted = threading.Event()

    def beat() -> None:
        """Ask the job of the long run, once it has begun, for a checkpoint, as Slurm does before it takes a node away."""
        status = folder / "runs/1/status.json"
        if preempted.is_set() or not status.exists() or read_json(status)["step"] < 10:
            return
        number = read_json(folder / "slurm/jobs.json")["runs/1"].partition("/")[2]
        for task in Path(f"/proc/{number}/task").iterdir():
            for child in (task / "children").read_text().split():
                os.kill(int(child), signal.SIGUSR2)
        preempted.set()

    Slurm(folder, {"timeout_min": 10}, cluster="local")(jobs, beat, lambda path, text: None, failures)
    assert failures == {}
    assert preempted.is_set()
    for n, recipe in enumerate((RECIPE, long)):
        here = train(recipe, tmp_path / f"here-{n}")
        score(here.folder)
        for name in ("history.csv", "test.json"):
            assert (folder / f"runs/{n}" / name).read_bytes() == (here.folder / name).read_bytes()
        assert open_run(folder / f"runs/{n}").status == "finished"
