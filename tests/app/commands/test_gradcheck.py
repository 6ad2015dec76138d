"""`striate gradcheck`: the table, the JSON, the exit code where a gradient is wrong, and the same in Python."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest

import striate as st
from striate.base.catalog import Catalog
from striate.base.errors import NetError
from striate.scratch import gradcheck_cases as layers
from striate.scratch.layers.activations import tanh_forward


@pytest.fixture
def run(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    return partial(run, "gradcheck")


def wrong() -> layers.Case:
    def check(rng: np.random.Generator, tolerance: float):
        x = np.array([[0.5, 1.0]])
        return st.gradcheck(tanh_forward, lambda dout, t: dout * (1 - t), x, names=["x"], tolerance=tolerance, rng=rng)

    return layers.Case("tanh", "(1, 2)", check)


def test_all_layers_and_nets_are_in_the_table(run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert {line.split()[1] for line in lines if line.startswith("✓")} == set(layers.CASES)
    assert f"{len(layers.CASES)} of {len(layers.CASES)} hold" in lines[-1]


def test_one_layer_with_its_variants_as_json(run) -> None:
    code, out, _ = run("convolution", "--json", "--seed", "3")
    rows = json.loads(out)
    assert code == 0
    assert [row["layer"] for row in rows] == ["convolution", "convolution-strided"]
    assert all(row["holds"] and row["error"] <= row["tolerance"] == 1e-6 for row in rows)
    assert rows[0]["entries"] == 2 * 3 * 5 * 6 + 4 * 3 * 3 * 2 + 4
    assert json.loads(run("convolution", "--json", "--seed", "4")[1]) != rows


def test_a_wrong_gradient_is_shown_and_is_the_exit_code(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "CASES", Catalog("layer", NetError, (wrong(),)))
    code, out, _ = run("tanh")
    assert code == 1
    assert "0 of 1 hold" in out
    row = out.splitlines()[2].split()
    assert row[:2] == ["✗", "tanh"]
    assert float(row[-2]) != float(row[-1])


def test_an_unknown_layer_is_one_sentence(run) -> None:
    code, out, err = run("densse")
    assert (code, out) == (2, "")
    assert err.startswith('striate: layer "densse" is unknown (did you mean "dense"?); accepted are dense, relu')
    assert err.count("\n") == 1
