"""Runs on a real cluster of several nodes on this machine: each is done once, though nodes are killed and it is interrupted."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import warm
from ray_nodes import Nodes
from striate.data import load
from striate.studies.running.pool import Job
from striate.studies.running.ray import driver
from striate.studies.running.ray.driver import Ray
from striate.training.folder.run import open_run
from striate.training.recipe.recipe import Recipe
from striate.training.train import test as score
from striate.training.train import train

RECIPE = Recipe(data="digits", net_options={"widths": [[4]]}, train_images=60, epochs=2)


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    pytest.importorskip("ray")
    # A short path, for the names of sockets have no room for a long one.
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm, "enabled", False)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        made = Nodes(Path(folder))
        made.add()
        made.add()
        yield made
        made.end()


def same(folder: Path, here: Path, recipe: Recipe) -> None:
    train(recipe, here)
    score(here)
    assert open_run(folder).status == "finished"
    for name in ("recipe.json", "history.csv", "test.json"):
        assert (folder / name).read_bytes() == (here / name).read_bytes()


@pytest.mark.slow
@pytest.mark.cold
def test_runs_of_a_real_cluster_whose_nodes_die_are_done_once_and_to_the_same_bytes(
    nodes: Nodes, tmp_path: Path
) -> None:
    known, killed, stopped = load("digits").fingerprint, list[Any](), list[bool]()
    recipes = [RECIPE.change(seed=seed, epochs=600 if seed == 0 else 2) for seed in range(6)]
    folder = tmp_path / "study"
    jobs = [
        Job(recipe.to_json(), folder / f"runs/arm/{seed}", None, images=known) for seed, recipe in enumerate(recipes)
    ]

    def begun() -> bool:
        return (folder / "runs/arm/0/history.csv").exists()

    def kill() -> None:
        """Kill the node of the long run, once something of it came home; stop when it goes on elsewhere."""
        away = sessions[folder].away.get(folder / "runs/arm/0")
        if away is None or not begun():
            return
        if not killed:
            killed.append(next(node for node in nodes.added if node.node_id == away.node))
            nodes.kill(killed[0])
        elif not stopped and away.node and away.node != killed[0].node_id:
            stopped.append(True)
            os.kill(os.getpid(), signal.SIGINT)

    sessions = dict[Path, driver.Session]()

    class Watched(driver.Session):
        def __init__(self, study: Ray, *rest: Any) -> None:
            super().__init__(study, *rest)
            sessions[study.folder] = self

    def start(beat: Callable[[], None]) -> dict[Path, str]:
        failures = dict[Path, str]()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(driver, "Session", Watched)
            Ray(folder, nodes.address, every=0.2)(jobs, beat, lambda path, text: None, failures)
        return failures

    with pytest.raises(KeyboardInterrupt):
        start(kill)
    step = open_run(folder / "runs/arm/0").step
    assert 0 < step < 1200
    left = [one for one in jobs if not (one.folder / "test.json").exists()]
    jobs = left
    assert start(lambda: None) == {}
    for seed, recipe in enumerate(recipes):
        same(folder / f"runs/arm/{seed}", tmp_path / f"here-{seed}", recipe)
        assert (folder / f"ray/arm/{seed}.log").read_text().count(": done\n") == 1
