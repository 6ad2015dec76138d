"""Weights go in whole or not at all, and what does not fit is listed together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from striate.base.errors import NetError, Remark
from striate.nets import build
from striate.nets.weights.load import load_weights


def net() -> nn.Module:
    return build("resnet", {"n": 1, "width": 2}, (8, 8, 1), 3)


def state(seed: int = 0) -> dict[str, Tensor]:
    torch.manual_seed(seed)
    drawn = {name: torch.randn_like(v) if v.is_floating_point() else v for name, v in net().state_dict().items()}
    return {name: v.abs() if name.endswith("running_var") else v for name, v in drawn.items()}


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
        ("w.safetensors", b"not one", "is not a whole safetensors file"),
        ("w.pt", b"not one", "is damaged or holds more than weights"),
        ("w.pt", {"net": Foreign()}, "is damaged or holds more than weights"),
        ("w.pt", [1, 2], "holds no dictionary of named tensors but a list; save net.state_dict()"),
        (
            "w.pt",
            {"epoch": 3, "w": {"a": 1}},
            "no dictionary of tensors alone; it has epoch (int), w (dict); save net.state",
        ),
        ("w.pt", {}, "it has nothing; save net.state_dict() alone"),
        ("w.npz", b"", "is not a weights file by its name; accepted are .safetensors, .pt"),
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
    with pytest.raises(NetError, match="not a whole safetensors file"):
        load_weights(net(), path)
    with pytest.raises(NetError, match=r'there is no weights file ".*absent\.pt"'):
        load_weights(net(), tmp_path / "absent.pt")


VALUES = {
    "integers": (lambda v: v.to(torch.int8), "of another type", "conv1.weight is int8 and the net's is float32"),
    "booleans": (lambda v: v > 0, "of another type", "conv1.weight is bool and the net's is float32"),
    "complex": (lambda v: v + 1j, "of another type", "conv1.weight is complex64 and the net's is float32"),
    "sparse": (lambda v: v.to_sparse(), "of another type", "conv1.weight is sparse, quantized or without values"),
    "NaN": (lambda v: v * float("nan"), "NaN or infinity in 1 of 47 tensors:", "conv1.weight (18 of 18)"),
    "infinity": (lambda v: v / 0, "NaN or infinity in 1 of 47 tensors:", "conv1.weight (18 of 18, infinite)"),
    "too large for float32": (
        lambda v: v.double() * 1e300,
        "NaN or infinity in 1 of 47 tensors:",
        "conv1.weight (18 of 18, infinite)",
    ),
}


@pytest.mark.parametrize("kind", VALUES)
def test_what_a_net_cannot_compute_with_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    change, word, said = VALUES[kind]
    given, made = state(), net()
    given["conv1.weight"] = change(given["conv1.weight"])
    before = made.get_parameter("conv1.weight").clone()
    with pytest.raises(NetError) as caught:
        load_weights(made, written(tmp_path, "w.pt", given))
    assert f"{word} {said}" in str(caught.value)
    assert torch.equal(made.get_parameter("conv1.weight"), before)


def test_a_negative_variance_is_refused_and_several_kinds_are_told_together(tmp_path: Path) -> None:
    given = state()
    given["bn1.running_var"] = torch.tensor([1.0, -0.5])
    given["linear.weight"] = given["linear.weight"].to(torch.int64)
    del given["linear.bias"]
    with pytest.raises(NetError) as caught:
        load_weights(net(), written(tmp_path, "w.safetensors", given))
    said = "missing linear.bias; of another type linear.weight is int64 and the net's is float32; "
    assert said + "negative variances in bn1.running_var (down to -0.5)" in str(caught.value)


def test_a_mask_that_holds_infinity_in_the_net_itself_may(tmp_path: Path) -> None:
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mask", torch.tensor([0.0, -torch.inf]))

    load_weights(Masked(), written(tmp_path, "w.pt", Masked().state_dict()))
    with pytest.raises(NetError, match=r"NaN or infinity in 1 of 1 tensors: mask \(1 of 2, infinite\)"):
        load_weights(Masked(), written(tmp_path, "w.pt", {"mask": torch.tensor([torch.inf, -torch.inf])}))


@pytest.mark.parametrize(
    ("kind", "word"), [(torch.float16, "float16"), (torch.bfloat16, "bfloat16"), (torch.float64, "float64")]
)
def test_floats_of_another_width_are_cast_and_that_is_said(tmp_path: Path, kind: torch.dtype, word: str) -> None:
    given = {name: value.to(kind) if value.is_floating_point() else value for name, value in state().items()}
    made = net()
    with pytest.warns(
        Remark, match=rf'^the weights of ".*w\.safetensors" are {word}, and were cast to float32, the type of'
    ):
        load_weights(made, written(tmp_path, "w.safetensors", given))
    assert torch.equal(made.get_parameter("conv1.weight"), given["conv1.weight"].float())
