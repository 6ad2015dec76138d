"""The exact optimum of the linear classifiers on the generated table, beside what the loop reached.

    python findings/scratch/optimum.py LOGISTIC_RUN SVM_RUN

The logistic loss is minimized by SciPy's Newton-like methods, the hinge loss as a linear program:

    minimize (1/N) sum_n t_n    subject to    t_n >= 0,   t_n >= 1 - s_n (w x_n + b)
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize

from striate.data import load
from striate.training.feed.batches import Normalization
from striate.training.folder import checkpoints

Rows = NDArray[np.float64]


def parts() -> dict[str, tuple[Rows, Rows]]:
    """Return by name the features of a part with a column of ones (N, F + 1), and its labels as -1 and +1 (N,)."""
    data = load("sums")
    assert data.val is not None
    assert data.test is not None
    found: dict[str, tuple[Rows, Rows]] = {}
    for name, split in {"train": data.train, "validation": data.val, "test": data.test}.items():
        rows = split.images[:, 0, 0, :].astype(np.float64)
        signs = np.where(split.labels > 0, 1.0, -1.0)
        found[name] = np.hstack([rows, np.ones((len(rows), 1))]), signs
    return found


def logistic(x: Rows, s: Rows) -> Rows:
    """Return weights and bias of the smallest mean logistic loss."""

    def loss(w: Rows) -> tuple[float, Rows]:
        margin = s * (x @ w)
        return float(np.logaddexp(0, -margin).mean()), -(s / (1 + np.exp(margin))) @ x / len(s)

    return minimize(
        loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 50_000, "ftol": 1e-15}
    ).x


def hinge(x: Rows, s: Rows) -> Rows:
    """Return weights and bias of the smallest mean hinge loss."""
    count, width = x.shape
    cost = np.concatenate([np.zeros(width), np.full(count, 1 / count)])
    rows = np.hstack([-s[:, None] * x, -np.eye(count)])
    bounds = [(None, None)] * width + [(0, None)] * count
    solved = linprog(cost, A_ub=rows, b_ub=-np.ones(count), bounds=bounds)
    assert solved.x is not None, solved.message
    return solved.x[:width]


def last_weights(folder: Path) -> Rows:
    """Return weights and bias of the last checkpoint of a run, in the units of the features."""
    last, best = (checkpoints.newest(folder / "checkpoints", kind)[0] for kind in ("step", "best"))
    if last is None or best is None:
        sys.exit(f"{folder} has no checkpoint that is whole")
    tensors, scale = last.tensors, Normalization.of(best.values)
    w = tensors["net.W1"].numpy()[:, 0] / np.array(scale.std)
    return np.append(w, tensors["net.b1"].item() - w @ np.array(scale.mean))


def row(name: str, way: str, w: Rows, data: dict[str, tuple[Rows, Rows]]) -> str:
    """Return the row of one classifier: its loss on the training rows, and the share of each part that it gets right."""
    margins = [s * (x @ w) for x, s in data.values()]
    loss = np.logaddexp(0, -margins[0]).mean() if name == "logistic" else np.maximum(0, 1 - margins[0]).mean()
    right = " | ".join(f"{(margin > 0).mean():.4f}" for margin in margins)
    return f"| {name} | {way} | {loss:.4f} | {right} |"


def main(runs: dict[str, Path]) -> None:
    """Print a row for each classifier and each way."""
    data = parts()
    print("| classifier | by | loss | train | validation | test |\n|---|---|---|---|---|---|")  # noqa: T201
    for name, solve in (("logistic", logistic), ("svm", hinge)):
        print(row(name, "exact optimum", solve(*data["train"]), data))  # noqa: T201
        print(row(name, "last epoch of the run", last_weights(runs[name]), data))  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main({"logistic": Path(sys.argv[1]), "svm": Path(sys.argv[2])})
