"""Transfer counted by hand, and a control of the very size of what it controls."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.probes.fooling.fool import fool
from striate.probes.fooling.transfer import same_size


class Brightness(nn.Module):
    """Sees class 1 in an image brighter on average than ``at``, and class 2 above ``above``."""

    def __init__(self, at: float, above: float = 9.0) -> None:
        super().__init__()
        self.at, self.above = at, above

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean((1, 2, 3))
        return torch.stack((torch.zeros_like(mean), mean - self.at, 9 * (mean - self.above)), 1)


def test_by_hand() -> None:
    # Images of brightness 0.1, 0.3 and 0.6, the first two of class 0 for the net, pushed above 0.5 towards class 1.
    x = torch.tensor([0.1, 0.3, 0.6]).view(3, 1, 1, 1).expand(3, 1, 4, 4).clone()
    others = {
        "the same": Brightness(0.5),
        "harder": Brightness(0.9),
        "sees more already": Brightness(0.2),
        "a third class": Brightness(0.45, above=0.4),
    }
    made = fool(Brightness(0.5), x, target=1, also=others, step=0.1, steps=40)
    assert made.arrays["image"].tolist() == [0, 1]
    assert made.facts.transfer.sources == (0,)
    assert made.facts.transfer.targets == (1,)
    assert made.arrays["tries"].flatten().tolist() == [2, 2, 2, 1, 2]
    assert made.arrays["hits"].flatten().tolist() == [2, 2, 0, 1, 0]
    assert made.arrays["misled"].flatten().tolist() == [2, 2, 0, 1, 2]
    # Only what starts at 0.1 and needs 0.2 is reached by a random change, whose clip at 0 makes it brighter.
    assert made.arrays["control_hits"].flatten().tolist() == [0, 0, 0, 1, 0]
    named = [row.net for row in made.facts.transfer.nets]
    assert named == ["itself", *others]
    assert made.facts.transfer.nets[3].hits == made.facts.transfer.nets[3].misled


def test_sources_and_targets_make_a_table() -> None:
    x = torch.tensor([0.2, 0.9]).view(2, 1, 1, 1).expand(2, 1, 2, 2).clone()
    made = fool(Brightness(0.5, above=0.7), x, step=0.05, steps=60, objective="probability")
    assert (made.facts.transfer.sources, made.facts.transfer.targets) == ((0, 2), (0, 1, 2))
    # From class 0 the probability of class 1 is largest before its score is: that pair does not arrive.
    assert made.arrays["tries"][0].tolist() == [[0, 0, 1], [1, 1, 0]]
    assert made.facts.fooled == 3
    assert made.facts.transfer.nets[0].matrix.hits == ((0, 0, 1), (1, 1, 0))


@pytest.mark.parametrize("norm", ["l2", "linf"])
def test_the_control_has_the_size_of_the_change(norm: str) -> None:
    torch.manual_seed(0)
    start = torch.rand(6, 3, 8, 8).round()  # at the ends of the range, where half of a random change is cut away
    pixels = (start + 0.1 * torch.randn(start.shape)).clamp(0, 1)
    made = same_size(start, pixels, norm, 1)
    assert made.min() >= 0
    assert made.max() <= 1
    size = (lambda c: c.norm(dim=1)) if norm == "l2" else (lambda c: c.abs().amax(1))
    torch.testing.assert_close(size((made - start).flatten(1)), size((pixels - start).flatten(1)), rtol=1e-3, atol=0)
    assert not torch.allclose(made, pixels, atol=0.05)
    assert torch.equal(made, same_size(start, pixels, norm, 1))
    assert not torch.equal(made, same_size(start, pixels, norm, 2))


def test_a_net_that_takes_other_images_is_named() -> None:
    other = nn.Sequential(nn.Conv2d(4, 3, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(ProbeError, match='the net "other" does not take the images of the first one: '):
        fool(Brightness(0.5), torch.full((1, 1, 4, 4), 0.2), target=1, also={"other": other})
