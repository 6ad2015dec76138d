"""Checkpoints: what was written comes back, damage is found before parsing, and enough are kept."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from striate.base.disk.files import read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.base.errors import RunError
from striate.training.folder.checkpoints import newest, prune, write


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
    write_json(mark, sealed({**read_json(mark), "format": 9}))
    with pytest.raises(RunError, match="format 9, and this program reads up to 2"):
        newest(tmp_path, "step")
    write_json(mark, {**read_json(mark), "format": 2})
    assert "was changed after it was written" in newest(tmp_path, "step")[1][0]


def test_two_are_kept(tmp_path: Path) -> None:
    for step in (5, 30, 100):
        put(tmp_path, step)
        prune(tmp_path, "step", step)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "step-00000030.json",
        "step-00000030.safetensors",
        "step-00000100.json",
        "step-00000100.safetensors",
    ]


def steps(folder: Path) -> list[int]:
    return sorted(int(path.stem[-8:]) for path in folder.glob("step-*.json"))


@pytest.mark.parametrize(
    ("damaged", "step", "left"),
    [
        ((), 40, [30, 40]),
        ((), 25, [10, 20]),  # what lies beyond is done again
        ((30,), 40, [20, 40]),
        ((30, 40), 20, [10, 20]),
        ((20, 30), 40, [10, 40]),
        ((10, 20, 30), 40, [40]),
        ((40,), 40, [20, 30]),
        ((10, 20), 20, [10, 20, 30, 40]),  # the whole ones beyond are the only ones
        ((10, 20, 30, 40), 40, [10, 20, 30, 40]),
        ((), 5, [10, 20, 30, 40]),
    ],
)
def test_two_undamaged_ones_are_kept_and_never_the_last_is_removed(
    tmp_path: Path, damaged: tuple[int, ...], step: int, left: list[int]
) -> None:
    for number in (10, 20, 30, 40):
        put(tmp_path, number)
        if number in damaged:
            (tmp_path / f"step-{number:08d}.safetensors").write_bytes(b"damaged")
    prune(tmp_path, "step", step)
    assert steps(tmp_path) == left


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
