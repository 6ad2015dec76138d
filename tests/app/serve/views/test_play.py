"""Played layers are those of `striate.scratch`, and small."""

from __future__ import annotations

import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from striate.app.serve.views.play import batch_norm, convolution, pooling, softmax
from striate.base.errors import NetError

X = [[1, 2, 0, 1], [0, 1, 3, 2], [2, 0, 1, 1], [1, 1, 0, 2]]


def query(**given: object) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in given.items()}


def test_a_convolution_by_hand_and_as_a_matrix() -> None:
    told = convolution(query(x=X, w=[[1, 0], [0, -1]]))
    assert told["out"][0] == [0, -1, -2]  # 1 - 1, 2 - 3, 0 - 2
    matrix, flat = np.array(told["matrix"]), np.array(X, dtype=float).ravel()
    np.testing.assert_array_equal(matrix @ flat, np.ravel(told["out"]))
    np.testing.assert_array_equal(matrix.T @ np.ones(len(matrix)), np.ravel(told["dx"]))


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(2, 0, 1), (1, 2, 1), (1, 1, 2), (2, 2, 3)])
def test_the_matrix_is_the_layer_at_every_setting(stride: int, padding: int, dilation: int) -> None:
    told = convolution(query(x=X, w=[[1, 2], [3, 4]], stride=stride, padding=padding, dilation=dilation))
    np.testing.assert_array_equal(np.array(told["matrix"]) @ np.ravel(X).astype(float), np.ravel(told["out"]))


def test_ties_of_a_pool_and_where_the_gradient_goes() -> None:
    told = pooling(query(x=[[2, 2, 0, 5], [2, 1, 5, 1]], window=2, stride=2))
    assert (told["out"], told["ties"], told["dx"]) == ([[2, 5]], [[3, 2]], [[1, 0, 0, 1], [0, 0, 0, 0]])


def test_batch_norm_and_softmax_by_hand() -> None:
    told = batch_norm(query(x=[[0], [2]], gamma=3, beta=1, eps=0))
    assert (told["out"], told["mean"], told["var"]) == ([[-2], [4]], [1], [1])
    told = softmax(query(x=[[0, 0, 0, 0]], label=1))
    assert told["probability"] == [0.25] * 4
    assert told["gradient"] == [0.25, -0.75, 0.25, 0.25]
    assert told["loss"] == pytest.approx(np.log(4))


@pytest.mark.parametrize(
    "given",
    [
        {}, {"x": "[[1]]"}, {"x": "[1]", "w": "[[1]]"}, {"x": "[[1,2],[3]]", "w": "[[1]]"}, {"x": "[[NaN]]", "w": "[[1]]"},
        {"x": "[[1e9]]", "w": "[[1]]"}, {"x": json.dumps([[0] * 10] * 10), "w": "[[1]]"}, {"x": "[" * 9999, "w": "[[1]]"},
        {"x": "[[1]]", "w": "[[1]]", "stride": "0"}, {"x": "[[1]]", "w": "[[1]]", "padding": "9999999999"},
        {"x": "[[1]]", "w": "[[1,1]]"}, {"x": '[["a"]]', "w": "[[1]]"}, {"x": "[]", "w": "[[1]]"},
    ],
)  # fmt: skip
def test_what_is_no_small_table_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(NetError):
        convolution(given)


def test_each_layer_has_its_address(client: TestClient) -> None:
    for layer, given in {
        "convolution": query(x=X, w=[[1]]),
        "pooling": query(x=X, window=2, stride=2),
        "batch-norm": query(x=X),
        "softmax": query(x=[[1, 2]]),
    }.items():
        assert client.get(f"/api/play/{layer}", params=given).status_code == 200
