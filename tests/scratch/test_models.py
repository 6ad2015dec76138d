"""The classifiers: numbers by hand, PyTorch with the same weights, and the exact optima of the linear ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import linprog, minimize

from striate.base.errors import DataError, NetError
from striate.data.readers.tabular import sums
from striate.scratch.gradcheck import gradcheck_model
from striate.scratch.models import SVM, LogisticClassifier, Model, SoftmaxClassifier, dense_params
from striate.scratch.solver import Solver
from striate.scratch.update_rules import adam, filled

Make = Callable[..., Model]
MAKERS: dict[str, Make] = {
    "logistic": LogisticClassifier,
    "svm": SVM,
    "softmax": lambda inputs, hidden, *rest, **more: SoftmaxClassifier(inputs, hidden, 3, *rest, **more),
}


def theirs(name: str, scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if name == "softmax":
        return F.cross_entropy(scores, y)
    if name == "svm":
        return torch.clamp(1 - scores[:, 0] * (2 * y - 1), min=0).mean()
    return F.binary_cross_entropy_with_logits(scores[:, 0], y.double())


def test_a_logistic_classifier_by_hand() -> None:
    model = LogisticClassifier(2, reg=0.5)
    model.params = {"W1": np.array([[np.log(3.0)], [2.0]]), "b1": np.array([1.0])}
    done = model.backprop(np.array([[1.0, -0.5]]), np.array([0]))
    np.testing.assert_allclose(done.scores, [np.log(3)])
    l2 = 0.5 * 0.5 * (np.log(3) ** 2 + 4)
    assert done.loss == pytest.approx(np.log(4) + l2)
    np.testing.assert_allclose(done.grads["W1"], [[0.75 + 0.5 * np.log(3)], [-0.375 + 1]])
    np.testing.assert_allclose(done.grads["b1"], [0.75])


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("hidden", [None, 5])
@pytest.mark.parametrize("rows", [1, 7])
def test_it_equals_pytorch_with_the_same_weights(name: str, hidden: int | None, rows: int) -> None:
    rng = np.random.default_rng(0)
    model = MAKERS[name](4, hidden, None, 0.3, rng=rng)
    model.params = {k: v + (rng.normal(size=v.shape) if v.ndim == 1 else 0) for k, v in model.params.items()}
    x, y = rng.normal(size=(rows, 2, 2)), rng.integers(0, 2, rows)
    p = {k: torch.tensor(v, requires_grad=True) for k, v in model.params.items()}
    out = torch.tensor(x).flatten(1) @ p["W1"] + p["b1"]
    if hidden:
        out = torch.relu(out) @ p["W2"] + p["b2"]
    loss = theirs(name, out, torch.tensor(y))
    loss = loss + 0.15 * sum(w.square().sum() for k, w in p.items() if k.startswith("W"))
    loss.backward()
    done = model.backprop(x, y)
    assert done.loss == pytest.approx(loss.item(), rel=1e-10)
    assert list(done.grads) == list(model.params)
    for k, tensor in p.items():
        assert tensor.grad is not None
        np.testing.assert_allclose(done.grads[k], tensor.grad.numpy(), rtol=1e-10, atol=1e-10)
    scores = model.scores(x)
    np.testing.assert_allclose(scores.reshape(rows, -1), out.detach().numpy(), rtol=1e-10)
    assert model.loss_of(scores, y) == pytest.approx(theirs(name, out, torch.tensor(y)).item(), rel=1e-10)
    check = gradcheck_model(model, x, y)
    assert check.holds, check.worst


@pytest.mark.parametrize("name", MAKERS)
def test_the_courses_form_gives_scores_or_loss_and_gradients(name: str) -> None:
    model = MAKERS[name](4, 3)
    x, y = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 1, 1, 0, 1, 0])
    assert model.loss(x).shape == ((6, 3) if name == "softmax" else (6,))
    loss, grads = model.loss(x, y)
    done = model.backprop(x, y)
    assert loss == done.loss
    assert all(np.array_equal(grads[k], done.grads[k]) for k in model.params)


def test_the_defaults_are_the_courses() -> None:
    for model, shapes in (
        (LogisticClassifier(), {"W1": (100, 1), "b1": (1,)}),
        (SVM(hidden_dim=7), {"W1": (100, 7), "b1": (7,), "W2": (7, 1), "b2": (1,)}),
        (SoftmaxClassifier(), {"W1": (784, 100), "b1": (100,), "W2": (100, 10), "b2": (10,)}),
    ):
        assert {k: v.shape for k, v in model.params.items()} == shapes
        assert all((v == 0).all() for k, v in model.params.items() if k.startswith("b"))
    assert SoftmaxClassifier().params["W1"].std() == pytest.approx(1e-3, rel=0.02)


def test_the_weights_are_the_generators_alone_and_alike_in_both_types() -> None:
    def first(seed: int, dtype: Any = np.float64) -> np.ndarray:
        return SoftmaxClassifier(6, 5, rng=np.random.default_rng(seed), dtype=dtype).params["W2"]

    np.testing.assert_array_equal(first(3), first(3))
    assert not np.array_equal(first(3), first(4))
    np.testing.assert_array_equal(first(3, np.float32), first(3).astype(np.float32))


def test_the_usual_scale_is_that_of_he() -> None:
    w = dense_params((800, 400), None, np.random.default_rng(0), np.float64)["W1"]
    assert w.std() == pytest.approx(np.sqrt(2 / 800), rel=0.01)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_the_inputs_take_the_type_of_the_parameters(kind: str) -> None:
    model = SoftmaxClassifier(4, 3, 2, None, 0.1, dtype=kind)
    done = model.backprop(np.ones((2, 4), np.uint8), np.array([0, 1]))
    assert {a.dtype.name for a in (done.scores, *done.grads.values())} == {kind}


def test_what_is_not_acceptable_is_named() -> None:
    for make, said in (
        (lambda: SVM(reg=-1), "reg is -1, and must be a finite number, at least 0: the strength of the L2 term"),
        (lambda: SVM(reg=np.nan), "reg is nan, and must be a finite number, at least 0"),
        (
            lambda: SVM(4, 0),
            "the layers have the sizes (4, 0, 1), and each must be a whole number from 1; hidden_dim None means no hidden",
        ),
        (lambda: SVM(4, 2.5), "the layers have the sizes (4, 2.5, 1)"),  # pyright: ignore[reportArgumentType]
        (lambda: SVM(4, weight_scale=np.inf), "weight_scale is inf, and must be a finite number, at least 0, or None"),
        (
            lambda: SVM(4).scores(np.ones((2, 3))),
            "input (2, 3) and weights (4, 1): a dense layer takes (N, I) and (I, O)",
        ),
        (lambda: SVM(4).scores(np.ones((2, 4)), "eval"), 'mode is "eval"'),  # pyright: ignore[reportArgumentType]
        (
            lambda: SVM(4).backprop(np.ones((2, 4)), np.array([0, 1]), masks=[np.ones((2, 4))]),
            "there are more masks than dropout layers; give one mask for each",
        ),
    ):
        with pytest.raises(NetError, match=re.escape(said)):
            make()
    with pytest.raises(DataError, match="label 1 is 2, and labels are 0 and 1, or -1 and "):
        LogisticClassifier(4).backprop(np.ones((2, 4)), np.array([0, 2]))


def table() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    whole = sums()
    assert whole.val is not None
    assert whole.test is not None
    splits = {"train": whole.train, "val": whole.val, "test": whole.test}
    x = whole.train.images.reshape(500, 20)
    mean, std = x.mean(0), x.std(0)
    return {name: ((s.images.reshape(len(s), 20) - mean) / std, s.labels) for name, s in splits.items()}


def exact(model: Model, x: np.ndarray, y: np.ndarray) -> float:
    """Put the optimum that SciPy finds into ``model`` (BFGS, or a linear program for the hinge), and return its loss."""
    rows, columns = x.shape

    def put(v: np.ndarray) -> Model:
        model.params = {"W1": v[:columns, None], "b1": v[columns:]}
        return model

    if isinstance(model, LogisticClassifier):

        def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
            margins = (2 * y - 1) * (x @ v[:columns] + v[columns])
            slope = -(2 * y - 1) / (1 + np.exp(margins)) / rows
            return np.logaddexp(0, -margins).mean(), np.append(slope @ x, slope.sum())

        best = minimize(objective, np.zeros(columns + 1), jac=True, method="BFGS")
        put(best.x)
        return float(best.fun)
    # minimize mean xi where s (x w + b) >= 1 - xi and xi >= 0
    signed = (2 * y - 1)[:, None] * np.hstack([x, np.ones((rows, 1))])
    costs = np.append(np.zeros(columns + 1), np.full(rows, 1 / rows))
    bounds = [(None, None)] * (columns + 1) + [(0, None)] * rows
    best = linprog(costs, A_ub=np.hstack([-signed, -np.eye(rows)]), b_ub=-np.ones(rows), bounds=bounds)
    put(best.x[: columns + 1])
    return float(best.fun)


@pytest.mark.parametrize("make", [LogisticClassifier, SVM])
def test_the_linear_classifiers_reach_their_exact_optimum_on_the_generated_table(make: type[Model]) -> None:
    rows = table()
    x, y = rows["train"]

    def accuracies(model: Model) -> list[float]:
        return [float(((model.scores(a) > 0) == b).mean()) for a, b in rows.values()]

    optimum = make(20)
    least = exact(optimum, x, y)
    assert optimum.loss_of(optimum.scores(x), y) == pytest.approx(least, abs=1e-6)
    model = make(20)
    configs = {name: filled("adam", w, {"learning_rate": 0.3}) for name, w in model.params.items()}
    for step in range(1000):
        _, grads = model.loss(x, y)
        for name, w in model.params.items():
            configs[name]["learning_rate"] = 0.3 * (1 - step / 1000)
            model.params[name], configs[name] = adam(w, grads[name], configs[name])
    assert model.loss_of(model.scores(x), y) == pytest.approx(least, abs=2e-4)
    np.testing.assert_allclose(accuracies(model), accuracies(optimum), atol=0.01)


@pytest.mark.parametrize("make", [LogisticClassifier, SVM])
def test_the_solver_comes_within_a_hundredth_of_the_optimums_test_accuracy(make: type[Model]) -> None:
    rows = table()
    data = {f"{letter}_{split}": rows[split][k] for split in ("train", "val") for k, letter in enumerate("Xy")}
    optimum, model = make(20), make(20)
    exact(optimum, *rows["train"])
    options = {"update_rule": "adam", "optim_config": {"learning_rate": 0.3}, "lr_decay": 0.99, "batch_size": 500}
    solver = Solver(model, data, num_epochs=600, verbose=False, **options)  # pyright: ignore[reportArgumentType]
    solver.train()
    x, y = rows["test"]
    reached, best = (float(((m.scores(x) > 0) == y).mean()) for m in (model, optimum))
    assert reached >= best - 0.01
