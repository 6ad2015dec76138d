"""The loggers by name, and where each is; none is loaded before a run asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from striate.base.catalog import Catalog
from striate.base.errors import RunError

TENSORBOARD = "tensorboard"


@dataclass(frozen=True)
class Entry:
    """One logger: what it is called, which is also the package that it needs and, but for TensorBoard, the extra; its home."""

    name: str
    home: str


HERE = "striate.training.loggers."
LOGGERS = Catalog(
    "logger",
    RunError,
    (
        Entry(TENSORBOARD, f"{HERE}tensorboard:EventFile"),
        Entry("wandb", f"{HERE}wandb:of_wandb"),
        Entry("trackio", f"{HERE}wandb:of_trackio"),
        Entry("mlflow", f"{HERE}mlflow:MlflowRun"),
    ),
)
