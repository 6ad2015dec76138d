"""What is said of a net that trains though few want it so; nothing is said of one that is as it should be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.nets import build
from striate.nets.custom.remarks import remarks

BESIDE = "answers otherwise for an image when other images are beside it"
NORMS: dict[str, Callable[[], nn.Module]] = {
    "batch statistics": lambda: nn.BatchNorm2d(4, track_running_stats=False),
    "running statistics": lambda: nn.BatchNorm2d(4),
    "layer": lambda: nn.GroupNorm(1, 4),
    "instance": lambda: nn.InstanceNorm2d(4),
    "dropout": lambda: nn.Dropout(0.5),
}


class Small(nn.Module):
    def __init__(self, last: Callable[[Tensor], Tensor] = lambda x: x, norm: nn.Module | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm, self.fc, self.last = nn.Conv2d(2, 4, 3), norm or nn.Identity(), nn.Linear(4, 3), last

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.fc(F.relu(self.norm(self.conv(x))).mean((2, 3))))


@pytest.mark.parametrize("kind", NORMS)
def test_that_the_images_beside_one_count_is_said(kind: str) -> None:
    said = remarks(Small(norm=NORMS[kind]()), (6, 6, 2), "m:net")
    assert [BESIDE in text for text in said] == ([True] if kind == "batch statistics" else [])


def test_a_mean_or_a_softmax_over_the_batch_is_said() -> None:
    for last in (lambda x: x - x.mean(0), lambda x: F.softmax(x, 0)):
        assert BESIDE in remarks(Small(last), (6, 6, 2), "m:net")[0]


def test_what_is_drawn_in_evaluation_mode_is_no_matter_of_the_images_beside() -> None:
    assert remarks(Small(lambda x: F.dropout(x)), (6, 6, 2), "m:net") == ()


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (lambda x: F.softmax(x, 1), "gives probabilities, as after a softmax"),
        (torch.sigmoid, "gives numbers from 0 to 1, as after a sigmoid"),
        (torch.relu, "gives no number below 0, as after a ReLU"),
        (lambda x: F.log_softmax(x, 1), ""),
        (torch.tanh, ""),
        (lambda x: x, ""),
        (lambda x: x * 0, ""),
        (lambda x: x * float("nan"), ""),
    ],
    ids=["softmax", "sigmoid", "relu", "log softmax", "tanh", "logits", "zeros", "nan"],
)
def test_answers_that_are_no_logits_are_said(last: Callable[[Tensor], Tensor], words: str) -> None:
    said = remarks(Small(last), (6, 6, 2), "m:net")
    assert [words in text for text in said] == ([True] if words else [])


def test_of_a_net_that_takes_no_six_images_nothing_is_said() -> None:
    def refuse(x: Tensor) -> Tensor:
        raise ValueError("at most 4")

    assert remarks(Small(refuse), (6, 6, 2), "m:net") == ()


@pytest.mark.parametrize("name", ["convnet", "mlp", "resnet"])
def test_nothing_is_said_of_the_nets_of_the_catalogue(name: str) -> None:
    torch.manual_seed(0)
    assert remarks(build(name, {}, (8, 8, 1), 10), (8, 8, 1), name) == ()
