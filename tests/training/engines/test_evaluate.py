"""Evaluation by hand: a net that always says class 0, and a mode that is put back."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from striate.training.engines.evaluate import evaluate


class Constant(nn.Module):
    """Gives logits (log 3, 0): probability 3/4 for class 0."""

    def forward(self, images: Tensor) -> Tensor:
        assert not self.training
        return torch.tensor([[math.log(3), 0.0]]).repeat(len(images), 1)


def test_loss_and_accuracy_worked_out_by_hand() -> None:
    net = Constant().train()
    batches = [(torch.zeros(2, 1, 1, 1), torch.tensor([0, 0])), (torch.zeros(1, 1, 1, 1), torch.tensor([1]))]
    score = evaluate(net, batches)
    assert score.accuracy == 2 / 3
    assert score.loss == pytest.approx((2 * math.log(4 / 3) + math.log(4)) / 3)
    assert score.images == 3
    assert net.training


def test_the_mode_is_put_back_also_when_it_raises() -> None:
    net = Constant().train()
    with pytest.raises(TypeError):
        evaluate(net, [(torch.zeros(1, 1, 1, 1), "x")])
    assert net.training


class LeftMinusRight(nn.Module):
    """Gives logits (left pixel, right pixel) of images of 1 x 2."""

    def forward(self, images: Tensor) -> Tensor:
        return images[:, 0, 0]


def test_flips_score_the_mean_of_the_logits_of_image_and_mirror_image() -> None:
    net, batches = LeftMinusRight(), [(torch.tensor([[[[3.0, 1.0]]], [[[0.0, 4.0]]]]), torch.tensor([0, 0]))]
    assert evaluate(net, batches).accuracy == 0.5
    score = evaluate(net, batches, flips=True)  # both logits are then the same, (2, 2): ties go to the first class
    assert score.accuracy == 1.0
    assert score.loss == pytest.approx(math.log(2))
