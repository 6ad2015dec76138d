"""The Solver of EECS 498 as an exercise: it trains a model of ours on rows that are all alike, and may draw any batches."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

import numpy as np

from striate.scratch.exercises.exercise import Array, Compared, Exercise, Fault, Learner, Values

STEPS = 8  # 2 epochs of 40 rows in batches of 10


class _Slope:
    """A model whose score is x w, trained by the squared error: what the Solver is given."""

    def __init__(self) -> None:
        self.params: dict[str, Array] = {"W1": np.array([[0.0, 0.0]])}

    def loss(self, x: Array, y: Array | None = None) -> Any:
        """Return scores (N, 2), or the loss and its gradient."""
        scores = x @ self.params["W1"]
        if y is None:
            return scores
        wrong = scores - np.eye(2)[y]
        return 0.5 * float((wrong**2).sum(1).mean()), {"W1": x.T @ wrong / len(x)}


def _judge_solver(learner: Learner, t: Values) -> Compared:
    x, y = np.ones((40, 1)), np.ones(40, dtype=int)
    data = {"X_train": x, "y_train": y, "X_val": x[:10], "y_val": y[:10]}
    model = _Slope()
    with redirect_stdout(io.StringIO()):
        solver = learner.get("Solver")(
            model,
            data,
            update_rule="sgd",
            optim_config={"learning_rate": 0.1},
            lr_decay=t["lr_decay"],
            num_epochs=2,
            batch_size=10,
            print_every=100,
            verbose=False,
        )
        solver.train()
    history = getattr(solver, "loss_history", None)
    got: Values = {"loss_history": history, "val_acc_history": getattr(solver, "val_acc_history", None)}
    if history is not None and len(history) == 0:
        raise Fault("takes no step: loss_history is empty after train()")
    got["best_val_acc"] = getattr(solver, "best_val_acc", None)

    def losses(decay: float) -> list[float]:
        rate, w, seen = 0.1, np.zeros(2), []
        for step in range(1, STEPS + 1):
            seen.append(0.5 * float(((w - [0, 1]) ** 2).sum()))
            w = w - rate * (w - [0, 1])
            rate *= decay if step % 4 == 0 else 1
        return seen

    accuracies = got["val_acc_history"]
    first = [0.0, 1.0, 1.0] if accuracies is not None and np.size(accuracies) == 3 and accuracies[0] == 0 else [1.0] * 3
    right: Values = {"loss_history": losses(t["lr_decay"]), "val_acc_history": first, "best_val_acc": 1.0}
    return Compared(
        got, right, [("the learning rate does not decay after an epoch", right | {"loss_history": losses(1.0)})]
    )


def exercises() -> list[Exercise]:
    """Return the Solver."""
    from striate.scratch.exercises.forms import FORMS

    decays = [{"lr_decay": 1.0}, {"lr_decay": 0.5}]
    return [Exercise("Solver", "eecs498", "solver", FORMS["Solver"], _judge_solver, decays)]
