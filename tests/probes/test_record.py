"""What a record says, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from striate.base.disk.files import dump_json
from striate.base.errors import ProbeError
from striate.probes.facts import Facts, SaliencyFacts
from striate.probes.record import Record, Score, answer, asked, described, label, logits, targets

RECORD = Record(
    "saliency",
    "heatmap",
    {"heatmap": torch.tensor([[[0.0, 2.0]]]), "none": torch.zeros(0)},
    "0 or more",
    SaliencyFacts(method="gradient"),
    (Score(1, 3.0, 0.75, 1, 2.0),),
)


def test_it_is_told_as_json() -> None:
    told = json.loads(dump_json(RECORD.to_json(("cat", "dog"))))
    assert told["scores"] == [
        {"target": 1, "score": 3.0, "probability": 0.75, "predicted": 1, "margin": 2.0, "tied": False, "label": "dog"}
    ]
    assert told["arrays"] == {"heatmap": {"shape": [1, 1, 2], "min": 0.0, "max": 2.0}}
    assert (told["probe"], told["sign"], told["facts"]) == ("saliency", "0 or more", {"method": "gradient"})


def test_it_is_written_as_arrays(tmp_path: Path) -> None:
    RECORD.write_npz(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert sorted(file.files) == ["heatmap", "none", "score", "target"]
        np.testing.assert_array_equal(file["heatmap"], [[[0.0, 2.0]]])
        assert file["target"].tolist() == [1]
        assert file["score"].tolist() == [3.0]


def test_a_record_without_a_heatmap_says_what_it_has() -> None:
    assert RECORD.heatmap.shape == (1, 1, 2)
    with pytest.raises(ProbeError, match="the probe filters makes no heatmap; its arrays are norms"):
        _ = Record("filters", "filters", {"norms": torch.zeros(1)}, "", Facts()).heatmap


def test_a_score_is_described() -> None:
    scores = torch.tensor([[0.0, torch.log(torch.tensor(3.0))], [1.0, 1.0]])
    first, second = described(scores, torch.tensor([1, 0]))
    assert first.probability == pytest.approx(0.75)
    assert first.margin == pytest.approx(float(torch.log(torch.tensor(3.0))))
    assert (second.target, second.predicted, second.margin, second.probability) == (0, 0, 0.0, 0.5)


def test_classes_are_one_for_all_one_for_each_or_the_predicted() -> None:
    scores = torch.tensor([[0.0, 2.0, 1.0], [5.0, 2.0, 1.0]])
    assert targets(scores, None).tolist() == [1, 0]
    assert targets(scores, 2).tolist() == [2, 2]
    assert targets(scores, [2, 1]).tolist() == [2, 1]
    assert targets(scores, torch.tensor([0, 2])).tolist() == [0, 2]
    assert asked(None, 2) is None
    assert label(1, ("cat", "dog")) == "dog"
    assert label(2, ("cat", "dog")) == "class 2"


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (
            torch.zeros(2),
            r"the net returns a Tensor of shape \(2,\) for 2 images, and a probe needs one score for each class",
        ),
        (torch.zeros(3, 4), r"the net returns a Tensor of shape \(3, 4\) for 2 images"),
        ((torch.zeros(2, 4), 1), "the net returns a tuple for 2 images"),
    ],
)
def test_a_net_that_gives_no_scores_is_refused(output: object, text: str) -> None:
    class Odd(nn.Module):
        def forward(self, x: torch.Tensor) -> object:
            return output

    with pytest.raises(ProbeError, match=text):
        logits(Odd(), torch.zeros(2, 1, 1, 1))


def test_a_net_whose_largest_score_is_shared_has_no_answer() -> None:
    scores = torch.tensor([[1.0, 1.0, 0.0], [0.0, 2.0, 1.0], [0.0, float("nan"), 1.0]])
    made = described(scores, torch.tensor([0, 0, 0]))
    assert [score.tied for score in made] == [True, False, True]
    assert [answer(score, ("a", "b")) for score in made[:2]] == ["none: scores tie", "b"]
