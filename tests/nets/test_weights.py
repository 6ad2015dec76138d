"""Weights go in whole or not at all, and what does not fit is listed together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from striate.base.errors import NetError
from striate.nets import build
from striate.nets.weights import load_weights


def net() -> nn.Module:
    return build("resnet", {"n": 1, "width": 2}, (8, 8, 1), 3)


def state(seed: int = 0) -> dict[str, Tensor]:
    torch.manual_seed(seed)
    return {name: torch.randn_like(v) if v.is_floating_point() else v for name, v in net().state_dict().items()}


def written(folder: Path, name: str, value: Any) -> Path:
    path = folder / name
    save_file(value, path) if name.endswith(".safetensors") else torch.save(value, path)
    return path


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt", "w.pth"])
def test_every_weight_arrives(tmp_path: Path, name: str) -> None:
    made, expected = net(), state()
    load_weights(made, written(tmp_path, name, expected))
    assert all(torch.equal(value, expected[key]) for key, value in made.state_dict().items())


@pytest.mark.parametrize("within", ["state_dict", "model"])
def test_what_wrappers_leave_around_the_names_is_taken_off(tmp_path: Path, within: str) -> None:
    made, expected = net(), state(1)
    wrapped = {"epoch": 3, within: {f"module.{name}": value for name, value in expected.items()}}
    load_weights(made, written(tmp_path, "w.pt", wrapped))
    assert torch.equal(made.get_parameter("conv1.weight"), expected["conv1.weight"])


class Inception(nn.Module):
    """A net that can have a side classifier, as torchvision's have."""

    def __init__(self, *, side: bool) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.AuxLogits = nn.Linear(3, 2) if side else None
        self.transform_input = side


def test_a_side_classifier_that_the_net_has_not_is_left_out(tmp_path: Path) -> None:
    given = Inception(side=True).state_dict()
    path = written(tmp_path, "w.pt", given)
    made = Inception(side=False)
    load_weights(made, path)
    assert torch.equal(made.fc.weight, given["fc.weight"])
    assert made.transform_input  # as torchvision published the weights
    with pytest.raises(NetError, match=r"do not fit the net: unexpected AuxLogits\.weight, AuxLogits\.bias"):
        load_weights(nn.ModuleDict({"fc": nn.Linear(3, 2)}), path)


def test_a_count_of_batches_may_be_absent(tmp_path: Path) -> None:
    given = {name: value for name, value in state().items() if not name.endswith("num_batches_tracked")}
    load_weights(net(), written(tmp_path, "w.safetensors", given))


def test_missing_unexpected_and_misshapen_are_listed_together_and_nothing_is_copied(tmp_path: Path) -> None:
    made, given = net(), state()
    before = {name: value.clone() for name, value in made.state_dict().items()}
    given |= {f"extra{i}": torch.zeros(1) for i in range(7)}
    given["linear.weight"] = torch.zeros(10, 8)
    del given["conv1.weight"]
    with pytest.raises(NetError) as caught:
        load_weights(made, written(tmp_path, "w.safetensors", given))
    text = str(caught.value)
    assert "missing conv1.weight; unexpected extra0, extra1, extra2, extra3, extra4 and 2 more; " in text
    assert text.endswith("misshapen linear.weight is 10x8 and the net's is 3x8")
    (note,) = caught.value.__notes__
    assert "unexpected, 7 in all: extra0, extra1, extra2, extra3, extra4, extra5, extra6" in note
    assert all(torch.equal(value, before[name]) for name, value in made.state_dict().items())


class Foreign:
    """Something that only unpickling could bring back."""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("w.safetensors", b"not one", "is no whole safetensors file"),
        ("w.pt", b"not one", "is damaged or holds more than weights"),
        ("w.pt", {"net": Foreign()}, "is damaged or holds more than weights"),
        ("w.pt", [1, 2], "holds no dictionary of named tensors"),
        ("w.npz", b"", "is no weights file by its name; accepted are .safetensors, .pt"),
    ],
)
def test_a_file_that_is_no_weights_is_one_sentence(tmp_path: Path, name: str, content: Any, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    with pytest.raises(NetError) as caught:
        load_weights(net(), path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_cut_short_is_damaged_and_an_absent_one_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "w.safetensors", state())
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(NetError, match="no whole safetensors file"):
        load_weights(net(), path)
    with pytest.raises(NetError, match=r'there is no weights file ".*absent\.pt"'):
        load_weights(net(), tmp_path / "absent.pt")
