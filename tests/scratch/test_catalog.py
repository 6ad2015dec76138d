"""The nets that have a name: every one is built, takes a step, and says what its options accept."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from striate.base.errors import NetError
from striate.scratch import catalog
from striate.scratch.gradcheck import gradcheck_model

RNG = np.random.default_rng


@pytest.mark.parametrize("name", catalog.names())
def test_a_step_along_the_gradient_lowers_the_loss(name: str) -> None:
    model = catalog.build(name, {"hidden": 6}, (9, 9, 1), 2, RNG(0), np.float64)
    x, y = RNG(1).normal(size=(8, 1, 9, 9)), np.array([0, 1] * 4)
    before = model.backprop(x, y)
    model.params = {k: w - 1e-3 * before.grads[k] for k, w in model.params.items()}
    assert model.backprop(x, y).loss < before.loss


@pytest.mark.parametrize("name", catalog.names())
def test_every_option_is_heard(name: str) -> None:
    other = {"hidden": 7, "weight_scale": 0.5, "filters": 5, "filter_size": 3, "batch_norm": True, "dropout": 0.5}
    x, y = RNG(1).normal(size=(8, 1, 9, 9)), np.array([0, 1] * 4)

    def seen(options: dict[str, Any]) -> tuple[Any, ...]:
        model = catalog.build(name, options, (9, 9, 1), 2, RNG(0))
        shapes = tuple((k, v.shape) for k, v in model.params.items())
        return shapes, model.backprop(x, y, rng=RNG(2)).loss

    fields = catalog.option_fields(name)
    for field in fields:
        assert seen({field: other[field]}) != seen({}), field


def test_rows_of_a_table_are_images_of_one_pixel() -> None:
    model = catalog.build("logistic", {}, (1, 1, 20), 2, RNG(0), np.float64)
    assert model.params["W1"].shape == (20, 1)
    assert gradcheck_model(model, RNG(1).normal(size=(4, 20, 1, 1)), np.array([0, 1, 1, 0])).holds


def test_no_hidden_layer_is_zero_or_none() -> None:
    for options in ({}, {"hidden": 0}, {"hidden": None}):
        assert list(catalog.build("softmax", options, (1, 1, 4), 3, RNG(0)).params) == ["W1", "b1"]


def test_the_defaults_are_filled_in() -> None:
    assert catalog.complete("convnet", {"dropout": 0.5}) == catalog.ConvNetOptions(32, 7, 100, False, 0.5, None)
    assert catalog.complete("svm", {}) == catalog.DenseOptions(0, None)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        (
            "convnet",
            {"filtersize": 3, "dropout": 1, "hidden": True, "filters": 0},
            'net convnet: option "filtersize" is unknown (did you mean "filter_size"?); accepted are filters, filter_size,'
            " hidden, batch_norm, dropout, weight_scale; filters is 0, and must be a whole number from 1 to 4096;"
            " hidden is True, and must be a whole number from 1 to 100000; dropout is 1, and must be a number from 0 to"
            " below 1",
        ),
        ("svm", {"hidden": -1}, "net svm: hidden is -1, and must be a whole number from 0 to 100000"),
        (
            "svm",
            {"weight_scale": float("inf")},
            "weight_scale is inf, and must be a number above 0, or none for sqrt(2 / ",
        ),
        ("convnet", {"batch_norm": 1}, "batch_norm is 1, and must be true or false"),
        (
            "convet",
            {},
            'net of the engine scratch "convet" is unknown (did you mean "convnet"?); accepted are softmax, logistic, svm',
        ),
    ],
)
def test_what_is_not_accepted_is_listed(name: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(NetError, match=re.escape(said)):
        catalog.complete(name, options)


def test_data_that_do_not_fit_are_named() -> None:
    for name in ("logistic", "svm"):
        with pytest.raises(
            NetError, match=f"{name} tells two classes apart, and the data have 3; choose softmax or convnet"
        ):
            catalog.build(name, {}, (1, 1, 4), 3, RNG(0))
    with pytest.raises(NetError, match="net softmax needs at least two classes, and the data have 1"):
        catalog.build("softmax", {}, (1, 1, 4), 1, RNG(0))
    with pytest.raises(
        NetError, match=r"do not fit into images of 1x1 .*; choose larger images, or a net of dense layers"
    ):
        catalog.build("convnet", {}, (1, 1, 4), 2, RNG(0))
