"""The solver: what it draws, keeps, reports and refuses."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from striate.base.errors import DataError, NetError, RecipeError
from striate.scratch.convnet import ConvNet
from striate.scratch.models import SVM, LogisticClassifier, SoftmaxClassifier
from striate.scratch.solver import Solver
from striate.scratch.update_rules import RULES

Data = dict[str, np.ndarray]


def toy(rows: int = 40) -> Data:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows + 20, 3))
    y = (x.sum(1) > 0).astype(np.int64)
    return {"X_train": x[:rows], "y_train": y[:rows], "X_val": x[rows:], "y_val": y[rows:]}


class Scripted:
    """A learner of one weight, which says what it is told: it has validation accuracies, and counts its steps."""

    def __init__(self, right: list[float]) -> None:
        self.params = {"W1": np.zeros(1)}
        self.right = right
        self.measured = 0

    def loss(self, x: np.ndarray, y: np.ndarray | None = None) -> Any:
        if y is not None:
            return float(self.params["W1"][0]), {"W1": -np.ones(1)}
        share = self.right[self.measured // 2]
        self.measured += 1
        return np.where(np.arange(len(x)) < round(share * len(x)), 1.0, -1.0)


def scripted(right: list[float], epochs: int, **options: Any) -> tuple[Scripted, Solver]:
    model = Scripted(right)
    data = {"X_train": np.zeros((10, 1)), "y_train": np.ones(10), "X_val": np.zeros((10, 1)), "y_val": np.ones(10)}
    options = {"optim_config": {"learning_rate": 1.0}, "batch_size": 10, "verbose": False} | options
    solver = Solver(model, data, num_epochs=epochs, **options)
    solver.train()
    return model, solver


def test_histories_decay_and_the_first_best_by_hand() -> None:
    model, solver = scripted([0.0, 0.5, 0.9, 0.9, 0.2], 4, lr_decay=0.5)
    # The weight goes up by 1, 1/2, 1/4, 1/8; each loss is the weight before its step.
    assert solver.loss_history == [0, 1, 1.5, 1.75]
    assert solver.val_acc_history == solver.train_acc_history == [0.0, 0.5, 0.9, 0.9, 0.2]
    assert (solver.best_val_acc, solver.epoch) == (0.9, 4)
    assert model.params["W1"].tolist() == solver.best_params["W1"].tolist() == [1.5]
    assert solver.optim_configs["W1"]["learning_rate"] == 0.5**4


def test_a_model_that_is_never_right_keeps_its_parameters() -> None:
    model, solver = scripted([0.0] * 3, 2)
    assert (solver.best_val_acc, model.params["W1"].tolist()) == (0.0, [0.0])


@pytest.mark.parametrize("rule", RULES)
def test_the_learning_rate_may_be_left_to_the_rule(rule: str) -> None:
    solver = Solver(LogisticClassifier(3), toy(), update_rule=rule, lr_decay=0.5, num_epochs=1, verbose=False)
    before = solver.optim_configs["W1"]["learning_rate"]
    solver.train()
    assert solver.optim_configs["W1"]["learning_rate"] == before / 2


def test_what_is_said() -> None:
    lines: list[str] = []
    scripted([0.5, 0.6, 0.7], 2, batch_size=4, print_every=3, verbose=True, say=lines.append)
    assert lines == [
        "(Epoch 0 / 2) train acc: 0.500000; val_acc: 0.500000",
        "(Iteration 1 / 4) loss: 0.000000",
        "(Epoch 1 / 2) train acc: 0.600000; val_acc: 0.600000",
        "(Iteration 3 / 4) loss: 2.000000",
        "(Epoch 2 / 2) train acc: 0.700000; val_acc: 0.700000",
    ]


def test_a_run_is_a_function_of_its_generator() -> None:
    def losses(seed: int) -> list[float]:
        solver = Solver(
            LogisticClassifier(3), toy(), num_epochs=2, verbose=False, batch_size=8, rng=np.random.default_rng(seed)
        )
        solver.train()
        return solver.loss_history

    state = np.random.get_state()[1].copy()
    assert losses(1) == losses(1) != losses(2)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_training_goes_on_when_called_again() -> None:
    solver = Solver(LogisticClassifier(3), toy(), num_epochs=2, verbose=False, batch_size=8)
    solver.train()
    solver.train()
    assert (solver.epoch, len(solver.val_acc_history), len(solver.loss_history)) == (4, 5, 20)


@pytest.mark.parametrize("make", [LogisticClassifier, SVM, lambda d: SoftmaxClassifier(d, None, 2)])
def test_what_can_be_separated_is_learnt(make: Any) -> None:
    model = make(3)
    solver = Solver(
        model,
        toy(),
        update_rule="adam",
        optim_config={"learning_rate": 0.05},
        num_epochs=40,
        batch_size=10,
        verbose=False,
    )
    solver.train()
    assert solver.best_val_acc >= 0.95
    assert solver.check_accuracy(solver.X_val, solver.y_val) == solver.best_val_acc


def test_dropout_gets_the_generator_and_running_averages_of_the_best_are_put_back() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 1, 6, 6)), np.arange(12) % 2
    data = {"X_train": x, "y_train": y, "X_val": x, "y_val": y}
    model = ConvNet((1, 6, 6), 2, 3, 4, 2, None, batch_norm=True, dropout=0.5, dtype=np.float64)
    solver = Solver(model, data, update_rule="adam", num_epochs=30, batch_size=6, verbose=False)
    solver.train()
    assert solver.val_acc_history[-1] <= solver.best_val_acc
    assert solver.check_accuracy(x, y) == solver.best_val_acc


def test_an_input_that_is_not_finite_is_named_with_the_step() -> None:
    data = toy()
    data["X_train"][7, 2] = np.nan
    solver = Solver(LogisticClassifier(3), data, batch_size=1, num_epochs=5, verbose=False)
    said = r"X_train\[7, 2\] is nan, met at step (\d+): inputs must be finite; correct it or leave the row out"
    with pytest.raises(DataError, match=said) as refused:
        solver.train()
    found = re.search(said, str(refused.value))
    assert found is not None
    assert int(found[1]) == len(solver.loss_history) + 1 > 1


def test_a_loss_that_is_not_finite_is_named_with_the_step_and_the_best_is_put_back() -> None:
    model = SVM(3, 4, None)
    solver = Solver(model, toy(), optim_config={"learning_rate": 1e200}, batch_size=20, verbose=False)
    with (
        pytest.raises(NetError, match=r"the loss is (nan|inf) at step \d+ \(epoch \d+\), and training stops; lower"),
    ):
        solver.train()
    assert solver.check_accuracy(solver.X_val, solver.y_val) == solver.best_val_acc


def test_labels_and_validation_inputs_are_looked_at_before_the_first_step() -> None:
    for name, row, value, said in (
        ("y_train", 31, 2, "y_train: label 31 is 2, and labels are 0 and 1, or -1 and +1"),
        ("y_val", 4, 7, "y_val: label 4 is 7, and labels are 0 and 1, or -1 and +1"),
        (
            "X_val",
            (5, 1),
            np.nan,
            "X_val[5, 1] is nan, met at step 0: inputs must be finite; correct it or leave the row out",
        ),
    ):
        data = toy()
        data[name][row] = value
        solver = Solver(LogisticClassifier(3), data, verbose=False)
        with pytest.raises(DataError, match=re.escape(said)):
            solver.train()
        assert not solver.loss_history
    data = toy()
    data["y_val"][0] = 2
    with pytest.raises(DataError, match="y_val: label 0 is 2, and labels are 0 to 1, for 2 scores"):
        Solver(SoftmaxClassifier(3, None, 2), data, verbose=False).train()


def test_what_is_not_acceptable_is_listed() -> None:
    model, data = LogisticClassifier(3), toy()
    for options, said in (
        (
            {"batch_size": 0, "num_epochs": 1.5, "lr_decay": 0},
            "batch_size is 0, and must be a whole number from 1; num_epochs is"
            " 1.5, and must be a whole number from 1; lr_decay is 0, and must be above 0 and at most 1",
        ),
        ({"batch_size": "20"}, "batch_size is 20, and must be a whole number from 1"),
        ({"optim_config": {"learning_rate": -1}}, "update rule sgd: learning_rate is -1, and must be a number from 0"),
        ({"update_rule": "adm"}, 'update rule "adm" is unknown (did you mean "adam"?)'),
        ({"optim_config": {"lr": 1}}, 'update rule sgd: field "lr" is unknown'),
    ):
        with pytest.raises(RecipeError, match=re.escape(said)):
            Solver(model, data, **options)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="unexpected keyword argument 'batchsize'"):
        Solver(model, data, batchsize=3)  # pyright: ignore[reportCallIssue]
    for change, said in (
        ({"X_val": None, "y_val": None}, "data lack X_val, y_val; they hold X_train, y_train, X_val, y_val"),
        (
            {"y_train": data["y_train"][:7], "X_val": data["X_val"][:, :2]},
            "X_train (40, 3) and y_train (7,) must be (N, ...) and (N),"
            " not empty; X_train (40, 3) and X_val (20, 2) must be alike after N",
        ),
    ):
        changed = {name: array for name, array in (data | change).items() if array is not None}
        with pytest.raises(DataError, match=re.escape(said)):
            Solver(model, changed)
