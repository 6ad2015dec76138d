"""MLflow by what is asked of its client; `with_real_programs.sh` asks the real one."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from striate.base.disk.lock import locked
from striate.training.folder.tables import Row
from striate.training.loggers.logging import Known
from striate.training.loggers.mlflow import MlflowRun

Store = dict[str, Any]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store as MLflow's client shows it: it raises for a run that it has not, and takes at most 100 parameters at once."""
    held: Store = {"runs": {}, "experiments": {}}

    class Client:
        def get_run(self, run: str) -> Any:
            return held["runs"][run]

        def get_experiment_by_name(self, name: str) -> Any:
            return SimpleNamespace(experiment_id=name) if name in held["experiments"] else None

        def create_experiment(self, name: str) -> str:
            held["experiments"][name] = []
            return name

        def create_run(self, experiment: str, run_name: str) -> Any:
            key = f"id{len(held['runs'])}"
            held["runs"][key] = {"name": run_name, "params": {}, "metrics": defaultdict(list), "status": "RUNNING"}
            return SimpleNamespace(info=SimpleNamespace(run_id=key))

        def log_batch(self, run: str, metrics: Sequence[Any] = (), params: Sequence[Any] = ()) -> None:
            assert len(params) <= 100
            assert len(metrics) <= 1000
            held["runs"][run]["params"].update(params)
            for name, value, _, step in metrics:
                held["runs"][run]["metrics"][name].append((step, value))

        def get_metric_history(self, run: str, name: str) -> list[Any]:
            return [SimpleNamespace(step=step) for step, _ in held["runs"][run]["metrics"][name]]

        def set_terminated(self, run: str, status: str = "FINISHED") -> None:
            held["runs"][run]["status"] = status

    for name, holds in (
        ("mlflow", {}),
        ("mlflow.tracking", {"MlflowClient": Client}),
        ("mlflow.entities", {"Param": lambda *given: given, "Metric": lambda *given: given}),
    ):
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        vars(module).update(holds)
        monkeypatch.setitem(sys.modules, name, module)
    return held


def test_a_run_that_goes_on_is_the_same_run_there(store: Store, tmp_path: Path) -> None:
    recipe = {"lr": 0.1, "net_options": {"widths": [[3]]}}
    first = MlflowRun(Known(tmp_path / "r", recipe, "r-0000", 0))
    assert first.has() == 0
    first.write([Row(3, 1, "val", "loss", 2.0), Row(3, 1, "train", "lr", 0.1)])
    second = MlflowRun(Known(tmp_path / "r", recipe, first.key, 3))
    assert (second.key, second.has()) == (first.key, 3)
    second.close()
    assert store["runs"] == {
        first.key: {
            "name": "r",
            "params": {"lr": "0.1", "net_options": "{'widths': [[3]]}"},
            "metrics": {"loss/val": [(3, 2.0)], "lr/train": [(3, 0.1)]},
            "status": "FINISHED",
        }
    }


def test_a_run_that_the_store_has_not_begins_there(store: Store, tmp_path: Path) -> None:
    made = MlflowRun(Known(tmp_path / "r", {f"p{n}": n for n in range(250)}, "gone", 6))
    assert made.key in store["runs"]
    assert len(store["runs"][made.key]["params"]) == 250


def test_runs_begin_one_after_another(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    other = threading.Thread(target=lambda: MlflowRun(Known(tmp_path / "r", {}, "r-0000", 0)))
    with locked(tmp_path / "cache" / "mlflow"):
        other.start()
        other.join(0.3)
        assert store["experiments"] == {}
    other.join(60)
    assert len(store["runs"]) == 1


def test_without_a_cache_a_run_begins_all_the_same(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where a folder belongs")
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    assert MlflowRun(Known(tmp_path / "r", {}, "r-0000", 0)).key in store["runs"]
