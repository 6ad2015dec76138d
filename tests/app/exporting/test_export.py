"""A net leaves as a file, and what comes back from the file is the net, its classes and its normalization."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from striate.app.exporting.export import Format, _difference, write
from striate.app.inputs.opened_net import Subject
from striate.base.catalog import Catalog
from striate.base.errors import NetError
from striate.nets import build
from striate.nets.inputs import Inputs

INPUTS = Inputs((8, 8, 3), (0.5, 0.4, 0.3), (0.2, 0.2, 0.3), ("cat", "dög"))

OPTIONS = {"widths": [[2, 3]], "norm": "batch", "residual": True, "hidden": []}


@pytest.fixture
def subject() -> Subject:
    torch.manual_seed(0)
    net = build("convnet", OPTIONS, (8, 8, 3), 2)
    return Subject(net.eval(), INPUTS, "runs/first")


def images(count: int) -> torch.Tensor:
    return torch.randn(count, 3, 8, 8, generator=torch.Generator().manual_seed(3))


def said(text: str) -> dict[str, Any]:
    """Return the metadata, having checked what every format must say."""
    found = json.loads(text)
    assert found["classes"] == ["cat", "dög"]
    assert found["normalization"]["mean"] == [0.5, 0.4, 0.3]
    assert found["normalization"]["std"] == [0.2, 0.2, 0.3]
    assert (found["input"]["channels"], found["input"]["height"], found["input"]["width"]) == (3, 8, 8)
    return found


def test_safetensors_hold_the_weights_by_name(subject: Subject, tmp_path: Path) -> None:
    from safetensors import safe_open

    from striate.nets.weights.load import load_weights

    result = write(subject, "safetensors", tmp_path / "net.safetensors")
    assert result.bytes == (tmp_path / "net.safetensors").stat().st_size
    with safe_open(tmp_path / "net.safetensors", "pt") as file:
        assert said(file.metadata()["striate"])["net"] == "first"
    again = build("convnet", OPTIONS, (8, 8, 3), 2).eval()
    load_weights(again, tmp_path / "net.safetensors")
    assert torch.equal(again(images(2)), subject.net(images(2)))


@pytest.mark.slow
def test_a_program_answers_as_the_net_does_for_any_number_of_images(subject: Subject, tmp_path: Path) -> None:
    result = write(subject, "program", tmp_path / "net.pt2")
    assert result.difference == 0
    more = {"striate": ""}
    module = torch.export.load(tmp_path / "net.pt2", extra_files=more).module()
    said(more["striate"])
    for count in (1, 3):
        torch.testing.assert_close(module(images(count)), subject.net(images(count)))


@pytest.mark.slow
def test_onnx_answers_as_the_net_does_for_any_number_of_images(subject: Subject, tmp_path: Path) -> None:
    import onnx
    import onnxruntime

    assert write(subject, "onnx", tmp_path / "net.onnx").difference < 1e-5
    model = onnx.load(tmp_path / "net.onnx")
    onnx.checker.check_model(model, full_check=True)
    said({entry.key: entry.value for entry in model.metadata_props}["striate"])
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    for count in (1, 3):
        (logits,) = session.run(["logits"], {"images": images(count).numpy()})
        np.testing.assert_allclose(logits, subject.net(images(count)).detach().numpy(), atol=1e-5)


def test_a_net_normalized_by_each_image_says_so(tmp_path: Path, subject: Subject) -> None:
    from safetensors import safe_open

    own = Subject(subject.net, replace(INPUTS, per_image=True, permuted=True), "x")
    write(own, "safetensors", tmp_path / "x.safetensors")
    with safe_open(tmp_path / "x.safetensors", "pt") as file:
        found = json.loads(file.metadata()["striate"])["normalization"]
    assert "mean(x)" in found["formula"]
    assert "mean" not in found
    assert found["permuted_pixels"] is True


def test_the_mode_is_put_back_and_the_file_is_named_after_the_net(
    subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    subject.net.train()
    assert write(subject, "safetensors").file == "first.safetensors"
    assert subject.net.training
    odd = Subject(subject.net, INPUTS, "resnet20 (a b.safetensors)")
    assert str(write(odd, "safetensors").file) == "resnet20--a-b.safetensors.safetensors"


class Forgetful(nn.Module):
    """Another net each time it is called."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.randn(x.shape[0], 2)


@pytest.mark.slow
def test_a_file_that_would_answer_otherwise_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(NetError, match="the program file would not give the answers of odd: the logits differ by"):
        write(Subject(Forgetful(), INPUTS, "odd"), "program", tmp_path / "odd.pt2")
    assert list(tmp_path.iterdir()) == []


class Broken(nn.Module):
    """A net whose logits are not numbers, as after a run that diverged."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1)[:, :2] * float("nan")


@pytest.mark.slow
@pytest.mark.parametrize("to", ["program", "onnx"])
def test_a_net_without_finite_logits_is_not_written(to: str, tmp_path: Path) -> None:
    with pytest.raises(NetError, match=f"the logits of broken are not finite, so that no {to} file can be checked"):
        write(Subject(Broken(), INPUTS, "broken"), to, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_answers_no_numbers_is_not_written(
    subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(subject: Subject, text: str) -> tuple[bytes, float]:
        return b"", _difference(subject, "program", Broken())

    formats = Catalog("format", NetError, (Format("program", ".pt2", broken),))
    monkeypatch.setattr("striate.app.exporting.export.FORMATS", formats)
    with pytest.raises(NetError, match=r"the program file would not give the answers of runs/first: .* differ by nan"):
        write(subject, "program", tmp_path / "x.pt2")
    assert list(tmp_path.iterdir()) == []


class Deciding(nn.Module):
    """A net whose path depends on the numbers that it is given."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = x.flatten(1)[:, :2]
        return logits * 2 if x.mean() > 0 else logits


class OfTwo(nn.Module):
    """A net for two images and no other number of them, as the exporter's example is."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(2, -1)[:, :2]


@pytest.mark.slow
@pytest.mark.parametrize("to", ["program", "onnx"])
def test_a_net_that_cannot_be_followed_is_one_sentence(
    to: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NetError) as caught:
        write(Subject(Deciding(), INPUTS, "own:Net"), to, tmp_path / "x")
    text = str(caught.value)
    assert text.startswith(f"own:Net cannot be written as {to} (GuardOnDataDependentSymNode: Could not guard on data-")
    assert text.endswith("on how many images there are, or export it with `to=safetensors`")
    assert "\n" not in text
    assert capsys.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_net_of_one_batch_size_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NetError, match=r"own:Net cannot be written as program \(\w+: Constraints violated \(batch\)!"):
        write(Subject(OfTwo(), INPUTS, "own:Net"), "program", tmp_path / "x")


def test_an_unknown_format_and_a_missing_extra_are_one_sentence(
    subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        NetError, match=r'format "onx" is unknown \(did you mean "onnx"\?\); accepted are onnx, safetensors'
    ):
        write(subject, "onx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NetError, match=r'format onnx needs onnxruntime; install .* pip install "\.\[export\]"'):
        write(subject, "onnx", tmp_path / "x.onnx")
    assert list(tmp_path.iterdir()) == []
