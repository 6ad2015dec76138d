"""Wrote wandb.zip with W&B 0.31, offline in an empty folder: then each run-ID.wandb alone, under its folder's name."""

from __future__ import annotations

import wandb
from values import RUNS, rows

QUIET = wandb.Settings(
    x_disable_meta=True, x_disable_stats=True, console="off", disable_git=True, disable_code=True, host="host"
)
for arm, seed in RUNS:
    with wandb.init(
        mode="offline",
        project="digits",
        name=f"{arm}-{seed}",
        id=f"{arm}{seed}",
        config={"arm": arm, "seed": seed, "model": {"width": 16}},
        settings=QUIET,
    ) as run:
        for _, _, step, accuracy, loss in (row for row in rows() if row[:2] == (arm, seed)):
            run.log({"val": {"acc": accuracy}, "loss": loss}, step=step)
