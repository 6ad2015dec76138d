"""A net of the user's own: called with what its signature asks for, and refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from striate.base.errors import NetError
from striate.nets import build
from striate.nets.catalog import complete, entry, option_fields

SOURCE = '''
from torch import nn

def net(image_shape, classes, hidden: int = 8, act: str = "relu"):
    """A toy of two layers."""
    height, width, channels = image_shape
    return nn.Sequential(nn.Flatten(), nn.Linear(height * width * channels, hidden), nn.ReLU(), nn.Linear(hidden, classes))

class Net(nn.Module):
    def __init__(self, filters: int, **more):
        super().__init__()
        self.more = more
        self.conv, self.output = nn.Conv2d(3, filters, 3), nn.Linear(filters, 2)

    def forward(self, images):
        return self.output(self.conv(images).mean((2, 3)))

def nothing():
    return 3

def raising(classes):
    raise KeyError(classes)

def maps():
    return nn.Conv2d(3, 1, 1)

def colour(classes):
    return nn.Conv2d(1, classes, 3)

def positional(a, /):
    return nn.Flatten()

built = nn.Linear(1, 1)
number = 3
'''


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(tmp_path, "striate_toy.py").write_text(SOURCE)
    Path(tmp_path, "striate_broken.py").write_text("1 / 0")
    Path(tmp_path, "striate_needy.py").write_text("import striate_absent")
    monkeypatch.chdir(tmp_path)


def test_it_gets_shape_classes_and_its_options() -> None:
    net = build("striate_toy:net", {"hidden": 5}, (4, 6, 1), 3)
    assert net(torch.zeros(2, 1, 4, 6)).shape == (2, 3)
    assert net[1].out_features == 5
    assert net.training
    assert option_fields("striate_toy:net") == ("hidden", "act")
    assert entry("striate_toy:net").summary == "A toy of two layers."
    assert complete("striate_toy:net", {}).hidden == 8


def test_a_class_is_called_too_and_free_keywords_reach_it() -> None:
    net = build("striate_toy:Net", {"filters": 4, "depth": [1, 2]}, (8, 8, 3), 2)
    assert net.conv.out_channels == 4
    assert net.more == {"depth": [1, 2]}


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("striate_toy:net", {"hiden": 3}, 'field "hiden" is unknown (did you mean "hidden"?)'),
        ("striate_toy:net", {"hidden": "3"}, "hidden is 3, and must be a valid integer"),
        ("striate_toy:Net", {}, "filters has no default and must be given, as net.filters"),
        ("striate_toy:nothing", {}, '"striate_toy:nothing" returned a value of type int'),
        ("striate_toy:raising", {}, "raised KeyError: 3; it was called as"),
        ("striate_toy:maps", {}, "gives shape (1, 1, 8, 8) for an image of 3x8x8"),
        (
            "striate_toy:maps",
            {},
            "logits of shape (1, 3); a parameter of it that is called classes would be given their number",
        ),
        (
            "striate_toy:colour",
            {},
            "a larger image_size; a parameter of it that is called image_shape would be given (height, width, channels)",
        ),
        ("striate_toy:positional", {}, "positional-only parameter a"),
        ("striate_toy:number", {}, "is of type int, and must be a function that returns a module, or a class"),
        ("striate_toy:built", {}, "is a module that is built already, and every run needs a new one; write a function"),
        ("striate_toy:nett", {}, 'striate_toy has no nett (did you mean "net"?)'),
        ("striate_toys:net", {}, "there is no module striate_toys; install it, or call from the folder where it lies"),
        ("striate_broken:net", {}, "could not be imported (ZeroDivisionError"),
        ("striate_needy:net", {}, "its module needs striate_absent, which is not installed"),
    ],
)
def test_what_is_wrong_is_one_sentence(name: str, options: dict[str, object], words: str) -> None:
    with pytest.raises(NetError) as caught:
        build(name, options, (8, 8, 3), 3)
    assert words in str(caught.value)


def test_a_net_for_other_images_says_what_was_sent() -> None:
    with pytest.raises(NetError, match=r"does not take an image of 1x8x8 .*RuntimeError"):
        build("striate_toy:Net", {"filters": 2}, (8, 8, 1), 2)
