"""Wrote tensorboard.zip with TensorBoard 2.21 and PyTorch 2.15's SummaryWriter: a/seed0 ... b/seed2; a/seed1 was restarted."""

from __future__ import annotations

import numpy as np
from torch.utils.tensorboard import SummaryWriter
from values import RUNS, rows

for arm, seed in RUNS:
    with SummaryWriter(f"{arm}/seed{seed}") as writer:
        for _, _, step, accuracy, loss in (row for row in rows() if row[:2] == (arm, seed)):
            if (arm, seed, step) == ("a", 1, 3):
                writer.add_scalar("val/acc", 0.1, 3)  # of a first attempt, which the restarted one takes over
            writer.add_scalar("val/acc", accuracy, step)
            writer.add_scalar("loss", loss, step, new_style=True)
        writer.add_histogram("weights", np.array([0.0, 1.0, 2.0]), 3)
        writer.add_hparams({"arm": arm, "seed": seed}, {"end": accuracy}, run_name=".")
