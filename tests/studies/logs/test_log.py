"""Rows while they are read: the last value counts, names stay apart, and bounds hold."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from striate.base.errors import DataError
from striate.studies.logs import log as module
from striate.studies.logs.log import Steps, flat, log_of, number, shortest, within


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(("0.5", 0.5), (" 1e-3 ", 1e-3), (3, 3.0), (True, 1.0), ("-inf", -math.inf)),
        *((word, None) for word in ("1_0", "x", "", None, [1], 10**400)),
    ],
)
def test_a_cell_as_a_number(cell: object, value: float | None) -> None:
    assert number(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        Decimal("0.9"),
        Fraction(9, 10),
        np.float64(0.9),
        np.float32(0.9),
        np.array(0.9),
        torch.tensor(0.9, dtype=torch.float64),
    ],
)
def test_numbers_of_other_libraries_are_numbers(cell: object) -> None:
    assert number(cell) == 0.9


@pytest.mark.parametrize(
    "cell", [1j, np.array([1.0, 2.0]), [0.9], {"value": 0.9}, b"0.9", date(2026, 1, 1), torch.ones(2)]
)
def test_what_is_no_single_number_is_none(cell: object) -> None:
    assert number(cell) is None


def test_nan_in_any_spelling_is_a_number() -> None:
    assert all(math.isnan(number(text) or 0.0) for text in ("NaN", "nan", math.nan))


def test_the_shortest_number_of_a_float32() -> None:
    assert shortest(0.10000000149011612) == 0.1
    assert shortest(0.8139999508857727) == 0.81399995
    assert shortest(0.1) == 0.1  # no float32
    assert shortest(0.5) == 0.5
    assert shortest(1e300) == 1e300
    assert math.isinf(shortest(math.inf))
    assert math.isnan(shortest(math.nan))


def test_a_nested_configuration_has_dots() -> None:
    assert flat({"a": {"b": 1, "c": None}, "d": [1, 2], "e": {}}) == {"a.b": 1, "d": "[1, 2]", "e": "{}"}


def test_a_value_that_comes_again_replaces_the_last_and_is_counted() -> None:
    steps = Steps("x")
    steps.run("r", {"acc": "config", "lr": 0.1})
    steps.put("r", 2, "acc", 0.5)
    steps.put("r", 1, "acc", 0.1)
    steps.put("r", 1, "acc", 0.2)
    steps.put("r", 1, "loss", math.nan)
    steps.put("r", 1, "loss", math.nan)  # the same again
    log = steps.log("X")
    assert [row["acc"] for row in log.rows] == [0.2, 0.5]
    assert log.rows[0]["config.acc"] == "config"
    assert log.notes == (
        "1 value was written again for the same run and step, as by a restarted run, and the last one counts",
    )


def test_a_restart_drops_what_it_does_again() -> None:
    steps = Steps("x")
    for step in range(5):
        steps.put("r", step, "acc", step)
    steps.purge("r", 3)
    assert [row["step"] for row in steps.log("X").rows] == [0, 1, 2]


def test_bounds_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    monkeypatch.setattr(module, "MOST_COLUMNS", 2)
    monkeypatch.setattr(module, "MOST_FILES", 2)
    with pytest.raises(DataError, match="x has 3 runs, and 2 are read"):
        within([Path("a"), Path("b"), Path("c")], "x")
    steps = Steps('"x"')
    steps.put("r", 0, "a", 0)
    steps.put("r", 1, "a", 0)
    with pytest.raises(DataError, match=r'"x" has more than 2 rows'):
        steps.put("r", 2, "a", 0)
    with pytest.raises(DataError, match=r"3 columns"):
        log_of("X", [{"a": 1, "b": 2, "c": 3}], '"x"')
    with pytest.raises(DataError, match=r"holds no rows"):
        log_of("X", [], '"x"')


def test_cells_and_steps_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CELLS", 10)
    steps = Steps("x")
    steps.run("a", {"lr": 1, "width": 2})
    for step in range(4):
        steps.put("a", step, "acc", 0.5)
    with pytest.raises(DataError, match="x has more than 10 cells"):  # 2 of the run, 4 of its rows, 2 more of each row
        steps.log("made up")
    with pytest.raises(DataError, match="at step inf"):
        steps.put("a", float("inf"), "acc", 0.5)


def test_a_restart_drops_what_it_does_again_and_nothing_else() -> None:
    steps = Steps("x")
    for key in "ab":
        steps.run(key)
        for step in (3, 1, 2):
            steps.put(key, step, "acc", step / 10)
    steps.purge("a", 2)
    steps.put("a", 2, "acc", 0.9)
    told = [(row["run"], row["step"], row["acc"]) for row in steps.log("made up").rows]
    assert told == [("a", 1, 0.1), ("a", 2, 0.9), ("b", 1, 0.1), ("b", 2, 0.2), ("b", 3, 0.3)]
