"""The score of a net on a data set: the same figure as a slow pass by hand, and a clear no where things do not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from striate.app.inputs.opened_net import Subject
from striate.app.scoring.score import score
from striate.base.errors import DataError, NetError
from striate.data import load
from striate.data.statistics import statistics
from striate.nets import build
from striate.nets.inputs import Inputs

OPTIONS = {"widths": [[4]], "hidden": []}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save_file(build("convnet", OPTIONS, (8, 8, 1), 10).state_dict(), tmp_path / "w.safetensors")
    return tmp_path / "w.safetensors"


def test_it_is_accuracy_and_loss_over_the_whole_test_split(weights: Path) -> None:
    found = score("convnet", "digits", weights, options=OPTIONS)
    digits = load("digits")
    mean, std = statistics(digits.train.images)
    torch.manual_seed(0)
    net = build("convnet", OPTIONS, (8, 8, 1), 10)
    images = (torch.tensor(digits.test.images) / 255 - mean.item()) / std.item()
    labels = torch.tensor(digits.test.labels)
    logits = net(images.permute(0, 3, 1, 2))
    assert found.images == len(labels)
    assert found.accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item(), abs=1e-6)
    assert found.loss == pytest.approx(torch.nn.functional.cross_entropy(logits, labels).item(), rel=1e-4)
    both = score("convnet", "digits", weights, options=OPTIONS, flips=True)
    logits = (logits + net(images.flip(2).permute(0, 3, 1, 2))) / 2
    assert replace(both, accuracy_flips=None, loss_flips=None) == found
    assert both.accuracy_flips == pytest.approx((logits.argmax(1) == labels).float().mean().item(), abs=1e-6)
    assert both.loss_flips == pytest.approx(torch.nn.functional.cross_entropy(logits, labels).item(), rel=1e-5)
    assert abs(both.loss_flips - both.loss) > 1e-4


def test_a_net_of_ones_own_is_scored_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "striate_scored.py").write_text(
        "from torch import nn\n"
        "def net(image_shape, classes):\n"
        "    return nn.Sequential(nn.Flatten(), nn.Linear(image_shape[0] * image_shape[1], classes))\n"
    )
    monkeypatch.chdir(tmp_path)
    net = build("striate_scored:net", {}, (8, 8, 1), 10)
    save_file(net.state_dict(), tmp_path / "own.safetensors")
    found = score("striate_scored:net", "digits", tmp_path / "own.safetensors")
    assert (found.net, found.images) == ("striate_scored:net", 359)


def test_what_does_not_fit_is_one_sentence(weights: Path) -> None:
    with pytest.raises(DataError, match='the net "convnet" has no data of its own here; name them with `data`'):
        score("convnet", None, weights)
    with pytest.raises(NetError, match=r"do not fit the net: missing conv2"):
        score("convnet", "digits", weights)


def test_images_of_another_kind_are_refused(tmp_path: Path) -> None:
    save_file(build("resnet20", {}, (32, 32, 3), 10).state_dict(), tmp_path / "r.safetensors")
    with pytest.raises(DataError, match="digits has images 32x32x1, and resnet20 takes 32x32x3"):
        score("resnet20", "digits", tmp_path / "r.safetensors")


def test_other_classes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Inputs((8, 8, 1), (0.5,), (0.5,), ("cat", "dog"))
    subject = Subject(build("convnet", OPTIONS, (8, 8, 1), 2), other, "mine")
    monkeypatch.setattr("striate.app.scoring.score.open_subject", lambda *a, **k: subject)
    with pytest.raises(NetError, match=r"mine knows 2 classes \(cat, dog ...\), and digits has 10 \(0, 1 ...\)"):
        score("convnet", "digits")
