"""Wrote mlruns.zip with MLflow 3.18, its older store of files: MLFLOW_TRACKING_URI=file:mlruns MLFLOW_ALLOW_FILE_STORE=true."""

from __future__ import annotations

import mlflow
from values import RUNS, rows

mlflow.set_experiment("digits")
for arm, seed in RUNS:
    with mlflow.start_run(run_name=f"{arm}-{seed}"):
        mlflow.log_params({"arm": arm, "seed": seed})
        for _, _, step, accuracy, loss in (row for row in rows() if row[:2] == (arm, seed)):
            mlflow.log_metric("val_acc", accuracy, step=step)
            mlflow.log_metric("loss", loss, step=step)
