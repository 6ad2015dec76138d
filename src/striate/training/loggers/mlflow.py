"""MLflow: a run in the store that MLFLOW_TRACKING_URI names, or in MLflow's own local one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Generator, Sequence
from importlib import import_module
from typing import Any

from striate.base.disk.lock import waited_for
from striate.base.errors import RunError, StorageError
from striate.data.cache.place import cache_folder
from striate.training.folder.tables import Row
from striate.training.loggers.logging import Known

EXPERIMENT = "striate"
LONGEST = 500  # characters of a parameter, which every store takes


@contextlib.contextmanager
def _one_at_a_time() -> Generator[None]:
    """Let no other run of this user begin while the block runs: those of a study begin side by side, and MLflow makes the
    tables of a new store, and the experiment, in steps that another process must not meet half done."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(StorageError, RunError):  # without a cache they begin as they come
            stack.enter_context(waited_for(cache_folder() / "mlflow"))
        yield


class MlflowRun:
    """One session of a run; ``key`` is its id, which MLflow gives when it begins."""

    def __init__(self, known: Known) -> None:
        client: Any = import_module("mlflow.tracking").MlflowClient
        self._entities: Any = import_module("mlflow.entities")
        self.key = known.key
        with _one_at_a_time():
            self._client = client()
            if not self._known():
                self.key = self._begun(known)
            self._client.set_terminated(self.key, status="RUNNING")

    def _known(self) -> bool:
        """Return whether the store has the run, as it has one that goes on."""
        with contextlib.suppress(Exception):
            return bool(self._client.get_run(self.key))
        return False

    def _begun(self, known: Known) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
        found = self._client.get_experiment_by_name(name)
        experiment = found.experiment_id if found else self._client.create_experiment(name)
        run = self._client.create_run(experiment, run_name=known.name).info.run_id
        texts = {key: str(value)[:LONGEST] for key, value in known.recipe.items()}
        parameters = [self._entities.Param(key, text) for key, text in texts.items()]
        for start in range(0, len(parameters), 100):  # as many as one request may hold
            self._client.log_batch(run, params=parameters[start : start + 100])
        return run

    def has(self) -> int | None:
        """Return the last update in the store, where every epoch is at once."""
        return max((one.step for one in self._client.get_metric_history(self.key, "loss/val")), default=0)

    def write(self, rows: Sequence[Row]) -> None:
        """Log one epoch at its update."""
        now = int(time.time() * 1000)
        metrics = [self._entities.Metric(f"{row.metric}/{row.split}", row.value, now, row.step) for row in rows]
        for start in range(0, len(metrics), 1000):
            self._client.log_batch(self.key, metrics=metrics[start : start + 1000])

    def close(self) -> None:
        """End the session."""
        self._client.set_terminated(self.key)
