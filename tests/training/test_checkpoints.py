"""Checkpoints: what was written comes back, damage is found before parsing, and enough are kept."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from striate.base.errors import RunError
from striate.base.files import read_json, write_json
from striate.training.checkpoints import newest, prune, write


def put(folder: Path, step: int) -> None:
    write(folder, "step", step, {"a": torch.full((3,), float(step))}, {"step": step})


def test_the_newest_comes_back(tmp_path: Path) -> None:
    put(tmp_path, 3)
    put(tmp_path, 20)
    found, damaged = newest(tmp_path, "step")
    assert found is not None
    assert (found.step, found.tensors["a"].tolist(), found.values, damaged) == (20, [20.0] * 3, {"step": 20}, [])
    assert newest(tmp_path, "best") == (None, [])


def test_every_damage_is_found_and_passed_over(tmp_path: Path) -> None:
    put(tmp_path, 1)
    put(tmp_path, 2)
    path = tmp_path / "step-00000002.safetensors"
    whole = path.read_bytes()
    rng = random.Random(0)
    flips = [whole[:i] + bytes([whole[i] ^ 1 << rng.randrange(8)]) + whole[i + 1 :] for i in range(0, len(whole), 3)]
    for damaged in [*flips, *(whole[:cut] for cut in range(0, len(whole), 7)), b"", whole + b"x"]:
        path.write_bytes(damaged)
        found, sentences = newest(tmp_path, "step")
        assert found is not None
        assert found.step == 1
        assert "step-00000002.safetensors is damaged" in sentences[0]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "null"])
def test_a_damaged_mark_is_passed_over(tmp_path: Path, text: str) -> None:
    put(tmp_path, 1)
    put(tmp_path, 2)
    (tmp_path / "step-00000002.json").write_text(text)
    found, sentences = newest(tmp_path, "step")
    assert found is not None
    assert (found.step, len(sentences)) == (1, 1)


def test_tensors_without_a_mark_are_not_there_yet(tmp_path: Path) -> None:
    put(tmp_path, 1)
    put(tmp_path, 2)
    (tmp_path / "step-00000002.json").unlink()
    found, _ = newest(tmp_path, "step")
    assert found is not None
    assert found.step == 1


def test_a_newer_format_is_refused_with_both_numbers(tmp_path: Path) -> None:
    put(tmp_path, 1)
    mark = tmp_path / "step-00000001.json"
    write_json(mark, {**read_json(mark), "format": 9})
    with pytest.raises(RunError, match="format 9, and this program reads up to 1"):
        newest(tmp_path, "step")


def test_two_are_kept(tmp_path: Path) -> None:
    for step in (5, 100, 30):
        put(tmp_path, step)
        prune(tmp_path, "step")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "step-00000030.json",
        "step-00000030.safetensors",
        "step-00000100.json",
        "step-00000100.safetensors",
    ]


def test_a_weight_that_two_layers_share_comes_back_twice(tmp_path: Path) -> None:
    one = torch.arange(4.0)
    write(tmp_path, "step", 1, {"a": one, "b": one, "c": one[:2]}, {})
    found, _ = newest(tmp_path, "step")
    assert found is not None
    assert {name: tensor.tolist() for name, tensor in found.tensors.items()} == {
        "a": [0, 1, 2, 3],
        "b": [0, 1, 2, 3],
        "c": [0, 1],
    }
