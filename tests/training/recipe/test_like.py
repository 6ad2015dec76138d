"""Another library's defaults at once: what is set, what is left, and what is given beside it wins."""

from __future__ import annotations

import pytest

from striate.base.errors import RecipeError
from striate.training.recipe.recipe import Recipe


def test_keras_at_once() -> None:
    made = Recipe().change(like="keras", net="convnet-cs7150", norm="batch", lr=1e-4)
    assert (made.epsilon, made.epsilon_form, made.lr) == (1e-7, "keras", 1e-4)
    assert made.net_options == {
        "norm_epsilon": 1e-3,
        "norm_momentum": 0.01,
        "initial_weights": "glorot",
        "norm": "batch",
    }


def test_what_is_given_beside_it_wins_and_what_does_not_apply_is_left() -> None:
    assert Recipe().change(like="keras", initial_weights="he", epsilon=1e-5).net_options["initial_weights"] == "he"
    plain = Recipe().change(like="keras", optimizer="sgd", net="shallownet")
    assert (plain.epsilon, plain.epsilon_form) == (1e-8, "pytorch")
    assert plain.net_options == {"initial_weights": "glorot"}
    by_hand = Recipe().change(like="keras", engine="scratch", net="softmax")
    assert (by_hand.epsilon_form, by_hand.net_options) == ("keras", {})


@pytest.mark.parametrize("library", ["kreas", 3, ["keras"]])
def test_an_unknown_library_is_a_sentence(library: object) -> None:
    with pytest.raises(RecipeError, match=r"is unknown.*; accepted are keras"):
        Recipe().change(like=library)
