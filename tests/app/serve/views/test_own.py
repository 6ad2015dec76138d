"""Nets of someone's own on the page: run where the person named them, and nothing of them otherwise."""

from __future__ import annotations

import shlex
import shutil
import threading
from pathlib import Path

import pytest

from striate.app.serve.place import Place
from striate.app.serve.views.inside import Inside
from striate.app.serve.views.mistakes import mistakes_shown
from striate.app.serve.views.own import named
from striate.app.serve.views.runs import confused, run_shown
from striate.base.errors import NetError, RunError
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

NET = """
from torch import nn


class Net(nn.Module):
    def __init__(self, image_shape, classes):
        super().__init__()
        self.add_module("<b>conv", nn.Conv2d(image_shape[2], 2, 3, padding=1))
        self.head = nn.Linear(2, classes)

    def forward(self, pixel_values, mask=None, **more):
        return self.head(self._modules["<b>conv"](pixel_values).mean((2, 3)))
"""
NAME = "own_of_page:Net"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    top = tmp_path_factory.mktemp("own")
    (top / "own_of_page.py").write_text(NET)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(top)
        patched.syspath_prepend(str(top))
        train(
            Recipe(net=NAME, data="digits", epochs=1, batch_size=256, train_images=200),
            top / "runs" / "mine",
            warn=lambda text: None,
        )
    return Place(top / "runs")


@pytest.fixture(autouse=True)
def here(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.top.parent)
    monkeypatch.syspath_prepend(str(place.top.parent))
    monkeypatch.setattr("striate.nets.custom.trust._named", {})  # as another process, in which nobody named it


def test_what_nobody_named_is_not_run_and_the_way_is_told(place: Place) -> None:
    way = f"start the page with: striate serve {place.top} --net {NAME}"
    with pytest.raises(RunError, match=way):
        Inside(place).net({"net": "mine"})
    with pytest.raises(RunError, match=way):
        mistakes_shown(place, threading.Lock(), {"name": "mine"})
    assert way in confused(place, {"name": "mine"})["why"]
    assert run_shown(place, {"name": "mine"})["anatomy"]["layers"][0]["name"] == "<b>conv"  # as it was written down


def test_what_was_named_is_looked_inside_and_its_command_names_it_too(place: Place) -> None:
    named([NAME])
    inside = Inside(place)
    assert inside.net({"net": "mine"})["taps"][0] == {"name": "<b>conv", "kind": "convolution", "shape": (2, 8, 8)}
    told = inside.look({"net": "mine", "probe": "saliency", "image": "digits:1"})
    words = ["striate", "probe", "saliency", str(place.top / "mine"), "digits:1", "--net", NAME]
    assert told["command"] == shlex.join(words)
    assert confused(place, {"name": "mine"})["confusion"]["images"] == 145
    assert f"--net {NAME}" in mistakes_shown(place, threading.Lock(), {"name": "mine"})["command"]


def test_that_its_source_is_another_one_now_is_said(place: Place, tmp_path: Path) -> None:
    shutil.copytree(place.top, tmp_path / "runs")
    other = Place(tmp_path / "runs")
    named([NAME])
    source = place.top.parent / "own_of_page.py"
    source.write_text(NET + "\n")
    try:
        assert "changed since the run in" in Inside(other).net({"net": "mine"})["remarks"][0]
    finally:
        source.write_text(NET)


@pytest.mark.parametrize("name", ["resnet20", "timm:resnet18", "nowhere_at_all:net", "own_of_page:missing", ""])
def test_what_is_no_net_of_one_s_own_is_refused_before_the_page_starts(name: str) -> None:
    with pytest.raises(NetError):
        named([name])
