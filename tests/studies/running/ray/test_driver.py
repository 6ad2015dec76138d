"""Runs on a cluster, here one that the tests make up: each is done once, whatever is lost."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from striate.base.disk.lock import locked
from striate.base.errors import StudyError
from striate.data import load
from striate.studies.claims.better import Better
from striate.studies.looks.plan import Until
from striate.studies.question import Arm, Study
from striate.studies.running.execute import run_study
from striate.studies.running.executor import placed
from striate.studies.running.pool import Job, Source, Warn
from striate.studies.running.process import INTERRUPTED, WANTED
from striate.studies.running.ray import driver
from striate.studies.running.ray.driver import Ray
from striate.studies.running.ray.parcel import packed, stamps
from striate.training.recipe.recipe import Recipe, recipe_from_json
from striate.training.train import test as score
from striate.training.train import train

RECIPE = Recipe(data="digits", net_options={"widths": [[4]]}, train_images=60, epochs=2)
KNOWN = "1" * 64
DONE: dict[str, Any] = {"parcel": {}, "printed": b"printed\n", "reason": ""}
Said = dict[str, Any]


def job(folder: Path, recipe: Recipe = RECIPE, known: str = KNOWN) -> Job:
    return Job(recipe.to_json(), folder, None, images=known)


class Results(Iterator[Said]):
    """What a task says, one by one; an exception is raised where it is got."""

    def __init__(self, words: Sequence[Any]) -> None:
        self.words = list(words)

    def __next__(self) -> Any:
        if not self.words:
            raise StopIteration
        return self.words.pop(0)


class Cluster:
    """A library with a cluster of two nodes, whose tasks say what a test puts into ``script``, a list for each."""

    def __init__(self) -> None:
        self.script, self.orders, self.how = list[list[Any]](), list[Said](), list[Said]()
        self.alive = {"a": True, "b": True}
        self.cancelled, self.bell = 0, list[bytes]()
        put = SimpleNamespace(
            _internal_kv_put=lambda key, value, namespace: self.bell.append(key),
            _internal_kv_del=lambda key, namespace: None,
        )
        self.experimental = SimpleNamespace(internal_kv=put)

    def nodes(self) -> list[Said]:
        return [{"NodeID": name, "Alive": alive, "Resources": {"CPU": 1.0}} for name, alive in self.alive.items()]

    def remote(self, task: object) -> Any:
        def given(order: Said) -> Results:
            self.orders.append(order)
            return Results(self.script.pop(0))

        def options(**how: Any) -> Any:
            self.how.append(how)
            return SimpleNamespace(remote=given)

        return SimpleNamespace(options=options)

    def wait(self, results: list[Results], num_returns: int, timeout: float) -> tuple[list[Results], list[Results]]:
        return list(results), []

    def get(self, word: Any) -> Any:
        if isinstance(word, Exception):
            raise word
        return word() if callable(word) else word

    def put(self, what: object) -> object:
        return ("sent", what)

    def cancel(self, results: Results) -> None:
        self.cancelled += 1


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster()

    @contextlib.contextmanager
    def joined(address: str) -> Generator[Cluster]:
        yield made

    monkeypatch.setattr(driver, "joined", joined)
    monkeypatch.setattr(driver, "LOOK", 0.0)
    return made


def at(node: str) -> Said:
    return {"node": node, "host": f"host-{node}", "process": 1}


def do(folder: Path, count: int = 1, **how: Any) -> tuple[dict[Path, str], list[str]]:
    failures, warned = dict[Path, str](), list[str]()
    jobs = [job(folder / f"runs/arm/{n}") for n in range(count)]
    Ray(folder, **how)(jobs, lambda: None, lambda path, text: warned.append(text), failures)
    return failures, warned


def test_a_run_comes_home_with_its_warnings_and_its_log(tmp_path: Path, cluster: Cluster) -> None:
    parcel = {"runs/arm/0/recipe.json": b"{}"}
    cluster.script = [[at("a"), {"parcel": parcel, "warnings": ["slow"]}, {**DONE, "warnings": ["late"]}]]
    assert do(tmp_path) == ({}, ["slow", "late"])
    assert (tmp_path / "runs/arm/0/recipe.json").read_bytes() == b"{}"
    log = (tmp_path / "ray/arm/0.log").read_text()
    assert log.endswith("on host-a (node a), 1 threads: done\nprinted\n")
    assert cluster.how == [{"max_retries": 0, "num_returns": "streaming", "num_cpus": 1}]
    assert cluster.orders[0]["run"] == "runs/arm/0"


def test_no_more_runs_are_given_than_twice_the_room_or_the_bound(tmp_path: Path, cluster: Cluster) -> None:
    def check() -> Said:
        most.append(len(cluster.orders) - ended[0])
        ended[0] += 1
        return DONE

    for bound, expected in ((None, 4), (3, 3)):
        most, ended, cluster.orders = list[int](), [0], []
        cluster.script = [[at("a"), check] for _ in range(9)]
        do(tmp_path / str(bound), 9, most=bound)
        assert (max(most), len(most)) == (expected, 9)


def test_a_lost_run_goes_on_from_what_came_home(tmp_path: Path, cluster: Cluster) -> None:
    name = "runs/arm/0/checkpoints/step-00000001.json"
    cluster.script = [[at("a"), {"parcel": {name: b"1"}}, RuntimeError("node died")], [at("b"), DONE]]
    assert do(tmp_path) == ({}, [])
    assert cluster.orders[0]["parcel"] == {}
    assert cluster.orders[1]["parcel"] == {name: b"1"}
    assert "node died" in (tmp_path / "ray/arm/0.log").read_text()


def test_one_whose_process_is_lost_three_times_is_a_failure(tmp_path: Path, cluster: Cluster) -> None:
    cluster.script = [[at("a"), RuntimeError("out of memory")] for _ in range(3)] + [[at("a"), DONE]]
    failures, _ = do(tmp_path)
    assert list(failures.values()) == ["the process of this run on host-a was lost: out of memory"]


def test_one_whose_nodes_are_lost_is_given_again_more_often(tmp_path: Path, cluster: Cluster) -> None:
    cluster.alive["gone"] = False
    cluster.script = [[at("gone"), RuntimeError("node died")] for _ in range(9)] + [[at("a"), DONE]]
    assert do(tmp_path) == ({}, [])


def test_a_run_that_fails_is_not_given_again(tmp_path: Path, cluster: Cluster) -> None:
    cluster.script = [[at("a"), {"reason": "the net has no layer"}], [at("b"), DONE]]
    failures, _ = do(tmp_path, 2)
    assert failures == {tmp_path / "runs/arm/0": "the net has no layer"}


def test_one_that_was_interrupted_at_its_node_goes_on(tmp_path: Path, cluster: Cluster) -> None:
    cluster.script = [[at("a"), {**DONE, "reason": INTERRUPTED}], [at("b"), DONE]]
    assert do(tmp_path) == ({}, [])


def test_an_unfit_node_is_told_of_and_left_out(tmp_path: Path, cluster: Cluster) -> None:
    cluster.script = [[at("a"), {"unfit": "host-a has striate 0"}], [at("b"), DONE], [at("b"), DONE]]
    failures, warned = do(tmp_path, 2, most=1)
    assert (failures, warned) == ({}, ["host-a has striate 0; this node gets no more runs of the study"])
    assert "label_selector" not in cluster.how[0]
    assert cluster.how[1]["label_selector"] == {"ray.io/node-id": "!in(a)"}


def test_where_all_nodes_are_unfit_the_study_says_why(tmp_path: Path, cluster: Cluster) -> None:
    cluster.script = [[at("a"), {"unfit": "host-a has no room"}], [at("b"), {"unfit": "host-b has no room"}]]
    with pytest.raises(StudyError, match="no node of the cluster is left for the runs: host-a has no room"):
        do(tmp_path)


def test_what_no_node_has_is_a_sentence(tmp_path: Path, cluster: Cluster) -> None:
    with pytest.raises(StudyError, match=r"no node .* has num_cpus=1, num_gpus=1 for a run; they have: CPU 1; CPU 1"):
        do(tmp_path, options={"num_gpus": 1})


def test_images_are_sent_where_a_node_has_none(tmp_path: Path, cluster: Cluster) -> None:
    cluster.script = [[at("a"), {"reason": WANTED}], [at("a"), DONE], [at("b"), DONE]]
    assert do(tmp_path, 2, most=1) == ({}, [])
    assert cluster.orders[0]["images"] is None
    ((sent, (record, _)),) = cluster.orders[1]["images"]
    assert (sent, record["name"]) == ("sent", "digits")
    assert cluster.orders[2]["images"] == cluster.orders[1]["images"]


def test_a_run_that_somebody_else_has_is_left_to_him(tmp_path: Path, cluster: Cluster) -> None:
    cluster.script = [[at("a"), DONE]]
    with locked(tmp_path / "runs/arm/0"):
        failures, _ = do(tmp_path, 2)
    assert "is in use by process" in failures[tmp_path / "runs/arm/0"]
    assert len(cluster.orders) == 1


def test_ctrl_c_brings_home_what_runs_and_begins_nothing(tmp_path: Path, cluster: Cluster) -> None:
    def stop() -> Said:
        os.kill(os.getpid(), signal.SIGINT)
        return {}

    saved = {"parcel": {"runs/arm/0/history.csv": b"1"}, "reason": INTERRUPTED}
    cluster.script = [[at("a"), stop, {}, saved], [{}] * 9, [at("b"), DONE]]
    with pytest.raises(KeyboardInterrupt):
        do(tmp_path, 2)
    assert (tmp_path / "runs/arm/0/history.csv").read_bytes() == b"1"
    assert (len(cluster.orders), cluster.cancelled, len(cluster.bell)) == (2, 1, 1)


def test_where_the_runs_are_placed() -> None:
    found = placed("ray://head:6379", Path("s"), ray=["num_cpus=2"], workers=5)
    assert found == Ray(Path("s"), "head:6379", {"num_cpus": 2}, 5)
    assert placed("ray", Path("s")) == Ray(Path("s"))
    with pytest.raises(StudyError, match="options of Ray are given, and the runs are not done there; add `on=ray`"):
        placed("slurm", Path("s"), ray=["num_cpus=2"])


@pytest.mark.slow
def test_seeds_are_spent_until_the_claims_are_decided_as_at_home(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = load("digits")

    def made(recipe: Recipe, folder: Path) -> None:
        train(recipe, folder, images=images)
        score(folder, images=images)

    def task(order: Said) -> Iterator[Said]:
        root = tmp_path / f"node/{len(cluster.orders)}"
        root.mkdir(parents=True)
        cluster.orders.append(order)
        yield at("a")
        made(recipe_from_json(order["recipe"]), root / order["run"])
        yield {**DONE, "parcel": packed(root, {}, stamps(root, root))}

    def at_home(jobs: Sequence[Job] | Source, beat: Callable[[], None], warn: Warn, failures: dict[Path, str]) -> None:
        assert callable(jobs)
        while (job := jobs([])) is not None:
            made(recipe_from_json(job.recipe), job.folder)

    monkeypatch.setattr(
        cluster, "remote", lambda _: SimpleNamespace(options=lambda **how: SimpleNamespace(remote=task))
    )
    fast = RECIPE.change(epochs=1, lr=0.01)
    better = Better("better", "b ends higher", treatment=("b",), control="a", measure="test", margin=0.02)
    study = Study("s", "?", fast, (Arm("a", {"lr": 1e-6}), Arm("b")), (better,), Until(2, 4))
    away = run_study(study, tmp_path / "away", on=Ray(tmp_path / "away", most=1))
    home = run_study(study, tmp_path / "home", on=at_home)
    assert away.verdicts == home.verdicts
    names = {path.relative_to(tmp_path / "home").as_posix() for path in (tmp_path / "home").glob("runs/*/*")}
    assert {order["run"] for order in cluster.orders} == names
    for name in names:
        for file in ("recipe.json", "history.csv", "test.json"):
            assert (tmp_path / "away" / name / file).read_bytes() == (tmp_path / "home" / name / file).read_bytes()
