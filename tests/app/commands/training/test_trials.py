"""The two trials of `striate train`: what they print, write and return."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

TINY = ["--set", "widths=[[4]]", "--set", "hidden=[8]", "--set", "batch_size=64", "--set", "lr=0.01"]


@pytest.fixture
def run(run):
    return partial(run, "train", *TINY)


def test_a_batch_that_is_learned_ends_with_0_and_leaves_nothing(run) -> None:
    code, out, err = run("--overfit-batch", "--flip", "--cutout", "2")
    assert (code, err) == (0, "")
    assert out.startswith("100.0% of one batch of 64 images after ")
    assert " ".join(out.split()).endswith("(switched off for this: flip, cutout)")
    assert list(Path().iterdir()) == []
    code, out, _ = run("--overfit-batch", "--json")
    record = json.loads(out)
    assert (code, record["reached"], record["reasons"]) == (0, True, [])


def test_one_that_is_not_ends_with_1_and_the_reason(run) -> None:
    code, out, _ = run("--overfit-batch", "--optimizer", "sgd", "--weight-decay", "10")
    assert code == 1
    assert "\nwhy: " in out


def test_a_range_test_prints_a_table_and_writes_numbers_and_a_chart(run) -> None:
    code, out, err = run("--range-test", "--out", "ramp")
    assert (code, err) == (0, "")
    assert "smoothed loss" in out
    assert "over 3 seeds: a tenth of the rate at which the smoothed loss is smallest" in " ".join(out.split())
    assert sorted(path.name for path in Path("ramp").iterdir()) == ["range-test.csv", "range-test.svg"]
    code, out, _ = run("--range-test", "--json")
    record = json.loads(out)
    assert record["low"] <= record["suggested"] <= record["high"]
    assert len(record["ramps"]) == 3


def test_two_trials_at_once_are_refused(run) -> None:
    code, _, err = run("--range-test", "--overfit-batch")
    assert code == 2
    assert "--overfit-batch and --range-test are two trials; ask for one at a time" in " ".join(err.split())
