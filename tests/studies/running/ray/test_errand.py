"""What a node does with an order: the same run as at home, or a word why not."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from striate.data import load
from striate.data.cache.sent import arrays_of
from striate.studies.running.process import INTERRUPTED, WANTED
from striate.studies.running.ray import errand as module
from striate.studies.running.ray.errand import errand, packages, unlike
from striate.training.folder.run import open_run
from striate.training.recipe.recipe import Recipe
from striate.training.train import test as score
from striate.training.train import train

RECIPE = Recipe(data="digits", net_options={"widths": [[4]]}, train_images=60, epochs=2)
BELL = set[bytes]()


@pytest.fixture(autouse=True)
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """This process as a node, with a folder for temporary files of its own."""
    bell = SimpleNamespace(_internal_kv_exists=lambda key, namespace: key in BELL)
    ray = SimpleNamespace(
        get_runtime_context=lambda: SimpleNamespace(get_node_id=lambda: "here"),
        get=lambda reference: reference,
        experimental=SimpleNamespace(internal_kv=bell),
    )
    monkeypatch.setitem(sys.modules, "ray", ray)
    place = tmp_path / "node"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setattr(module, "BEAT", 0.02)  # or a run is over before it is asked to stop
    BELL.clear()
    yield place
    for worker, output in module._kept.values():
        worker.close()
        os.close(output)
    module._kept.clear()


def order(recipe: Recipe = RECIPE, **changes: Any) -> dict[str, Any]:
    asked = {
        "packages": packages(),
        "threads": 1,
        "recipe": recipe.to_json(),
        "data_dir": None,
        "test": True,
        "source": "",
        "fingerprint": load("digits").fingerprint,
        "run": "runs/a/0",
        "rate": None,
        "parcel": {},
        "images": None,
        "every": 60.0,
        "stop": "stop",
    }
    return asked | changes


def test_a_node_with_other_packages_does_nothing(node: Path) -> None:
    assert unlike(packages()) == ""
    first, said = list(errand(order(packages={**packages(), "striate": "0.0.1"})))
    assert first["node"] == "here"
    assert "and the study striate 0.0.1; install the same on all nodes" in said["unfit"]
    assert not list(node.iterdir())


def test_a_node_without_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    *_, said = errand(order())
    assert "no folder could be made in /nowhere (No such file or directory)" in said["unfit"]


@pytest.mark.slow
def test_a_run_of_a_node_is_that_of_this_machine(tmp_path: Path, node: Path) -> None:
    """Two runs by one worker: one that is stopped, and goes on from what came home; one of images that were sent."""
    long = RECIPE.change(epochs=300)
    home = dict[str, bytes]()
    stopped = list[str]()
    for part in range(2):
        for said in errand(order(long, parcel=dict(home), every=0.0)):
            for name, content in said.get("parcel", {}).items():
                home.pop(name, None)
                home |= {name: content} if content is not None else {}
            if part == 0 and any(name.endswith("history.csv") for name in home):
                BELL.add(b"stop")
            stopped.append(said.get("reason", ""))
        BELL.clear()
    assert INTERRUPTED in stopped
    (worker, _) = next(iter(module._kept.values()))
    train(long, tmp_path / "long")
    score(tmp_path / "long")
    for name in ("history.csv", "test.json"):
        assert home[f"runs/a/0/{name}"] == (tmp_path / "long" / name).read_bytes()

    images = load("digits")
    other = {"fingerprint": "0" * 64}
    assert list(errand(order(**other)))[-1]["reason"] == WANTED
    assert "are others" in list(errand(order(**other, images=[arrays_of(images)])))[-1]["reason"]
    *_, said = errand(order())
    assert said["reason"] == ""
    assert next(iter(module._kept.values()))[0] is worker
    assert not list(node.glob("striate-run-*"))
    run = train(RECIPE, tmp_path / "short")
    assert open_run(run.folder).status == "finished"
    assert said["parcel"]["runs/a/0/history.csv"] == (run.folder / "history.csv").read_bytes()
