"""NET on the command line: a run, a name with weights, a net of one's own; and what each refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import striate as st
from striate.app.inputs.opened_net import open_subject
from striate.base.errors import NetError, ProbeError
from striate.data import load
from striate.nets import build

SMALL = {"widths": [[4], [4]], "hidden": [8]}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save_file(build("convnet", SMALL, (8, 8, 1), 10).state_dict(), tmp_path / "w.safetensors")
    return tmp_path / "w.safetensors"


@pytest.mark.parametrize("changes", [{}, {"standardize": "image"}, {"permute_pixels": True}])
def test_a_run_is_fed_as_it_was_trained(changes: dict[str, object], tmp_path: Path) -> None:
    recipe = st.Recipe(data="digits", net="convnet", net_options=SMALL, epochs=1).change(**changes)
    run = st.train(recipe, tmp_path / "run")
    subject = open_subject(str(tmp_path / "run"))
    assert subject.inputs.image_shape == (8, 8, 1)
    assert subject.inputs.classes == tuple("0123456789")
    assert not subject.net.training
    data = load("digits")
    assert data.test is not None
    x = subject.tensor(subject.arranged(data.test.images))
    with torch.no_grad():
        right = (subject.net(x).argmax(1).numpy() == data.test.labels).mean()
    assert right == pytest.approx(st.test(run.folder).accuracy)


def test_a_name_with_weights_takes_the_data_it_was_trained_on(weights: Path) -> None:
    subject = open_subject("convnet", weights, trained_on="digits", options=SMALL)
    data = load("digits")
    x = subject.tensor(data.train.images)
    assert x.mean() == pytest.approx(0, abs=1e-4)
    assert x.std() == pytest.approx(1, abs=1e-3)
    assert subject.name == "convnet"


def test_published_weights_are_known_by_name(tmp_path: Path) -> None:
    save_file(build("resnet20", {}, (32, 32, 3), 10).state_dict(), tmp_path / "r.safetensors")
    subject = open_subject("resnet20", tmp_path / "r.safetensors")
    assert subject.inputs.classes[3] == "cat"
    white = np.full((1, 32, 32, 3), 255, np.uint8)
    np.testing.assert_allclose(subject.tensor(white)[0, 0], (1 - 0.485) / 0.229, rtol=1e-5)


def test_a_net_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "from torch import nn\ndef make(classes):\n    return nn.Sequential(nn.Flatten(), nn.Linear(64, classes))\n"
    )
    (tmp_path / "own_for_subject.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    subject = open_subject("own_for_subject:make", trained_on="digits")
    assert subject.net(subject.tensor(load("digits").train.images[:2])).shape == (2, 10)
    with pytest.raises(
        NetError, match=r'nothing says on what images the net "own_for_subject:make" was trained; name the'
    ):
        open_subject("own_for_subject:make")


def test_imagenet_stands_for_photographs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = "nn.AvgPool2d(224), nn.Flatten(), nn.Linear(3, classes)"
    source = f"from torch import nn\ndef make(classes):\n    return nn.Sequential({layers})\n"
    (tmp_path / "own_of_photographs.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    subject = open_subject("own_of_photographs:make", trained_on="imagenet")
    assert (subject.inputs.image_shape, len(subject.inputs.classes)) == ((224, 224, 3), 1000)
    assert "tabby" in subject.inputs.classes[281]


def test_what_is_refused(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(NetError, match='"convnet" alone is an untrained net; give its weights with `weights=FILE`'):
        open_subject("convnet")
    with pytest.raises(
        NetError, match='on what images a net "convnet" with these weights was trained; name the data set'
    ):
        open_subject("convnet", weights)
    with pytest.raises(NetError, match=r'net "convet" is unknown \(did you mean "convnet"\?\)'):
        open_subject("convet", weights)
    with pytest.raises(NetError, match=r"is a folder without recipe\.json, so it is not a run"):
        open_subject(str(tmp_path))
    with pytest.raises(NetError, match="do not fit the net"):
        open_subject("convnet", weights, trained_on="digits")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.json").write_text("{}")
    with pytest.raises(
        NetError, match="is a run, which has weights, data and options of its own; leave `weights` and `tr"
    ):
        open_subject(str(tmp_path / "run"), weights, trained_on="digits")


@pytest.mark.parametrize(
    ("name", "untrained"), [("timm:resnet18", True), ("striate_ready:net", False), ("striate_ready:raw", True)]
)
def test_a_net_without_weights_is_the_same_each_time_and_said_to_be_untrained(
    name: str, untrained: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(tmp_path, "striate_ready.py").write_text(
        "import torch\nfrom torch import nn\n"
        "def raw(classes):\n    return nn.Sequential(nn.Flatten(), nn.Linear(64, classes))\n"
        "def net(classes):\n    made = raw(classes)\n    nn.init.ones_(made[1].weight), nn.init.zeros_(made[1].bias)\n"
        "    return made\n"
    )
    monkeypatch.chdir(tmp_path)
    options = {"pretrained": False} if name.startswith("timm") else {}
    first, again = (open_subject(name, trained_on="digits", options=options) for _ in range(2))
    assert first.untrained is untrained
    assert all(torch.equal(a, b) for a, b in zip(first.net.parameters(), again.net.parameters(), strict=True))


def test_the_classes_of_imagenet_have_names_and_each_of_their_words_is_one(tmp_path: Path) -> None:
    save_file(build("mobilenet-v1", {}, (224, 224, 3), 1000).state_dict(), tmp_path / "m.safetensors")
    subject = open_subject("mobilenet-v1", tmp_path / "m.safetensors")
    assert "tabby cat" in subject.inputs.classes[281]
    assert subject.class_number("tabby cat") == subject.class_number("281") == 281
    assert subject.class_number("tiger cat") == 282
    with pytest.raises(ProbeError, match='class of this net "crane" is unknown'):
        subject.class_number("crane")  # two are called so
    assert subject.class_number("crane (517)") == 517
