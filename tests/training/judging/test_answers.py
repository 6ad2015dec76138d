"""Answers without labels, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from striate.training.judging.answers import Unsure, answers


def test_answers_are_counted_and_the_least_sure_comes_first() -> None:
    chances = np.array([[0.9, 0.1, 0.0], [0.3, 0.45, 0.25], [0.6, 0.0, 0.4], [0.5, 0.2, 0.3]])
    found = answers(chances, ("a", "b", "c"), most=2)
    assert [(each.name, each.answers) for each in found.of_classes] == [("a", 3), ("b", 1), ("c", 0)]
    assert found.of_classes[0].confidence == pytest.approx((0.9 + 0.6 + 0.5) / 3)
    assert found.of_classes[2].confidence is None
    assert found.quartiles == pytest.approx((0.4875, 0.55, 0.675))  # of .45, .5, .6, .9
    assert found.least_sure == (Unsure(1, "b", 0.45, "a", 0.3), Unsure(3, "a", 0.5, "c", 0.3))
    assert "cannot be told" in found.to_json()["unknown"]
