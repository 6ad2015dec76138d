"""The loggers by name, and where each is; none is loaded before a run asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from striate.base.catalog import Catalog
from striate.base.errors import RunError

TENSORBOARD = "tensorboard"


@dataclass(frozen=True)
class Entry:
    """One logger: what it is called, what it writes and where, its home, and the package that it needs."""

    name: str
    summary: str
    home: str
    package: str


HERE = "striate.training.loggers."
LOGGERS = Catalog(
    "logger",
    RunError,
    (
        Entry(TENSORBOARD, "event files in the run's folder", f"{HERE}tensorboard:EventFile", "tensorboard"),
        Entry("wandb", "an offline run of W&B in the run's folder", f"{HERE}wandb:of_wandb", "wandb"),
        Entry("trackio", "a run in Trackio's local database", f"{HERE}wandb:of_trackio", "trackio"),
        Entry(
            "mlflow", "a run in MLflow's store, local unless its settings say else", f"{HERE}mlflow:MlflowRun", "mlflow"
        ),
    ),
)
