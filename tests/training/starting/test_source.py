"""What a run starts from: what is taken over, what stays, and that a run does not depend on what becomes of the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from striate.app.exporting.export import export
from striate.base.disk.files import read_json
from striate.base.errors import DataError, NetError, RecipeError, RunError
from striate.data import ImageSet, Split
from striate.training.engines.setup import initial_net, set_up
from striate.training.feed.images import asked
from striate.training.folder.weights import best
from striate.training.loop import Tick
from striate.training.recipe.recipe import Recipe, differing
from striate.training.starting.source import settled, taken_over
from striate.training.train import resume, train


@pytest.fixture(scope="module")
def plain() -> Recipe:
    return Recipe(net_options={"widths": [[4], [6]], "hidden": [8], "norm": "batch"}, batch_size=25, epochs=2, lr=0.01)


@pytest.fixture(scope="module")
def first(tiny: ImageSet, plain: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(plain.change(seed=9), tmp_path_factory.mktemp("first") / "run", images=tiny).folder


def renamed(images: ImageSet, classes: tuple[str, ...]) -> ImageSet:
    return ImageSet("other", classes, images.train, images.val, images.test, fingerprint="1" * 64, origin="made here")


def test_a_run_starts_another_with_its_weights_size_and_normalization(
    tiny: ImageSet, plain: Recipe, first: Path, tmp_path: Path
) -> None:
    run = train(plain.change(start=str(first)), tmp_path / "run", images=tiny)
    from striate.training.folder.run import open_run

    found = best(open_run(first))
    assert run.recipe.start_hash == found.record["sha256"]
    assert run.recipe.image_size == 8
    assert run.recipe.mean == found.values["mean"]
    assert any(text.startswith("start weights") for text in read_json(run.folder / "environment.json")["data_notes"])
    begun = initial_net(run.recipe, tiny).state_dict()
    assert all(torch.equal(value, found.tensors[name]) for name, value in begun.items())
    assert read_json(run.folder / "recipe.json")["start_hash"] == run.recipe.start_hash


def test_an_exported_file_and_the_run_it_is_of_start_alike(
    tiny: ImageSet, plain: Recipe, first: Path, tmp_path: Path
) -> None:
    file = export(first, "safetensors", tmp_path / "w.safetensors").file
    nets = [initial_net(settled(plain.change(start=str(start))), tiny) for start in (first, file)]
    assert all(
        torch.equal(a, b) for a, b in zip(nets[0].state_dict().values(), nets[1].state_dict().values(), strict=True)
    )
    run, exported = (settled(plain.change(start=str(start))) for start in (first, file))
    assert (run.mean, run.std, run.image_size) == (exported.mean, exported.std, exported.image_size)


def test_other_classes_get_a_last_layer_of_the_seed(tiny: ImageSet, plain: Recipe, first: Path) -> None:
    other = renamed(tiny, ("x", "y", "z"))
    told: list[str] = []
    recipe = settled(plain.change(start=str(first)))
    net = initial_net(recipe, other, told.append)
    drawn = initial_net(plain, other)
    assert torch.equal(net.get_parameter("output.weight"), drawn.get_parameter("output.weight"))
    assert not torch.equal(net.get_parameter("conv1.weight"), drawn.get_parameter("conv1.weight"))
    assert "its last layer, output, is drawn anew for these classes" in told[0]


def test_what_was_chosen_stays_and_the_rest_is_taken(plain: Recipe, first: Path) -> None:
    chosen = plain.change(start=str(first), image_size=16, mean=[0.5, 0.5], std=[0.2, 0.2])
    found = settled(chosen)
    assert (found.image_size, found.mean, found.std) == (16, [0.5, 0.5], [0.2, 0.2])
    assert settled(found) is found
    own = settled(plain.change(start=str(first), standardize="image"))
    assert (own.standardize, own.mean) == ("image", None)
    assert asked(plain.change(start=str(first)))[1] == 8


def test_a_run_that_has_begun_needs_its_start_no_more_and_ends_in_the_same_bytes(
    tiny: ImageSet, plain: Recipe, first: Path, tmp_path: Path
) -> None:
    start = tmp_path / "start"
    shutil.copytree(first, start)
    recipe = plain.change(start=str(start), freeze="conv1", seed=1)
    whole = train(recipe, tmp_path / "whole", images=tiny)

    def stop(tick: Tick) -> None:
        if tick.step == 2 and tick.val is None:
            import os
            import signal

            os.kill(os.getpid(), signal.SIGINT)

    cut = train(recipe, tmp_path / "cut", images=tiny, watch=stop)
    assert cut.status == "interrupted"
    shutil.rmtree(start)
    again = train(cut.recipe, cut.folder, images=tiny)
    for name in ("history.csv", "checkpoints/step-00000006.safetensors", "recipe.json"):
        assert (whole.folder / name).read_bytes() == (again.folder / name).read_bytes()
    assert train(recipe, cut.folder, images=tiny).status == "finished"  # what was asked at first is this run
    assert differing(again.recipe, recipe.change(lr=0.5)) == "lr is 0.01 there and 0.5 here"
    assert resume(cut.folder).status == "finished"


def test_start_weights_that_changed_are_refused(tiny: ImageSet, plain: Recipe, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file(initial_net(plain, tiny).state_dict(), path)
    recipe = settled(plain.change(start=str(path)))
    save_file(initial_net(plain.change(seed=4), tiny).state_dict(), path)
    with pytest.raises(RunError, match="have changed since the recipe named them"):
        set_up(recipe, tiny, lambda text: None)


def test_other_channels_are_normalized_by_their_own_numbers(tiny: ImageSet, plain: Recipe, first: Path) -> None:
    def of(split: Split) -> Split:
        return Split(np.repeat(split.images[..., :1], 3, axis=3), split.labels)

    assert tiny.val is not None
    wide = ImageSet("wide", tiny.classes, of(tiny.train), of(tiny.val), None, fingerprint="2" * 64, origin="made here")
    setup = set_up(settled(plain.change(start=str(first))), wide, lambda text: None)
    assert len(setup.splits.normalization.mean) == 3
    assert any("mean and std have 2 numbers, and the images of wide 3 channels" in note for note in setup.splits.notes)
    with pytest.raises(DataError, match="give one for each channel"):
        set_up(plain.change(mean=[0.5], std=[0.5]), wide, lambda text: None)


def test_published_weights_say_how_images_were_shown_to_them(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    torch.save({"any": torch.zeros(2)}, path)
    found = settled(Recipe(net="resnet20", data="cifar10", start=str(path)))
    assert (found.image_size, found.mean) == (32, [0.485, 0.456, 0.406])


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("nosuch.pt", r"are not there; give a weights file"),
        (".", r"is a folder without recipe.json"),
        ("timm:nosuchnet", r'model of timm "nosuchnet" is unknown'),
    ],
)
def test_what_cannot_be_started_from_is_told(plain: Recipe, start: str, said: str) -> None:
    if start.startswith("timm"):
        pytest.importorskip("timm")
    with pytest.raises(NetError, match=said):
        settled(plain.change(start=start))


def test_a_file_that_holds_code_is_refused_and_runs_nothing(plain: Recipe, tiny: ImageSet, tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "ran",))

    torch.save({"w": Hostile()}, tmp_path / "w.pt")
    with pytest.raises(NetError, match=r"nothing else is loaded|is refused"):
        set_up(settled(plain.change(start=str(tmp_path / "w.pt"))), tiny, lambda text: None)
    assert not (tmp_path / "ran").exists()


def test_two_sources_of_the_same_weights_are_a_fault(first: Path) -> None:
    pytest.importorskip("timm")
    with pytest.raises(RecipeError, match="start and pretrained are two sources"):
        Recipe(net="timm:resnet10t", start=str(first), net_options={"pretrained": True})


@pytest.mark.slow
def test_a_net_of_timm_starts_from_a_file_for_other_images(tiny: ImageSet, tmp_path: Path) -> None:
    timm = pytest.importorskip("timm")
    from striate.training.starting.source import settled as settle

    name = "vit_tiny_patch16_224"
    made = timm.create_model(name, num_classes=7)
    torch.save(made.state_dict(), tmp_path / "w.pt")
    recipe = Recipe(net=f"timm:{name}", start=str(tmp_path / "w.pt"), image_size=32)
    rng = np.random.default_rng(0)
    part = Split(rng.integers(0, 256, (6, 32, 32, 3), dtype=np.uint8), np.arange(6) % 3)
    images = ImageSet("small", ("a", "b", "c"), part, part, None, fingerprint="3" * 64, origin="made here")
    said: list[str] = []
    net = initial_net(settle(recipe), images, said.append)
    assert said == [f"start weights {tmp_path}/w.pt: timm brought them to these images and classes by its own rules"]
    assert torch.equal(net.get_parameter("blocks.0.attn.qkv.weight"), made.blocks[0].attn.qkv.weight)
    assert net.get_parameter("pos_embed").shape == (1, 5, 192)


def test_what_is_said_of_a_start_is_what_was_taken_over_and_what_was_not(plain: Recipe, first: Path) -> None:
    told = taken_over(settled(plain.change(start=str(first), image_size=16)))
    assert "image_size 16, where they say 8" in told
    assert ": mean [" in told
    assert "image_size 8" in taken_over(settled(plain.change(start=str(first))))
