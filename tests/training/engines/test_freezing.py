"""What does not learn stays as it was, to the bit; what does learns at its own rate."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import NetError, RecipeError
from striate.data import ImageSet
from striate.training.engines.freezing import depths, freezing
from striate.training.engines.setup import initial_net, set_up
from striate.training.folder import checkpoints
from striate.training.recipe.recipe import Recipe
from striate.training.train import train


def ended(recipe: Recipe, images: ImageSet, folder: Path) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the weights at the beginning and at the end."""
    run = train(recipe, folder, images=images)
    found, _ = checkpoints.newest(run.folder / "checkpoints", "step")
    assert found is not None
    last = {name.removeprefix("net."): value for name, value in found.tensors.items() if name.startswith("net.")}
    return initial_net(recipe, images).state_dict(), last


def moved(first: dict[str, Tensor], last: dict[str, Tensor]) -> set[str]:
    return {name for name, value in last.items() if "num_batches" not in name and not torch.equal(value, first[name])}


def test_a_frozen_body_moves_neither_weights_nor_statistics(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    assert moved(*ended(recipe.change(freeze="body"), tiny, tmp_path / "run")) == {"output.weight", "output.bias"}


def test_statistics_of_frozen_layers_move_where_they_are_not_fixed(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path
) -> None:
    found = moved(*ended(recipe.change(freeze="conv2", fixed_statistics="none"), tiny, tmp_path / "run"))
    assert "norm1.running_mean" in found
    assert not found & {"conv1.weight", "norm1.weight", "norm1.bias", "conv2.weight"}
    assert {"norm2.weight", "dense1.weight"} <= found


def test_all_statistics_can_be_fixed_while_all_weights_learn(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    first, last = ended(recipe.change(fixed_statistics="all"), tiny, tmp_path / "run")
    still = {name for name in last if "num_batches" not in name} - moved(first, last)
    assert still == {name for name in last if "running" in name}


def test_what_is_unfrozen_learns_from_the_next_epoch_on(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    later = recipe.change(freeze="conv1", unfreeze_after=1, epochs=2)
    assert "conv1.weight" in moved(*ended(later, tiny, tmp_path / "run"))
    engine = set_up(later, tiny, lambda text: None).engine
    weight = engine.module().get_parameter("conv1.weight")
    images, labels = torch.rand(4, 2, 8, 8), torch.tensor([0, 1, 2, 0])
    with engine.training():
        before = weight.detach().clone()
        engine.update(images, labels, 0.01, 1, 0)
        assert torch.equal(weight, before)
        engine.update(images, labels, 0.01, 2, 0)
        assert not torch.equal(weight, before)


def test_rates_rise_geometrically_from_the_first_layer_to_the_last(tiny: ImageSet, recipe: Recipe) -> None:
    smaller = recipe.change(
        start_lr_factor=0.01, optimizer="sgd", momentum=0.0, net_options={"widths": [[4]], "hidden": [8]}
    )
    setup = set_up(smaller, tiny, lambda text: None)
    net = setup.engine.module()
    names = [name for name, _ in net.named_parameters()]
    # conv1, dense1, output: rates of 1 %, 10 % and 100 %
    place = dict(zip(names, depths(net, tiny.image_shape), strict=True))
    assert [place[f"{name}.weight"] for name in ("conv1", "dense1", "output")] == [0.0, 0.5, 1.0]
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    images, labels = torch.rand(4, 2, 8, 8), torch.tensor([0, 1, 2, 0])
    plain = set_up(smaller.change(start_lr_factor=1.0), tiny, lambda text: None).engine
    for engine in (setup.engine, plain):
        with engine.training():
            engine.update(images, labels, 0.1, 1, 0)
    for name, p in plain.module().named_parameters():
        full, mine = p.detach() - before[name], net.get_parameter(name).detach() - before[name]
        assert torch.allclose(mine, full * 0.01 ** (1 - place[name]), atol=1e-7), name


def test_a_frozen_run_that_is_cut_ends_in_the_same_bytes(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    from striate.training import loop

    asked = recipe.change(freeze="conv2", unfreeze_after=1, start_lr_factor=0.5, epochs=3, weight_decay=0.1)
    whole = train(asked, tmp_path / "whole", images=tiny)

    def stop(tick: loop.Tick) -> None:
        if tick.step == 4 and tick.val is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(asked, tmp_path / "cut", images=tiny, watch=stop)
    cut = train(asked, tmp_path / "cut", images=tiny)
    for name in ("history.csv", "checkpoints/step-00000009.safetensors"):
        assert (whole.folder / name).read_bytes() == (cut.folder / name).read_bytes()


def test_faults_are_told(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(NetError, match=r'tap "conv9" is unknown'):
        train(recipe.change(freeze="conv9"), tmp_path / "run", images=tiny)
    with pytest.raises(RecipeError, match=r"unfreeze_after belongs to freeze.*mean and std belong together"):
        recipe.change(unfreeze_after=1, mean=[0.5])
    with pytest.raises(RecipeError, match="unfreeze_after is 3, and the run has only 3 epochs"):
        recipe.change(freeze="conv1", unfreeze_after=3)


class Bare(nn.Module):
    """Its classes are a parameter that stands in no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3)
        self.classes = nn.Parameter(torch.randn(4, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x).mean((2, 3)) @ self.classes


def test_a_body_without_a_last_layer_is_refused_and_the_first_does_not_learn_in_its_place(recipe: Recipe) -> None:
    with pytest.raises(NetError, match="which layer of the net is its last cannot be told"):
        freezing(Bare(), recipe.change(freeze="body"), (8, 8, 2))


def test_weights_that_are_computed_belong_to_their_layer(recipe: Recipe) -> None:
    norm = nn.utils.parametrizations.weight_norm
    net = nn.Sequential(norm(nn.Conv2d(2, 4, 3)), nn.AdaptiveAvgPool2d(1), nn.Flatten(), norm(nn.Linear(4, 3)))
    of_layer = {number: {id(p) for p in net[number].parameters()} for number in (0, 3)}
    for freeze in ("body", "0"):
        found = freezing(net, recipe.change(freeze=freeze), (8, 8, 2))
        assert found is not None
        assert {id(p) for p in found.parameters} == of_layer[0]
    places = dict(zip(map(id, net.parameters()), depths(net, (8, 8, 2)), strict=True))
    assert {places[each] for each in of_layer[3]} == {1.0}
