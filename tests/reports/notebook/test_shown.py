"""Every kind of result has a card with its own numbers in it; what has none is refused."""

from __future__ import annotations

from dataclasses import replace
from operator import methodcaller
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

import striate as st
from striate.probes.facts import SaliencyFacts
from striate.probes.record import Record, Score
from striate.proofs.proof import Check, Proof, Step
from striate.reports.notebook.shown import card, html, net_card
from striate.studies.claims.comparison import compare
from striate.studies.claims.verdict import Verdict
from striate.studies.running.judge import Answer
from striate.training.folder.run import Run
from striate.training.recipe.recipe import Recipe

SHOWN = methodcaller("_repr_html_")  # as a notebook calls it
VERDICT = Verdict(
    "better", "b beats a", "better", "refuted", "it does not", (("b", "a", compare([0.1, 0.2], [0.3, 0.5])),)
)


def test_a_run_shows_its_curves(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text(
        "step,epoch,split,metric,value\n" + "".join(f"{n},{n},val,accuracy,0.{n}5\n" for n in (1, 2))
    )
    run = Run(tmp_path, Recipe(data="digits", epochs=3), "interrupted", "it was stopped", 2, 2)
    made = card(run)
    assert made.title == "convnet on digits: interrupted"
    assert made.passages[0].lines[0] == "it was stopped"
    assert made.passages[0].lines[1].startswith("epoch 2 of 3, seed 0; best validation accuracy 0.2500 (in epoch 2)")
    assert len(made.pictures) == 1
    assert SHOWN(run) == html(run)


def test_a_verdict_and_an_answer_show_the_interval(tmp_path: Path) -> None:
    alone = card(VERDICT)
    assert (alone.passages[0].word, alone.passages[0].title, alone.passages[0].lines) == (
        "refuted",
        "b beats a",
        ("It does not.",),
    )
    assert len(alone.pictures) == 1
    study: Any = SimpleNamespace(question="Does it?")
    answer = Answer(tmp_path, study, (VERDICT,), {"a, seed 1": "its data were gone"})
    made = SHOWN(answer)
    assert "Does it?" in made
    assert "a, seed 1: its data were gone" in made
    assert made.count("<img") == 1


def test_what_a_log_says_shows_its_verdicts() -> None:
    rows = {"arm": [*"aaabbb"], "seed": [0, 1, 2, 0, 1, 2], "acc": [0.50, 0.52, 0.51, 0.70, 0.72, 0.71]}
    judged = st.judge(rows, "b > a by 0.01", arm="arm", seed="seed", value="acc")
    made = card(judged)
    assert made.title == "What a table says"
    assert made.over.endswith("6 runs of 2 arms")
    assert made.passages[0].word == "supported"
    assert SHOWN(judged).count("<img") == 1


def test_a_record_shows_maps_in_one_scale_of_colours_and_pictures_as_pictures() -> None:
    arrays = {
        "heatmap": torch.linspace(0, 1, 2 * 4 * 4).reshape(2, 4, 4),
        "gradient": torch.linspace(-1, 1, 2 * 4 * 4).reshape(2, 1, 4, 4),
        "filters": torch.linspace(-1, 1, 3 * 3 * 4 * 4).reshape(3, 3, 4, 4),
        "norms": torch.ones(3),
        "channels": torch.ones(2, 7, 4, 4),
        "empty": torch.zeros(0),
    }
    scores = (Score(1, 3.0, 0.75, 1, 2.0), Score(0, 3.0, 0.75, 1, 2.0))
    record = Record(
        "saliency", "heatmap", arrays, "0 or more", SaliencyFacts(method="gradient"), scores, untrained=True
    )
    made = card(record)
    assert [shown.label for shown in made.pictures] == [
        *("heatmap 1", "heatmap 2", "gradient 1", "gradient 2", "filters 1", "filters 2", "filters 3")
    ]
    assert all(shown.coarse for shown in made.pictures)
    assert "untrained" in made.over
    assert [row[1].text for row in made.tables[0].rows] == [
        "2 × 4 × 4",
        "2 × 1 × 4 × 4",
        "3 × 3 × 4 × 4",
        "3",
        "2 × 7 × 4 × 4",
        "0",
    ]
    assert "image 2: " in SHOWN(record)
    assert made.foot == ""
    assert card(replace(record, scores=scores[:1] * 13)).foot == "and 1 more image"


@pytest.mark.parametrize(("passed", "word"), [(True, "holds"), (False, "fails")])
def test_a_proof_says_whether_it_holds(passed: bool, word: str) -> None:
    checks = (Check("a sum", "numeric", passed, "3 numbers"),)
    proof = Proof("sums", "Sums", "1 + 1 = 2", "", "a book", (Step("Count."),), checks, "for these numbers")
    made = card(proof)
    assert (made.passages[0].word, made.passages[0].lines) == (word, ("1. Count.",))
    assert made.tables[0].rows[0][0].text == ("✓" if passed else "✗")
    assert "for these numbers" in SHOWN(proof)


def test_what_has_no_card_is_refused() -> None:
    with pytest.raises(TypeError, match="a int has no card"):
        html(3)


def test_a_net_shows_its_figure_and_that_it_is_untrained() -> None:
    made = net_card(nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), (2, 2, 3), "flat", untrained=True)
    assert "26 parameters" in made.passages[0].lines[0]
    assert len(made.pictures) == 1
    assert "untrained" in made.foot
