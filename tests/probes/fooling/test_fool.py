"""Fooling by hand on a linear net, within its budget, and honest about what did not arrive."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.probes.fooling.facts import Medians
from striate.probes.fooling.fool import fool


class Two(nn.Module):
    """S_0 = 0 and S_1 = 3 p_1 + 4 p_2 - 3.5 for an image of two pixels: the gradient is (3, 4), of length 5."""

    def forward(self, x: Tensor) -> Tensor:
        score = 3 * x[:, 0, 0, 0] + 4 * x[:, 0, 0, 1] - 3.5
        return torch.stack((torch.zeros_like(score), score), 1)


def image(*pixels: float) -> Tensor:
    return torch.tensor(pixels).view(1, 1, 1, -1)


def test_by_hand() -> None:
    # Each step of 0.1 adds (0.06, 0.08) and 0.5 to the score, from -2.1: it is above 0 after 5 steps, at 0.4.
    made = fool(Two(), image(0.2, 0.2), target=1, step=0.1)
    assert made.arrays["iterations"].tolist() == [5]
    assert made.arrays["success"].tolist() == [True]
    torch.testing.assert_close(made.arrays["change"].flatten(), torch.tensor([0.3, 0.4]))
    assert float(made.arrays["l2"]) == pytest.approx(0.5)
    assert float(made.arrays["linf"]) == pytest.approx(0.4)
    assert float(made.arrays["probability"]) == pytest.approx(1 / (1 + math.exp(-0.4)), rel=1e-5)
    assert (made.scores[0].target, made.scores[0].predicted) == (1, 1)


def test_a_confidence_takes_more_steps() -> None:
    # Probability 0.7 needs a score of log(0.7 / 0.3) = 0.847: one step more.
    made = fool(Two(), image(0.2, 0.2), target=1, step=0.1, confidence=0.7)
    assert made.arrays["iterations"].tolist() == [6]
    assert float(made.arrays["probability"]) >= 0.7


def test_the_size_is_in_pixels_whatever_the_normalization() -> None:
    class Normalized(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return Two()(x * 0.25 + 0.5)

    x = (image(0.2, 0.2) - 0.5) / 0.25
    made = fool(Normalized(), x, target=1, step=0.1, mean=0.5, std=0.25)
    torch.testing.assert_close(made.arrays["change"].flatten(), torch.tensor([0.3, 0.4]))
    torch.testing.assert_close(made.arrays["fooled"].flatten() * 0.25 + 0.5, torch.tensor([0.5, 0.6]))


@pytest.mark.parametrize(
    ("budget", "norm", "expected"), [(0.25, "l2", (0.15, 0.2)), (0.1, "linf", (0.1, 0.1)), (10, "l2", (0.3, 0.4))]
)
def test_a_budget_is_kept(budget: float, norm: str, expected: tuple[float, float]) -> None:
    made = fool(Two(), image(0.2, 0.2), target=1, step=0.1, steps=30, budget=budget, norm=norm)  # pyright: ignore[reportArgumentType]
    torch.testing.assert_close(made.arrays["change"].flatten(), torch.tensor(expected))
    assert made.arrays["success"].tolist() == [budget == 10]
    assert made.arrays["iterations"].tolist() == [5 if budget == 10 else 30]
    assert made.facts.fooled == int(budget == 10)


@pytest.mark.parametrize("objective", ["score", "probability"])
def test_many_targets_at_once_are_as_each_alone(objective: str) -> None:
    torch.manual_seed(0)
    net = build("resnet", {"n": 1, "width": 4}, (8, 8, 3), 4)
    x = torch.rand(3, 3, 8, 8)
    every = fool(net, x, objective=objective, batch=4, step=0.3)  # pyright: ignore[reportArgumentType]
    seen = net.eval()(x).argmax(1)
    pairs = [(i, k) for i in range(3) for k in range(4) if k != seen[i]]
    assert list(zip(every.arrays["image"].tolist(), every.arrays["target"].tolist(), strict=True)) == pairs
    i, k = pairs[5]
    alone = fool(net, x[i : i + 1], target=k, objective=objective, step=0.3)  # pyright: ignore[reportArgumentType]
    torch.testing.assert_close(every.arrays["change"][5], alone.arrays["change"][0], rtol=1e-4, atol=1e-5)
    fooled = every.arrays["fooled"]
    assert fooled.min() >= 0
    assert fooled.max() <= 1
    arrived = every.arrays["success"]
    assert (net(fooled).argmax(1) == every.arrays["target"])[arrived].all()


def test_a_net_without_a_gradient_does_not_arrive() -> None:
    class Stubborn(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.tensor([[1.0, 0.0]]).repeat(len(x), 1) + 0 * x.mean((1, 2, 3))[:, None]

    made = fool(Stubborn(), torch.rand(2, 3, 4, 4), steps=3)
    assert made.facts.fooled == 0
    assert made.arrays["l2"].tolist() == [0, 0]
    assert made.facts.medians == Medians(None, None, None)


def test_without_steps_a_pair_climbs_as_long_as_it_comes_nearer() -> None:
    # A step of 0.001 adds 0.005 to the score, from -2.1: above 0 after 421 steps.
    made = fool(Two(), image(0.2, 0.2), target=1, step=0.001)
    assert made.facts.adaptive is True
    assert made.arrays["iterations"].item() == pytest.approx(421, abs=2)
    assert made.facts.fooled == 1
    short = fool(Two(), image(0.2, 0.2), target=1, step=0.001, steps=100)
    assert (short.facts.fooled, short.facts.adaptive, short.facts.steps) == (0, False, 100)
    # With a step of 0.00001 it would take 42,000: given up after the first hundred.
    far = fool(Two(), image(0.2, 0.2), target=1, step=0.00001)
    assert (far.facts.fooled, far.facts.gave_up) == (0, 1)
    assert far.arrays["iterations"].tolist() == [100]


def test_a_shared_largest_score_is_no_answer() -> None:
    class Even(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.stack((1 - x.mean((1, 2, 3)), x.mean((1, 2, 3)), x.mean((1, 2, 3))), 1)

    made = fool(Even(), torch.full((1, 1, 2, 2), 0.2), target=2, step=0.1, steps=20)
    assert made.facts.fooled == 0


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"target": 7}, "class 7 is out of range; the net has classes 0 to 1"),
        ({"target": 0}, "every image is already taken for class 0; choose another target"),
        ({"target": []}, 'no target is given; give classes from 0 to 1, or "all"'),
        ({"target": "cat"}, 'the target "cat" is unknown; give classes from 0 to 1, or "all"'),
        ({"confidence": 1.0}, "confidence is 1, steps 100 and step .*; a confidence is at least 0 and below 1"),
        ({"steps": 0}, "steps 0 and step"),
        ({"step": -1.0}, "step -1; "),
        ({"step": 0.0}, "step 0; "),
        ({"budget": 0.0}, "the budget is 0, and must be above 0"),
        ({"norm": "l1"}, 'norm "l1" is unknown; accepted are l2, linf'),
        ({"mean": 0.9}, "the images have pixels from 1.1 to 1.1, and must have 0 to 1 once the normalization"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: dict[str, object], text: str) -> None:
    with pytest.raises(ProbeError, match=text):
        fool(Two(), image(0.2, 0.2), **asked)  # pyright: ignore[reportArgumentType]
