"""What is trained for the homework of EECS 498/598."""

from __future__ import annotations

from typing import Any

from striate.sheets.work import Work

BY_HAND: dict[str, Any] = {"engine": "scratch"}
LINEAR = {**BY_HAND, "epochs": 400, "batch_size": 250, "optimizer": "adam", "lr": 0.5, "schedule": "cosine"}
THIRDS = (3, 3, 5)
CHEAP = (4, 4, 5)
"""Where a run takes a second; with fewer no verdict on runs that fail is possible."""


def _hidden(name: str, net: str) -> Work:
    """Return the choice of hidden units of a classifier on the table of features."""
    changes = {"net": net, "lr": 0.01}
    at: dict[str, Any] = {"epochs": 40}
    return Work(name, "hidden-units", changes, {"epochs": 15}, at, {"epochs": 100}, "sums", "table", CHEAP)


def _digits(name: str, study: str, quick: int, full: int, seeds: tuple[int, int, int] = THIRDS) -> Work:
    evening = {"epochs": 3, "train_images": 5000}
    return Work(name, study, {}, {"epochs": quick}, evening, {"epochs": full}, "mnist", "images", seeds)


def _short(name: str, study: str, quick: tuple[int, int], seeds: tuple[int, int, int]) -> Work:
    """Return a study of a short answer; ``quick`` are its epochs at that budget, on real images and on the digits."""
    evening = {"epochs": 5, "train_images": 5000}
    return Work(name, study, {}, {"epochs": quick[0]}, evening, {}, seeds=seeds, offline={"epochs": quick[1]})


def _linear(name: str) -> Work:
    return Work(name, changes={**LINEAR, "net": name}, real="sums", kind="table")


WORKS = (
    _linear("logistic"),
    _linear("svm"),
    _hidden("logistic-hidden", "logistic"),
    _hidden("svm-hidden", "svm"),
    Work(
        "softmax",
        changes={**BY_HAND, "net": "softmax", "optimizer": "adam", "lr": 3e-3, "batch_size": 100},
        quick={"epochs": 20},
        evening={"epochs": 10},
        full={"epochs": 30},
        real="mnist",
    ),
    _digits("softmax-hidden", "hidden-units", 10, 20, CHEAP),
    _digits("cnn", "filter-size-and-hidden-units", 4, 10),
    _digits("cnn-dropout", "architecture-and-dropout-rate", 4, 10),
    Work(
        "vgg11",
        changes={"net": "vgg11-small", "optimizer": "adam", "lr": 1e-3, "batch_size": 100},
        quick={"epochs": 6, "image_size": 32},
        evening={"epochs": 5, "train_images": 10000},
        full={"epochs": 10},
    ),
    Work(
        "vgg11-better",
        "vgg11",
        {},
        {"epochs": 4},
        {"epochs": 5, "train_images": 10000},
        {"epochs": 30},
        seeds=(2, 2, 3),
        offline={"epochs": 3},
    ),
    _short("saturation", "saturation", (3, 2), (4, 4, 4)),
    _short("scaling", "dropout-scaling", (4, 3), THIRDS),
    _short("divergence", "divergence", (3, 2), CHEAP),
)
