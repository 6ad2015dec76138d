"""Confusion, calibration and doubtful labels, worked out by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from striate.training.judging.mistakes import calibration, mistakes, suspects


def drawn(n: int = 200, k: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.dirichlet(np.ones(k), n), rng.integers(0, k, n)


def test_counts_precision_and_recall_are_those_of_scikit_learn() -> None:
    chances, labels = drawn()
    found = mistakes(chances, labels, ("a", "b", "c", "d"))
    answers = chances.argmax(1)
    assert (found.counts == confusion_matrix(labels, answers)).all()
    precision, recall, _, support = precision_recall_fscore_support(labels, answers)
    assert [each.precision.share for each in found.of_classes] == pytest.approx(precision)
    assert [each.recall.share for each in found.of_classes] == pytest.approx(recall)
    assert [each.images for each in found.of_classes] == np.asarray(support).tolist()


def test_the_surest_mistakes_come_first_and_right_answers_never() -> None:
    chances = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
    found = mistakes(chances, np.array([1, 1, 1, 0]), ("a", "b"))
    assert [each.place for each in found.surest] == [0, 3, 2]
    assert (found.surest[0].label, found.surest[0].answer) == (1, 0)
    assert (found.surest[0].confidence, found.surest[0].of_label) == (0.9, 0.1)
    assert found.pairs == (("b", "a", 2), ("a", "b", 1))


def test_the_calibration_error_by_hand() -> None:
    # Four of confidence .75, two right: |.5 - .75|; one of .95, right: |1 - .95|. Weighted: (4 x .25 + .05) / 5.
    found = calibration(np.array([0.75, 0.75, 0.75, 0.75, 0.95]), np.array([True, True, False, False, True]))
    assert found.error == pytest.approx(0.21)
    assert [(each.low, each.confidence, each.right.hits, each.right.tries) for each in found.bins] == [
        (0.7, 0.75, 2, 4),
        (0.9, 0.95, 1, 1),
    ]


def test_the_last_bin_holds_the_answers_of_probability_one() -> None:
    # The mean confidence is .985 and 97 of 100 are right; a bin for 1 alone would make it (.03 + .06) / 2.
    confidence, right = np.repeat([0.97, 1.0], 100), np.ones(200, dtype=bool)
    right[-6:] = False
    found = calibration(confidence, right)
    assert [(each.low, each.right.tries) for each in found.bins] == [(0.9, 200)]
    assert found.error == pytest.approx(0.015)


def test_a_calibrated_net_shows_what_it_is_said_to_show_and_a_sure_one_more() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.5, 1, 2000)
    good = calibration(confidence, rng.random(2000) < confidence)
    assert good.error == pytest.approx(good.calibrated, abs=0.012)
    assert 0 < good.low <= good.high < 0.06
    bad = calibration(confidence, rng.random(2000) < confidence - 0.2)
    assert bad.low > good.high
    assert bad.error == pytest.approx(0.2, abs=0.03)


def test_a_label_looks_wrong_where_another_class_is_as_likely_as_it_usually_is() -> None:
    # Mean of p_0 over label 0: (.9 + .8 + .1) / 3 = .6; of p_1 over label 1: (.7 + .9) / 2 = .8.
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.1, 0.9]])
    assert suspects(chances, np.array([0, 0, 0, 1, 1])) == [(2, 1)]
    # Likelier than the label, and yet below what the class usually has: not listed.
    assert suspects(np.array([[0.95, 0.05], [0.4, 0.6], [0.0, 1.0]]), np.array([0, 0, 1])) == []


def test_swapped_labels_are_found_among_many_right_ones() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 3, 300)
    chances = np.full((300, 3), 0.05)
    chances[np.arange(300), labels] = 0.9
    given = labels.copy()
    given[:10] = (given[:10] + 1) % 3
    assert {place for place, _ in suspects(chances, given)} == set(range(10))


def test_a_class_without_images_has_no_share() -> None:
    found = mistakes(np.array([[0.9, 0.1, 0.0]]), np.array([0]), ("a", "b", "c"))
    assert found.of_classes[2].recall.share is None
    assert found.to_json()["accuracy"]["share"] == 1.0


def test_groups_are_counted_each_by_itself_the_least_accurate_first() -> None:
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4], [0.4, 0.6]])
    labels = np.array([0, 1, 1, 0, 0])
    found = mistakes(chances, labels, ("a", "b"), groups=("day", "night", "day", "night", ""))
    told = [(each.name, each.right.hits, each.right.tries) for each in found.of_groups]
    assert told == [("(no group)", 0, 1), ("night", 1, 2), ("day", 2, 2)]
    night = found.to_json()["of_groups"][1]["right"]
    assert night["low"] == pytest.approx(0.0945, abs=1e-4)  # Wilson's interval of 1 of 2, by hand
    assert mistakes(chances, labels, ("a", "b")).of_groups == ()
