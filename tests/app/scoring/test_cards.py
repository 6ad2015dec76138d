"""The cards of what is scored and predicted."""

from __future__ import annotations

from operator import methodcaller

from striate.app.scoring.predicting import Predicted, Prediction
from striate.app.scoring.score import Scored
from striate.reports.notebook.shown import card

SHOWN = methodcaller("_repr_html_")  # as a notebook calls it


def test_a_score_on_named_data() -> None:
    shown = Scored("resnet20", "cifar10", 0.9, 0.4, 10_000, ("2 files were left out",), untrained=True)
    assert "Test accuracy 0.9000" in SHOWN(shown)
    made = card(shown)
    assert made.over == "score of resnet20 on cifar10"
    assert made.passages[0].lines[0] == "2 files were left out"
    assert "untrained" in made.passages[0].lines[1]
    assert made.tables[0].columns[0] == "10,000 test images"
    assert [row[0].text for row in made.tables[0].rows] == ["as they are"]


def test_predictions_are_a_row_each_and_at_most_fifty_are_shown() -> None:
    one = Prediction("<b>.png", (("cat", 0.75), ("dog", 0.2)))
    made = SHOWN(Predicted("net", (one,) * 52))
    assert "&lt;b&gt;.png" in made
    assert made.count("75.0 %") == 50
    assert "and 2 more pictures" in made
    assert card(Predicted("net", (one,))).title == "What net takes 1 picture for"
    assert card(Predicted("net", ())).tables[0].rows == ()
