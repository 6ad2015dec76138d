"""Which nets and which fields an engine knows."""

from __future__ import annotations

import pytest

from striate.base.errors import NetError, RecipeError
from striate.nets import catalog as torch_nets
from striate.scratch import catalog as scratch_nets
from striate.training.recipe.engine_nets import complete, engine_faults, net_names, options_of
from striate.training.recipe.recipe import Recipe


def test_every_net_of_both_catalogues_is_known_to_its_engine_alone() -> None:
    assert net_names("torch") == torch_nets.names()
    assert net_names("scratch") == net_names("twin") == scratch_nets.names()
    for name in scratch_nets.names():
        assert options_of("scratch", name) == scratch_nets.option_fields(name)
        assert Recipe(engine="scratch", net=name).net == name
    with pytest.raises(NetError, match="vgg11"):
        complete("scratch", "vgg11", {})


def test_another_engine_starts_from_the_options_of_its_own_net() -> None:
    recipe = Recipe(net_options={"widths": [[4]]}).change(engine="scratch", filters=5)
    assert recipe.net_options == {"filters": 5}
    assert recipe.change(engine="twin").net_options == {"filters": 5}
    assert recipe.change(engine="torch").net_options == {}


def test_defaults_of_the_recipe_suit_every_engine() -> None:
    for engine in ("torch", "scratch", "twin"):
        assert engine_faults({**Recipe().to_json(), "engine": engine}) == []


def test_a_twin_without_the_loss_of_its_net_is_refused() -> None:
    with pytest.raises(RecipeError, match="engine twin knows no hinge loss, which net svm has"):
        Recipe(engine="twin", net="svm")
