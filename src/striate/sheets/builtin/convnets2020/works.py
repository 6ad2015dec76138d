"""What is trained for the homework of October 2020."""

from __future__ import annotations

from typing import Any

from striate.sheets.work import Work

SMALL: dict[str, Any] = {"epochs": 5, "train_images": 5000}


def _study(name: str, quick: int, full: int, seeds: int = 2, **other: Any) -> Work:
    """Return a study with so many epochs at the budgets quick and full; ``other`` differs at the budget quick."""
    quickly = {"epochs": quick, **({"widths": ((8, 8), (16, 16), (32, 32))} if name in NARROW else {}), **other}
    return Work(name, name, {}, quickly, SMALL, {"epochs": full}, seeds=(seeds, 3, 5))


NARROW = ("optimizers", "residual", "augmentation", "schedules", "learning-rates", "step-gamma")
"""Studies of the six-convolution net, whose quick form has a quarter of the filters."""


WORKS = (
    _study("locality", 4, 30),
    _study("shallow-or-simple", 4, 20),
    _study("optimizers", 4, 20, 4),  # no fewer: a verdict on runs that fail takes four
    _study("residual", 4, 20),
    _study("augmentation", 3, 20),
    _study("schedules", 4, 20),
    _study("learning-rates", 3, 20, 3, norm="batch"),  # without it none of them leaves chance so soon
    _study("step-gamma", 4, 20),
    Work(
        "shallow",
        changes={"net": "shallownet", "optimizer": "sgd", "lr": 0.01, "batch_size": 64},
        quick={"epochs": 5},
        evening=SMALL,
        full={"epochs": 20},
    ),
    Work(
        "simple",
        changes={"net": "simpleconvnet", "norm": "batch", "optimizer": "adam", "lr": 1e-3, "batch_size": 64},
        quick={"epochs": 4, "widths": ((8, 8), (16, 16), (32, 32))},
        evening=SMALL,
        full={"epochs": 20},
    ),
    Work(
        "pooled",
        changes={"net": "resnet", "n": 1, "width": 16, "optimizer": "adam", "lr": 3e-3, "batch_size": 64},
        quick={"epochs": 5},
        evening={**SMALL, "epochs": 8},
        full={"epochs": 30},
    ),
)
