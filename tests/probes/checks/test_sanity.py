"""Both checks of a record, of a heatmap and of the maps of features, and the sentences that they end in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial

import pytest
import torch
from torch import nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.probes.catalog import entry
from striate.probes.channels.features import features, heatmaps
from striate.probes.checks.outcome import Cascade, Curves
from striate.probes.checks.sanity import FEWEST, checked, checked_features, conclusions
from striate.probes.heatmaps.gradcam import gradcam
from striate.probes.record import Record


def test_a_record_is_checked() -> None:
    torch.manual_seed(0)
    net = build("resnet", {"n": 1}, (16, 16, 3), 5)
    x = torch.randn(6, 3, 16, 16)
    record = checked(gradcam(net, x, target=3), net, x, partial(gradcam, tap="layer3.0.act2"), steps=3)
    assert record.checks[""].cascade.stages[-1] == "conv1"
    assert len(record.checks[""].curves.deletion) == 4
    assert net.training


def test_the_heatmaps_of_features_are_checked_rule_by_rule() -> None:
    torch.manual_seed(0)
    net = build("resnet", {"n": 1}, (16, 16, 3), 5)
    x = torch.randn(6, 3, 16, 16)
    record = features(net, x, taps=("conv1", "layer3.0.act2"), channels={"conv1": (3, 1), "layer3.0.act2": (0,)})
    made = checked_features(record, net, x, steps=3).checks
    assert tuple(made) == ("published", "contribution", "local", "activation")
    assert all(len(row) == 6 for each in made.values() for row in each.cascade.correlations)
    assert all("heatmaps" in each.conclusions.deletion for each in made.values())
    # Made anew with the same weights, they are those of the record, whatever the rule.
    maps = [("conv1", 3), ("conv1", 3), ("conv1", 1), ("conv1", 1), ("layer3.0.act2", 0), ("layer3.0.act2", 0)]
    for rule in made:
        shown = record.arrays[f"{rule}.image"].flatten()
        classes = [record.scores[i].target for i in shown.tolist()]
        again = heatmaps(net, x[shown], maps, rule, target=classes)
        torch.testing.assert_close(again, record.arrays[f"{rule}.heatmap"].flatten(0, 1), rtol=1e-4, atol=1e-7)


def followed(better: int, worse: int, ties: int = 0) -> Curves:
    """Return curves under which the map does better, worse, or as well as moved in so many images."""
    ours, moved = (0.2,) * better + (0.6,) * worse + (0.4,) * ties, (0.4,) * (better + worse + ties)
    areas = {"deletion": ours, "moved_deletion": moved, "insertion": moved, "moved_insertion": ours}
    return Curves((0.0, 1.0), *[(0.0, 0.0)] * 4, image_areas=areas)


# Exact sign test: 6 of 6 has p = 2/64, 5 of 5 has 1/16, 13 of 17 has .049, 12 of 16 has .077.
@pytest.mark.parametrize(
    ("better", "worse", "ties", "deletion"),
    [
        (15, 1, 0, "the map finds what the net needs; covered by it, "),
        (6, 0, 0, "the map finds what the net needs; "),
        (5, 0, 1, "undecided with so few images; "),
        (4, 2, 0, "undecided with so few images; "),
        (13, 4, 3, "the map finds what the net needs; "),
        (12, 4, 0, "undecided with so few images; "),
        (1, 15, 0, "the map misses what the net needs; "),
        (20, 20, 0, "undecided; "),
        (0, 0, 40, "undecided; it makes no difference where the map lies; tied in 40"),
    ],
)
def test_the_order_ends_in_words_by_the_sign_test(better: int, worse: int, ties: int, deletion: str) -> None:
    told = conclusions(None, followed(better, worse, ties), better + worse + ties)
    for said in (told.deletion, told.insertion):
        assert said.startswith(deletion.partition(";")[0])
        if better + worse:
            assert f"in {better} of {better + worse} image" in said
        assert said.endswith(f"; tied in {ties}") == bool(ties)
    assert told.deletion.startswith(deletion)


# By hand, t(.975, 3) = 3.182: of (0, .1, 0, .1) the mean is .05 and half the interval 3.182 * .05774 / 2 = .092.
@pytest.mark.parametrize(
    ("values", "weights"),
    [
        ((0.0, 0.1, 0.0, 0.1), "the map depends on the weights; "),
        ((-0.5, -0.4, -0.6, -0.5), "the map depends on the weights in part; "),
        ((0.9, 0.95, 0.85, 0.9), "the map hardly depends on the weights: it shows the image"),
        ((0.0, 0.9, -0.9, 0.1), "undecided; "),
        ((0.0, 0.9, None, None), "undecided; "),
        ((0.05, None, None, None), "undecided with so few images; "),
        ((None, None, None, None), "undefined; with all weights random the map is blank in every image"),
    ],
)
def test_the_weights_end_in_words_by_the_interval(values: tuple[float | None, ...], weights: str) -> None:
    told = conclusions(Cascade(("conv1",), (values,)), None, 4).weights
    assert told.startswith(weights)
    if weights.startswith("the map depends on the weights; "):
        assert told.endswith("is 0.05 (-0.04 to 0.14)")
    if values.count(None) == 2:  # by hand: t(.975, 1) = 12.71, half the interval 12.71 * .636 / sqrt(2) = 5.7
        assert told.endswith("is 0.45 (no useful interval), over 2 of 4 images; blank after in 2")
    if values.count(None) == 3:
        assert told.endswith("is 0.05, over 1 of 4 images; blank after in 3")


def test_too_few_images_are_told_without_any_work() -> None:
    def never(*_: object, **__: object) -> Record:
        raise AssertionError

    net, x = build("resnet", {"n": 1}, (16, 16, 3), 5), torch.randn(1, 3, 16, 16)
    made = checked(gradcam(net, x), net, x, never).checks[""]
    assert (made.cascade, made.curves) == (None, None)
    expected = "undecided with so few images; there is 1, and no verdict is possible with fewer than"
    assert made.conclusions.weights == f"{expected} 2"
    assert made.conclusions.deletion == made.conclusions.insertion == f"{expected} 6"
    assert FEWEST == 6


def test_blank_maps_are_counted_and_left_out() -> None:
    net, x = build("resnet", {"n": 1}, (16, 16, 3), 5), torch.randn(8, 3, 16, 16)
    record = gradcam(net, x, target=3)
    heat = record.heatmap.clone()
    heat[:2] = 0.0
    record = replace(record, arrays={**record.arrays, "heatmap": heat})
    made = checked(record, net, x, lambda *_, **__: record, steps=3).checks[""]
    assert all(row[:2] == (None, None) for row in made.cascade.correlations)
    assert len(made.curves.image_areas["deletion"]) == 6
    assert made.conclusions.deletion.endswith("; blank in 2")
    assert "over 6 of 8 images; blank before in 2" in made.conclusions.weights


def dead() -> nn.Module:
    net = build("resnet", {"n": 1}, (16, 16, 3), 5).eval()
    for parameter in net.parameters():
        nn.init.zeros_(parameter)
    return net


def without_values() -> nn.Module:
    net = dead()
    next(net.parameters()).data.fill_(float("nan"))
    return net


@pytest.mark.parametrize("make", [dead, without_values])
@pytest.mark.parametrize(
    "name", ["saliency", "integrated", "smoothgrad", "gradcam", "occlusion", "localise", "features"]
)
def test_a_net_whose_maps_are_all_blank_passes_and_fails_nothing(name: str, make: Callable[[], nn.Module]) -> None:
    net, x = make(), torch.randn(7, 3, 16, 16)
    if name == "features":
        rules = checked_features(features(net, x, top=7), net, x).checks
    else:
        methods = {"integrated": {"method": "integrated"}, "smoothgrad": {"method": "smoothgrad"}}
        run = partial(entry("saliency" if name in methods else name).run, **methods.get(name, {}))
        if name == "localise" and make is without_values:
            with pytest.raises(ProbeError):
                run(net, x)
            return
        record = run(net, x)
        assert record.blank == (True,) * 7
        assert record.to_json()["blank"] == [True] * 7
        rules = checked(record, net, x, run).checks
    for made in rules.values():
        assert all(
            said.startswith("undefined; the map is blank in every") for said in asdict(made.conclusions).values()
        )
        assert (made.cascade, made.curves) == (None, None)
