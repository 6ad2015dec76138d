"""The cards of short answers say the answer first, with its numbers, and name what limits it."""

from __future__ import annotations

from operator import methodcaller
from pathlib import Path

import pytest

import striate as st
from striate.reports.notebook.shown import card
from striate.reports.notebook.trials import KEEP
from striate.scratch.gradcheck import GradCheck, Worst
from striate.studies.gate.gate import Gated
from striate.studies.gate.measuring import Measure
from striate.studies.gate.question import Gate
from striate.training.folder.run_score import Earlier, RunScore
from striate.training.trials.lr_range import Ramp, RangeTest
from striate.training.trials.overfit import Attempt, Overfit

SHOWN = methodcaller("_repr_html_")  # as a notebook calls it


def test_a_score_names_what_limits_it() -> None:
    score = RunScore(0.91, 0.3, 360, 4, 52, accuracy_flips=0.92, loss_flips=0.28, earlier=(Earlier(0.9, 0.31, 3, 39),))
    made = card(score)
    assert (made.title, made.over) == ("Test accuracy 0.9100", "score of a run, by the weights of epoch 4")
    assert made.passages[0].lines == ("These images were scored before: 0.9000 by the weights of epoch 3.",)
    (table,) = made.tables
    assert table.columns == ("360 test images", "accuracy", "loss (nats)")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["as they are", "0.9100", "0.3000"],
        ["with mirror images", "0.9200", "0.2800"],
    ]
    plain = RunScore(0.91, 0.3, 1, 4, 52, chosen_on_test=True, status="running", reached=4, epochs=9, unit="row")
    assert "These rows chose the weights too" in SHOWN(plain)
    assert "The run is running after epoch 4 of 9" in SHOWN(plain)
    assert card(plain).tables[0].columns[0] == "1 test row"
    assert card(RunScore(0.91, 0.3, 1, 4, 52)).passages == ()


@pytest.mark.parametrize(("right", "word"), [(64, "learns"), (60, "does not learn")])
def test_a_batch_by_heart(right: int, word: str) -> None:
    shown = Overfit(
        Attempt(120, right, 64, 0.0123, seen=True, diverged=False), ("dropout",), ("it is small",) * (right < 64)
    )
    assert card(shown).title == f"The net {word} one batch by heart"
    assert ("it is small" in SHOWN(shown)) == (right < 64)
    assert f"{right} of 64" in SHOWN(shown)


def test_a_range_test_shows_its_curve_and_why_a_seed_has_none() -> None:
    rates, losses = (1e-4, 1e-3, 1e-2), (2.3, 1.5, 4.0)
    found, none = Ramp(0, rates, losses, losses, 1e-3, ""), Ramp(1, rates, losses, losses, None, "it never fell")
    recipe = st.Recipe(data="digits")
    made = card(RangeTest(recipe, (found, none), 1e-3, 9e-4, 1.1e-3))
    assert made.title == "Suggested learning rate 0.001, 0.0009 to 0.0011 over the seeds"
    assert "Seed 1 suggests none: it never fell." in made.passages[0].lines
    assert len(made.pictures) == 1
    assert card(RangeTest(recipe, (none,), None, None, None)).title == "No learning rate is suggested"


def test_gradients_show_the_worst_entry_of_each() -> None:
    good, bad = Worst("x", (0, 1), 1.0, 1.0, 1e-9), Worst("w", (2,), 1.0, 3.0, 0.5)
    assert card(GradCheck((good,), 8, 1e-6)).title == "The gradients agree with central differences"
    made = card(GradCheck((good, bad), 8, 1e-6))
    assert made.title == "The gradients are not right"
    assert [cell.text for cell in made.tables[0].rows[1]] == ["dw[2]", "1", "3", "5.0e-01"]
    assert "8 entries compared, tolerance 1e-06" in SHOWN(GradCheck((good,), 8, 1e-6))


def test_a_gate_says_what_to_do_and_shows_the_interval(tmp_path: Path) -> None:
    rows = {"arm": [*"aaabbb"], "seed": [0, 1, 2, 0, 1, 2], "acc": [0.50, 0.52, 0.51, 0.70, 0.72, 0.71]}
    judged = st.judge(rows, "b > a by 0.01", arm="arm", seed="seed", value="acc")
    made = Gated(tmp_path, Gate("old {seed}", "new {seed}", Measure("acc=(.*)")), judged, (3, 0.01))
    assert card(made).title == KEEP["supported"] == "Keep the treatment"
    assert card(made).over == f"gate {tmp_path}; gate 3 of a night, level 0.01"
    assert "new {seed}" in SHOWN(made)
    assert SHOWN(made).count("<img") == 1


def test_an_exercise_says_what_is_to_be_written() -> None:
    (one,) = st.exercises("affine_forward")
    made = card(one)
    assert made.title == "fc_forward"
    assert "also called affine_forward" in made.over
    assert "Return (out, cache): out (N, M) = x w + b." in made.passages[0].lines[0]
    assert all(SHOWN(each) for each in st.exercises())
