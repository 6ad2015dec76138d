"""A recipe says all its faults at once, changes by name, and round-trips."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from striate.base.errors import RecipeError
from striate.training.recipe.recipe import Recipe, differing, recipe_from_json
from striate.training.recipe.setting import parse_setting


def test_all_faults_are_listed_together_with_the_nearest_names() -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe(epocs=3, lr=-1.0, batch_size=0, net="convnt", optimizer="adamm")
    text = str(caught.value)
    for words in (
        '"epocs" is unknown',
        '"epochs"',
        "lr is -1.0",
        "greater than 0",
        "batch_size is 0",
        "adamm",
        '"convnet"',
    ):
        assert words in text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", ["lr", "weight_decay", "validation", "decay"])
def test_non_finite_numbers_are_refused(field: str, value: float) -> None:
    with pytest.raises(RecipeError, match=field):
        Recipe(**{field: value})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"nesterov": True}, "nesterov needs optimizer sgd"),
        ({"lr": -1.0, "nesterov": True}, "lr is -1.0.*nesterov needs"),
        ({"optimizer": "sgd", "beta1": 0.5}, "beta1 belongs to optimizer adam or adamw, and the optimizer is sgd"),
        ({"gamma": 0.5}, "gamma belongs to schedule step"),
        ({"alpha": 0.5}, "alpha belongs to optimizer rmsprop, and the optimizer is adam"),
        ({"optimizer": "rmsprop", "momentum": 0.5}, "momentum belongs to optimizer sgd, and the optimizer is rmsprop"),
        ({"flip_mode": "alternating"}, "flip_mode is alternating, and flip is off; set flip, or leave flip_mode out"),
        ({"pad_mode": "reflect"}, "pad_mode is reflect, and pad_crop is off; set pad_crop, or leave pad_mode out"),
        ({"flip": True, "flip_mode": "alternate"}, 'flip_mode is alternate.*did you mean "alternating"'),
        ({"pad_crop": 2, "translate": 1}, "translate and pad_crop with zeros are the same shift; set one of them"),
        ({"test_flips": True, "permute_pixels": True}, "test_flips does not go with permute_pixels"),
        ({"batch_size": 1, "mixup": 0.2}, "mixup and cutmix need a batch_size above 1"),
        ({"standardize": "pixel"}, "standardize is pixel"),
        ({"rotate": 181.0, "jitter": 1.5}, "rotate is 181.0.*jitter is 1.5"),
        ({"translate": -1, "cutout": -1, "mixup": -0.1, "cutmix": 101.0}, "translate.*cutout.*mixup.*cutmix"),
        ({"train_images": 0}, "train_images is 0"),
        ({"net_options": 5}, "net_options is 5"),
        ({"optimizer": "adamm"}, 'adamm.*did you mean "adam'),
        ({"decay": 1e-6}, "decay belongs to schedule inverse-time"),
        ({"warmup_epochs": 11.0}, "the run has only 10 epochs"),
        ({"net_options": {"kernel": 2}}, "kernel is 2, and must be odd"),
        ({"lr": "fast"}, "lr is fast"),
        ({"seed": 1.5}, "seed is 1.5"),
    ],
)
def test_combinations_and_types_are_checked(fields: dict[str, object], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        Recipe(**fields)


def test_change_finds_the_recipes_fields_and_the_nets_options() -> None:
    changed = Recipe().change(lr=0.5, norm="batch", widths=[[4]])
    assert (changed.lr, changed.net_options) == (0.5, {"norm": "batch", "widths": [[4]]})
    assert changed.change(norm="none").net_options["norm"] == "none"
    assert changed.change(net="convnet-cs7150").net_options == {}
    with pytest.raises(RecipeError, match=r'"nrm" is unknown \(did you mean "norm"\?\)'):
        Recipe().change(nrm="batch")


def test_tuples_and_lists_make_the_same_recipe() -> None:
    assert Recipe(net_options={"widths": ((4,),), "hidden": ()}) == Recipe(net_options={"widths": [[4]], "hidden": []})


def test_a_recipe_cannot_be_changed_in_place() -> None:
    with pytest.raises(Exception, match="frozen"):
        Recipe().lr = 1.0


@given(lr=st.floats(1e-9, 1000), epochs=st.integers(1, 10**5), seed=st.integers(0, 2**63 - 1), flip=st.booleans())
def test_it_round_trips_through_json_to_the_last_bit(lr: float, epochs: int, seed: int, flip: bool) -> None:
    recipe = Recipe(lr=lr, epochs=epochs, seed=seed, flip=flip, net_options={"widths": [[8], [4, 4]]})
    assert recipe_from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_a_recipe_written_before_a_field_existed_takes_its_default() -> None:
    written = Recipe(lr=0.5, flip=True).to_json()
    older = {name: written[name] for name in ("net", "net_options", "data", "lr", "flip", "seed")}
    assert recipe_from_json(older) == Recipe(lr=0.5, flip=True)


def test_every_treatment_round_trips_through_json() -> None:
    treatments = {"flip": True, "flip_mode": "alternating", "rotate": 10.5, "pad_crop": 4, "pad_mode": "reflect"}
    more = {"translate": 1, "jitter": 0.25, "cutout": 3, "mixup": 0.2, "cutmix": 1.0, "test_flips": True}
    recipe = Recipe(**treatments, **more, standardize="image", train_images=50, optimizer="rmsprop", alpha=0.9)
    assert recipe_from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_settings_are_read_as_json_where_they_are() -> None:
    assert parse_setting("lr=1e-3") == ("lr", 1e-3)
    assert parse_setting("flip=true") == ("flip", True)
    assert parse_setting("widths=[[8],[16]]") == ("widths", [[8], [16]])
    assert parse_setting("lr=.001") == ("lr", 0.001)
    assert parse_setting("batch-size=64") == ("batch_size", 64)
    assert parse_setting("schedule=cosine") == ("schedule", "cosine")
    with pytest.raises(RecipeError, match="write field=value"):
        parse_setting("lr")


def test_two_recipes_are_told_apart_by_their_fields() -> None:
    assert differing(Recipe(), Recipe()) == ""
    assert (
        differing(Recipe(lr=0.1), Recipe(lr=0.2, epochs=3))
        == "lr is 0.1 there and 0.2 here, epochs is 10 there and 3 here"
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"net": "softmax"}, 'net "softmax" belongs to `engine=scratch`'),
        ({"net": "mlp", "engine": "scratch"}, 'net "mlp" belongs to `engine=torch`'),
        ({"net_options": {"hidden": 100}}, r"hidden is 100, and must be a list such as \[1, 2\]"),
    ],
)
def test_a_likely_slip_is_answered_with_its_remedy(fields: dict[str, object], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        Recipe(**fields)


def test_an_option_of_the_net_has_a_full_name_too() -> None:
    assert Recipe().change(**{"net.norm": "batch"}) == Recipe().change(norm="batch")
    assert Recipe(engine="scratch", net="softmax").change(**{"net.hidden": 5}).net_options == {"hidden": 5}
    with pytest.raises(RecipeError, match=r"net\.norm and norm are one option of the net; give it once"):
        Recipe().change(**{"net.norm": "batch", "norm": "none"})
    with pytest.raises(RecipeError, match=r'"nrm" is unknown \(did you mean "norm"\?\)'):
        Recipe().change(**{"net.nrm": "batch"})


def test_options_are_written_down_or_refused(tmp_path: Path) -> None:
    made = Recipe(net="convnet", net_options={"kernel": np.int64(5)})
    assert made.net_options == {"kernel": 5}
    assert Recipe(data=tmp_path / "photos.npz").data == str(tmp_path / "photos.npz")
    with pytest.raises(
        RecipeError, match="net_options hold relu, of type builtin_function_or_method, and a recipe holds"
    ):
        Recipe(net_options={"act": torch.relu})


def test_an_option_of_the_net_among_the_fields_is_sent_to_its_place() -> None:
    with pytest.raises(RecipeError) as error:
        Recipe(net="convnet", widths=((8,),), lr=-1.0)
    assert 'widths is an option of the net convnet; give it as net_options={"widths": ...}' in str(error.value)
    assert "lr is -1.0" in str(error.value)
    assert "unknown" not in str(error.value)
    with pytest.raises(RecipeError, match=r'field "widhts" is unknown \(did you mean "widths"\?\)'):
        Recipe(widhts=[[4]])


def test_paths_stand_in_it_as_text() -> None:
    recipe = Recipe(data=Path("photos"), start=Path("weights.pt"))
    assert (recipe.data, recipe.start) == ("photos", "weights.pt")
