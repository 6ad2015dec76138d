"""Both checks of a record, of a heatmap and of the maps of features, and the sentences that they end in."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from striate.nets import build
from striate.probes.cascade import Cascade
from striate.probes.deletion import Curves
from striate.probes.features import features, heatmaps
from striate.probes.gradcam import gradcam
from striate.probes.sanity import checked, checked_features, conclusions


def test_a_record_is_checked() -> None:
    torch.manual_seed(0)
    net = build("resnet", {"n": 1}, (16, 16, 3), 5)
    x = torch.randn(2, 3, 16, 16)
    record = checked(gradcam(net, x, target=3), net, x, partial(gradcam, tap="layer3.0.act2"), steps=3)
    assert record.facts["checks"]["cascade"]["stages"][-1] == "conv1"
    assert len(record.facts["checks"]["curves"]["deletion"]) == 4
    assert net.training


def test_the_heatmaps_of_features_are_checked_rule_by_rule() -> None:
    torch.manual_seed(0)
    net = build("resnet", {"n": 1}, (16, 16, 3), 5)
    x = torch.randn(6, 3, 16, 16)
    record = features(net, x, taps=("conv1", "layer3.0.act2"), channels={"conv1": (3, 1), "layer3.0.act2": (0,)})
    made = checked_features(record, net, x, steps=3).facts["checks"]
    assert tuple(made) == ("published", "contribution", "local", "activation")
    assert all(len(row) == 6 for each in made.values() for row in each["cascade"]["correlations"])
    assert all("of 6 heatmaps (" in each["conclusions"]["deletion"] for each in made.values())
    # Made anew with the same weights, they are those of the record, whatever the rule.
    maps = [("conv1", 3), ("conv1", 3), ("conv1", 1), ("conv1", 1), ("layer3.0.act2", 0), ("layer3.0.act2", 0)]
    for rule in made:
        shown = record.arrays[f"{rule}.image"].flatten()
        classes = [record.scores[i].target for i in shown.tolist()]
        again = heatmaps(net, x[shown], maps, rule, target=classes)
        torch.testing.assert_close(again, record.arrays[f"{rule}.heatmap"].flatten(0, 1), rtol=1e-4, atol=1e-7)


def followed(better: int, images: int) -> Curves:
    """Return curves under which the map does better than random order in ``better`` of ``images`` images."""
    ours = (0.2,) * better + (0.6,) * (images - better)
    areas = {"deletion": ours, "moved_deletion": (0.4,) * images}
    return Curves(
        (0.0, 1.0),
        *[(0.0, 0.0)] * 4,
        image_areas={**areas, "insertion": areas["moved_deletion"], "moved_insertion": ours},
    )


@pytest.mark.parametrize(
    ("left", "better", "images", "weights", "deletion"),
    [
        (0.05, 15, 16, "the map depends on the weights; ", "the map finds what the net needs; "),
        (-0.5, 4, 6, "the map depends on the weights in part; ", "undecided with so few images; "),
        (0.9, 1, 16, "the map hardly depends on the weights: ", "the map misses what the net needs; "),
        (0.0, 20, 40, "the map depends on the weights; ", "undecided; "),
        (0.0, 1, 1, "the map depends on the weights; ", "undecided with so few images; "),
    ],
)
def test_the_checks_end_in_words(left: float, better: int, images: int, weights: str, deletion: str) -> None:
    told = conclusions(Cascade(("conv1",), ((left,),)), followed(better, images))
    assert told["weights"].startswith(weights)
    assert told["weights"].endswith(f"is {left:.2f}")
    assert told["deletion"].startswith(deletion)
    assert f"in {better} of {images} image" in told["deletion"]
    assert told["insertion"].startswith(deletion)
