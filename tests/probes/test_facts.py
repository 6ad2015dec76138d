"""What a probe tells is a record in Python, and the same JSON as ever: names, order, nulls, what is left out."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any, cast

import pytest
import torch
from torch import nn

from striate.base.disk.files import dump_json
from striate.base.intervals import Share
from striate.probes.catalog import ENTRIES
from striate.probes.checks.sanity import checked, checked_features
from striate.probes.facts import (
    FeatureMap,
    FoundObjects,
    LocaliseFacts,
    MaximizeFacts,
    Overlap,
    Patch,
    SaliencyFacts,
    Strongest,
    json_of,
)
from striate.probes.heatmaps.gradcam import gradcam

OPTIONS: dict[str, dict[str, Any]] = {
    "features": {"taps": ["0", "1"], "channels": [0, 3]},
    "patches": {"channels": [1], "top": 2},
    "maximize": {"channels": [1], "steps": 2},
    "fool": {"target": 1, "steps": 2},
}
# In this order the files of earlier versions have them, and whoever reads these by line or by eye finds them so.
WRITTEN: dict[str, list[str]] = {
    name: words.split()
    for name, words in {
        "saliency": "method",
        "gradcam": "tap backward_pass map all_classes",
        "occlusion": "window stride fill patches",
        "filters": "tap first filters channels kernel",
        "features": "maps images top first_dimension",
        "patches": "tap channels images first_dimension even patches",
        "maximize": "first_dimension tap channels where steps rate parameters smoothness jitter seed"
        " answers largest nowhere patches",
        "fool": "first_dimension objective confidence steps adaptive gave_up step budget norm seed pairs fooled fooled_8bit"
        " medians transfer",
        "localise": "tap scale threshold maps linear_head boxes strongest",
    }.items()
}


def toy() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    )


@pytest.mark.parametrize("name", ENTRIES)
def test_every_probe_tells_a_frozen_record_and_writes_the_same_names_in_the_same_order(name: str) -> None:
    record = ENTRIES[name].run(toy(), torch.rand(3, 3, 8, 8), **OPTIONS.get(name, {}))
    assert is_dataclass(record.facts)
    assert fields(record.facts)
    assert cast(Any, record.facts).__dataclass_params__.frozen
    told = json.loads(dump_json(record.to_json()))["facts"]
    assert list(told) == WRITTEN[name]


def test_records_become_json_field_by_field() -> None:
    assert json_of(SaliencyFacts(method="gradient")) == {"method": "gradient"}
    assert json_of(SaliencyFacts(method="integrated", steps=4, completeness_gap=0.5)) == {
        "method": "integrated",
        "steps": 4,
        "completeness_gap": 0.5,
    }
    row = FeatureMap("conv", 3, {"local": (Patch(1, 2.5, (0, 1, 2, 3)),)})
    assert json_of(row) == {"tap": "conv", "channel": 3, "local": [{"image": 1, "value": 2.5, "window": [0, 1, 2, 3]}]}
    assert json_of(Strongest(2, 1.5, 0.5, (4, 5))) == {"class": 2, "response": 1.5, "probability": 0.5, "place": [4, 5]}


def test_none_is_null_unless_it_is_unsaid() -> None:
    told = json_of(
        MaximizeFacts(
            tap="fc",
            channels=(0,),
            where="cell",
            steps=1,
            rate=0.1,
            parameters="pixel",
            smoothness=1.0,
            jitter=0,
            seed=0,
            answers=(1.0,),
            largest=(1.0,),
            nowhere=(),
            patches=None,
        )
    )
    assert told["patches"] is None
    share = Share(0, 0, None, None, None)
    scenes = FoundObjects(3, 2, 6, share, Overlap(None, None, None), share, 0.25)
    facts = LocaliseFacts(tap="x", scale=(1.0,), threshold=0.2, maps=(), linear_head=True, boxes=(), strongest=())
    assert "scenes" not in json_of(facts)
    shown = json_of(LocaliseFacts(**{**vars(facts), "scenes": scenes}))["scenes"]
    assert shown["pointing"] == {"hits": 0, "tries": 0, "share": None, "low": None, "high": None}
    assert list(shown) == ["scenes", "objects", "blank", "pointing", "overlap", "overlap_half", "chance"]


def test_checks_stand_among_the_facts_after_all_others() -> None:
    net, x = toy(), torch.rand(6, 3, 8, 8)
    one = checked(gradcam(net, x), net, x, gradcam, steps=2).to_json()["facts"]
    assert list(one) == [*WRITTEN["gradcam"], "checks"]
    assert list(one["checks"]) == ["cascade", "curves", "conclusions"]
    assert list(one["checks"]["cascade"]) == ["stages", "correlations", "means"]
    assert list(one["checks"]["curves"])[-2:] == ["image_areas", "areas"]
    every = checked_features(ENTRIES["features"].run(net, x), net, x, steps=2).to_json()["facts"]["checks"]  # pyright: ignore[reportArgumentType]
    assert list(every) == ["published", "contribution", "local", "activation"]
    assert list(every["local"]["conclusions"]) == ["weights", "deletion", "insertion"]
