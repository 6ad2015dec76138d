"""The update rules: one step by hand, many steps of PyTorch's optimizers, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

from striate.base.errors import NetError, RecipeError
from striate.scratch.update_rules import RULES, filled, rule_named

W, G = np.array([1.0, -2.0]), np.array([0.5, 4.0])


def test_first_and_second_steps_by_hand() -> None:
    def twice(name: str, **config: Any) -> tuple[np.ndarray, np.ndarray]:
        first, config = RULES[name].step(W, G, config)
        return W - first, first - RULES[name].step(first, G, config)[0]

    first, second = twice("sgd", learning_rate=0.1)
    np.testing.assert_allclose([first, second], [0.1 * G, 0.1 * G])
    first, second = twice("sgd_momentum", learning_rate=0.1, momentum=0.5)
    np.testing.assert_allclose([first, second], [0.1 * G, 0.15 * G])
    first, second = twice("rmsprop", learning_rate=0.1, decay_rate=0.75, epsilon=0)
    np.testing.assert_allclose(first, [0.2, 0.2])  # 0.1 g / sqrt(g^2 / 4)
    np.testing.assert_allclose(second, np.full(2, 0.1 / np.sqrt(7 / 16)))
    first, second = twice("adam", learning_rate=0.1, epsilon=0)
    np.testing.assert_allclose([first, second], np.full((2, 2), 0.1))  # the same gradient: steps of the learning rate


@pytest.mark.parametrize(
    ("name", "config", "optimizer", "options"),
    [
        ("sgd", {"learning_rate": 0.3}, torch.optim.SGD, {"lr": 0.3}),
        ("sgd_momentum", {"learning_rate": 0.05}, torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
        ("rmsprop", {}, torch.optim.RMSprop, {}),
        ("adam", {}, torch.optim.Adam, {}),
        ("adam", {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3}, torch.optim.Adam, {"betas": (0.5, 0.9), "eps": 1e-3}),
    ],
)
def test_it_follows_pytorch_also_when_the_learning_rate_changes(
    name: str, config: dict[str, Any], optimizer: Any, options: dict[str, Any]
) -> None:
    rng = np.random.default_rng(0)
    w = rng.normal(size=(3, 4))
    tensor = torch.tensor(w, requires_grad=True)
    theirs = optimizer([tensor], **options)
    config = filled(name, w, config)
    for step in range(30):
        gradient = rng.normal(size=w.shape) * 10.0 ** rng.integers(-3, 3, w.shape)
        tensor.grad = torch.tensor(gradient)
        if step == 15:
            theirs.param_groups[0]["lr"] *= 0.1
            config["learning_rate"] *= 0.1
        theirs.step()
        w, config = RULES[name].step(w, gradient, config)
        np.testing.assert_allclose(w, tensor.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_changes_nothing_that_it_was_given(name: str) -> None:
    w, config = W.copy(), filled(name, W)
    before = {field: np.copy(value) for field, value in config.items()}
    after, next_config = RULES[name].step(w, G, config)
    np.testing.assert_array_equal(w, W)
    assert all(np.array_equal(config[field], value) for field, value in before.items())
    assert next_config.keys() == config.keys() == {*RULES[name].constants, *RULES[name].memory}
    assert after.shape == W.shape


@pytest.mark.parametrize("name", RULES)
def test_float32_stays_float32(name: str) -> None:
    w, config = RULES[name].step(W.astype(np.float32), G.astype(np.float32), None)
    arrays = [w, *(config[memory] for memory in RULES[name].memory)]
    assert {array.dtype.name for array in arrays} == {"float32"}


def test_what_is_unknown_or_does_not_fit_is_named() -> None:
    with pytest.raises(
        RecipeError, match=re.escape('update rule "adm" is unknown (did you mean "adam"?); accepted are sgd, ')
    ):
        rule_named("adm")
    said = 'fields "learning-rate" (did you mean "learning_rate"?), "x" are unknown; accepted are learning_rate'
    with pytest.raises(RecipeError, match=re.escape(f"update rule sgd: {said}")):
        rule_named("sgd")(W, G, {"learning-rate": 1, "x": 2})
    said = "beta1 is 1.0, and must be a number from 0 to below 1; learning_rate is 'a', and must be a number from 0"
    with pytest.raises(RecipeError, match=re.escape(f"update rule adam: {said}")):
        rule_named("adam")(W, G, {"beta1": 1.0, "learning_rate": "a"})
    with pytest.raises(NetError, match=re.escape("weights (2,) and gradient (1, 2): a gradient has the shape of what")):
        rule_named("adam")(W, G[None], {})
