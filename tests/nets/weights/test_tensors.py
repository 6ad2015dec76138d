"""Tensors out of files as training programs leave them: what is around the names is taken off, the part that is taken said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from striate.base.errors import NetError, Remark
from striate.nets.weights.tensors import read_weights


def net(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 3))


STATE = dict(net().state_dict())
OTHER = {name: value + 1 for name, value in STATE.items()}


def before(word: str, tensors: dict[str, Tensor] = STATE) -> dict[str, Tensor]:
    return {word + name: value for name, value in tensors.items()}


def written(folder: Path, value: Any, ending: str = ".pt") -> Path:
    path = folder / f"w{ending}"
    save_file(value, path) if ending == ".safetensors" else torch.save(value, path)
    return path


def same(found: dict[str, Tensor], expected: dict[str, Tensor] = STATE) -> bool:
    return found.keys() == expected.keys() and all(torch.equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("ending", [".safetensors", ".pt", ".ckpt"])
@pytest.mark.parametrize(
    "word", ["", "module.", "_orig_mod.", "model.", "net.", "module._orig_mod.", "module.model.", "backbone.", "a.b.c."]
)
def test_a_word_before_all_names_is_taken_off_in_either_kind_of_file(tmp_path: Path, word: str, ending: str) -> None:
    assert same(read_weights(written(tmp_path, before(word), ending), STATE))


def test_a_word_that_the_net_has_itself_stays(tmp_path: Path) -> None:
    own = before("model.")
    for word in ("model.", "module.model."):
        assert same(read_weights(written(tmp_path, before(word)), own), own)


WRAPPED = {
    "net": {"net": STATE},
    "beside an epoch": {"epoch": 3, "state_dict": STATE, "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}}},
    "Lightning": {"state_dict": before("model."), "hyper_parameters": {"lr": 0.1}, "epoch": 1},
    "Lightning with a weighted loss": {"state_dict": {**before("model."), "loss.weight": torch.ones(3)}},
    "two levels": {"checkpoint": {"model": before("module.")}, "step": 7},
    "AveragedModel": AveragedModel(net()).state_dict(),
    "AveragedModel within": {"ema": AveragedModel(net()).state_dict()},
    "only the average": {"state_dict_ema": before("module.")},
    "metrics beside": {"net": STATE, "metrics": {"accuracy": torch.tensor(0.9)}},
    "another net beside": {"discriminator": {"w": torch.ones(2)}, "generator": STATE},
}


@pytest.mark.parametrize("kind", WRAPPED)
@pytest.mark.parametrize("old", [False, True])
def test_what_training_programs_put_around_is_taken_off(tmp_path: Path, kind: str, old: bool) -> None:
    path = tmp_path / "w.pt"
    torch.save(WRAPPED[kind], path, _use_new_zipfile_serialization=not old)
    assert same(read_weights(path, STATE))


SEVERAL: dict[str, tuple[Any, str, str]] = {
    "the average beside": ({"state_dict": STATE, "state_dict_ema": OTHER}, "state_dict", "state_dict_ema"),
    "the average first": (
        {"state_dict_ema": before("module.", OTHER), "state_dict": STATE},
        "state_dict",
        "state_dict_ema",
    ),
    "model and its average": ({"ema": OTHER, "model": STATE, "epoch": 1}, "model", "ema"),
    "two nets by their names": ({**before("teacher.", OTHER), **before("student.")}, "student", "teacher"),
    "the same in a part": (
        {"state_dict": {**before("a.", OTHER), **before("model.")}},
        "state_dict.model",
        "state_dict.a",
    ),
}


@pytest.mark.parametrize("kind", SEVERAL)
def test_of_several_parts_one_is_taken_which_is_said_with_the_way_to_the_other(tmp_path: Path, kind: str) -> None:
    content, taken, other = SEVERAL[kind]
    path = written(tmp_path, content)
    said = rf'holds weights for this net in 2 parts; "{taken}" was taken, and not "{other}"; take another with w\.pt#{other} in'
    with pytest.warns(Remark, match=said):
        assert same(read_weights(path, STATE))
    assert same(read_weights(tmp_path / f"w.pt#{other}", STATE), OTHER)
    assert same(read_weights(tmp_path / f"w.pt#{taken}", STATE))


def test_parts_of_a_safetensors_file_are_named_by_the_first_word(tmp_path: Path) -> None:
    written(tmp_path, {**before("teacher.", OTHER), **before("student.")}, ".safetensors")
    assert same(read_weights(tmp_path / "w.safetensors#teacher", STATE), OTHER)
    with pytest.raises(
        NetError,
        match=r'w\.safetensors": part "teachr" is unknown \(did you mean "teacher"\?\); accepted are student, te',
    ):
        read_weights(tmp_path / "w.safetensors#teachr", STATE)


def test_a_file_whose_name_has_the_mark_is_found_first(tmp_path: Path) -> None:
    torch.save(STATE, tmp_path / "a#b.pt")
    assert same(read_weights(tmp_path / "a#b.pt", STATE))


def test_where_nothing_fits_all_is_handed_on_for_the_error_that_lists_it(tmp_path: Path) -> None:
    found = read_weights(written(tmp_path, {"a": {"x.y": torch.ones(2)}, "b": {"z.y": torch.ones(2)}}), STATE)
    assert found.keys() == {"y"}


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
def test_a_pipe_a_folder_and_a_device_are_no_weights(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(NetError, match=rf'{name}" is a pipe, and must be a file of weights \(\.safetensors, \.pt'):
        read_weights(tmp_path / name)
    (tmp_path / "folder.pt").mkdir()
    with pytest.raises(NetError, match=r'folder\.pt" is a folder, and must be a file of weights'):
        read_weights(tmp_path / "folder.pt")
    with pytest.raises(NetError, match=r'null" is a device'):
        read_weights(Path(os.devnull))
    with pytest.raises(NetError, match=r'there is no weights file ".*a{300}'):
        read_weights(tmp_path / ("a" * 300 + ".pt"))


def test_it_can_fail_to_be_the_same() -> None:
    assert not same(OTHER)
    assert not same(before("x."))
