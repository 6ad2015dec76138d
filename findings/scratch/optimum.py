"""The exact optimum of the linear classifiers on the generated table, beside what the loop reached.

    python findings/scratch/optimum.py LOGISTIC_RUN SVM_RUN

The logistic loss is minimized by SciPy's Newton-like methods, the hinge loss as a linear program:

    minimize (1/N) sum_n t_n    subject to    t_n >= 0,   t_n >= 1 - s_n (w x_n + b)
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import linprog, minimize

from striate.data import load
from striate.training.feed.batches import Normalization
from striate.training.folder import checkpoints

DATA = load("sums")
PARTS = {"train": DATA.train, "validation": DATA.val, "test": DATA.test}


def features(part: str) -> np.ndarray:
    """Return the features of a part with a column of ones."""
    rows = PARTS[part].images[:, 0, 0, :].astype(np.float64)
    return np.hstack([rows, np.ones((len(rows), 1))])


def signs(part: str) -> np.ndarray:
    """Return the labels as -1 and +1."""
    return 2 * PARTS[part].labels - 1


def logistic() -> np.ndarray:
    """Return weights and bias of the smallest mean logistic loss."""
    x, s = features("train"), signs("train")

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margin = s * (x @ w)
        return float(np.logaddexp(0, -margin).mean()), -(s / (1 + np.exp(margin))) @ x / len(s)

    return minimize(
        loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 50_000, "ftol": 1e-15}
    ).x


def hinge() -> np.ndarray:
    """Return weights and bias of the smallest mean hinge loss."""
    x, s = features("train"), signs("train")
    count, width = x.shape
    cost = np.concatenate([np.zeros(width), np.full(count, 1 / count)])
    rows = np.hstack([-s[:, None] * x, -np.eye(count)])
    bounds = [(None, None)] * width + [(0, None)] * count
    return linprog(cost, A_ub=rows, b_ub=-np.ones(count), bounds=bounds).x[:width]


def last_weights(folder: Path) -> np.ndarray:
    """Return weights and bias of the last checkpoint of a run, in the units of the features."""
    tensors = checkpoints.newest(folder / "checkpoints", "step")[0].tensors
    scale = Normalization.of(checkpoints.newest(folder / "checkpoints", "best")[0].values)
    w = tensors["net.W1"].numpy()[:, 0] / np.array(scale.std)
    return np.append(w, tensors["net.b1"].item() - w @ np.array(scale.mean))


def main(runs: dict[str, Path]) -> None:
    """Print a row for each classifier and each way."""
    print("| classifier | by | loss | train | validation | test |\n|---|---|---|---|---|---|")  # noqa: T201
    for name, solve in (("logistic", logistic), ("svm", hinge)):
        for way, w in (("exact optimum", solve()), ("last epoch of the run", last_weights(runs[name]))):
            shares = [float((signs(part) * (features(part) @ w) > 0).mean()) for part in PARTS]
            margin = signs("train") * (features("train") @ w)
            loss = np.logaddexp(0, -margin).mean() if name == "logistic" else np.maximum(0, 1 - margin).mean()
            print(f"| {name} | {way} | {loss:.4f} | " + " | ".join(f"{share:.4f}" for share in shares) + " |")  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main({"logistic": Path(sys.argv[1]), "svm": Path(sys.argv[2])})
