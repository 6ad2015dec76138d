"""Wrote mlflow.db.gz with MLflow 3.18: in an empty folder, then gzip -9 mlflow.db."""

from __future__ import annotations

import mlflow
from values import RUNS, rows

mlflow.set_experiment("digits")
for arm, seed in RUNS:
    with mlflow.start_run(run_name=f"{arm}-{seed}"):
        mlflow.log_params({"arm": arm, "seed": seed, "lr": 0.01})
        for _, _, step, accuracy, loss in (row for row in rows() if row[:2] == (arm, seed)):
            mlflow.log_metric("val_acc", accuracy, step=step)
            mlflow.log_metric("loss", loss, step=step)
with mlflow.start_run(run_name="b-3") as spoiled:
    mlflow.log_params({"arm": "b", "seed": 3})
    mlflow.log_metric("val_acc", 0.5, step=3)
mlflow.delete_run(spoiled.info.run_id)
