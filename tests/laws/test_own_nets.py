"""A net of one's own works through every door, or is refused in one sentence before it trains: some eighty odd ones.

Those that work repeat: cut after an epoch and resumed they end in the same bytes, and each test gives the same score.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Container, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from striate.app.exporting.export import write
from striate.app.inputs.net_anatomy import net_anatomy
from striate.app.inputs.opened_net import Subject, open_subject
from striate.base.errors import StriateError
from striate.data import ImageSet, load
from striate.nets.catalog import names, option_fields
from striate.probes.catalog import ENTRIES, entry
from striate.scratch import catalog as scratch_nets
from striate.training import loop
from striate.training.engines import machine
from striate.training.folder.run import Run
from striate.training.recipe.recipe import Recipe
from striate.training.train import resume
from striate.training.train import test as score
from striate.training.train import train as door

# What is said of a net that is not trained; an empty text where it works.
NETS: dict[str, str] = {
    "View": "",
    "ViewOfImage": "",
    "InPlace": "",
    "InPlaceFirst": "",
    "NoiseInPlace": "",
    "PlainTensor": 'proj is in no file of weights; keep it as self.register_buffer("proj", ...)',
    "PlainArray": "proj is in no file of weights; keep it as a tensor",
    "Fleeting": "proj is in no file of weights; leave persistent=False out",
    "ConstantTensor": "",
    "PlainList": "blocks[0] is in no file of weights; keep its list as an nn.ModuleList",
    "Annealed": "steps is in no file of weights",
    "Counted": "",
    "CountedInBuffer": "",
    "Drifting": "gives other logits when it is called a second time with the same images in evaluation mode: calls",
    "Kept": "",
    "KeptGraph": "going back through it raised RuntimeError",
    "NumpyWeights": "",
    "AlwaysDropping": "",
    "OwnEntropy": "begins with other weights each time though its generators are seeded (weight)",
    "OwnGenerator": "(training mode): rng is in no file of weights; draw from the global generators",
    "TupleInTraining": "in training mode it gives a tuple for 4 images",
    "DictOfLogits": "gives a dict for an image of 1x8x8",
    "Squeezed": "gives shape (10,) for an image",
    "Scalar": "gives shape () for an image",
    "Answers": "gives whole numbers (int64)",
    "ExtraState": "puts into its state what is not a tensor (_extra_state, by get_extra_state)",
    "ExtraTensor": "",
    "frozen": "has nothing to train: all its parameters are frozen",
    "half_frozen": "",
    "Empty": "has nothing to train: it has no parameters",
    "Complex": "has weights of a type that is not trained here: weight (complex64)",
    "Fourier": "",
    "scripted": "returned a TorchScript module",
    "compiled": "",
    "compiled_inside": "",
    "CompiledForward": "",
    "Hollow": "",
    "Volumes": "",
    "SparseGradient": "the gradient of grey.weight is sparse",
    "parallel": "",
    "broken": "begins with NaN or infinity in fc.bias",
    "lazy": "",
    "LazyUnused": "has lazy layers that no image passes, so that nothing sets the size of more.weight and more.bias",
    "weight_norm": "",
    "old_weight_norm": "",
    "spectral_norm": "",
    "parametrized": "",
    "Tied": "",
    "ThroughNumpy": "no gradient leads from its logits to its weights",
    "NumpyInForward": "",
    "WithoutGradient": "no gradient leads from its logits to its weights",
    "Deciding": "",
    "Double": "",
    "DoubleLayer": "does not take an image of 1x8x8 (channels, height, width) (RuntimeError",
    "Half": "",
    "WholeBuffer": "",
    "Unused": "",
    "Rows": "",
    "hooked": "",
    "Called": "",
    "configured": "",
    "OfMeta": "",
    "stack": "",
    "Printing": "",
    "Warning_": "",
    "SetsDtypeWhenBuilt": "",
    "SetsDtypeWhenCalled": "changes the default dtype of PyTorch for all others each time it is called",
    "StopsGradients": "changes the mode of gradients of PyTorch for all others",
    "SeedsWhenCalled": "",
    "on_meta": "has weights without numbers (on the device meta): fc.weight and fc.bias",
    "global_layer": "gives the same weights each time it is built (1.weight and 1.bias)",
    "GlobalBuffer": "",
    "strange_defaults": "",
    "seeded": "",
    "Copying": "",
    "Attention": "",
    "Permuted": "",
    "Raising": "in training mode it raised IndexError: no such",
    "leaving": "raised SystemExit: 3",
    "ModeWithoutReturn": "",
    "NumpyOfImage": "",
    "WithoutGradientOfImage": "",
    "ScriptedInside": "has TorchScript modules in it (act)",
    "ExpandedBuffer": "does not take its own weights back (While copying the parameter named",
}
SLOW = {"compiled", "compiled_inside", "CompiledForward"}  # load all of PyTorch's compiler
LOOKED_INTO = {
    "View",
    "InPlace",
    "Kept",
    "AlwaysDropping",
    "Rows",
    "strange_defaults",
    "NumpyOfImage",
    "WithoutGradientOfImage",
}  # the others with the slow tests
WORKING = [name for name, words in NETS.items() if not words]


def some(nets: Iterable[str], quick: Container[str]) -> list[Any]:
    """Return the nets as parameters of a test, those that are not ``quick`` with the slow ones."""
    return [name if name in quick else pytest.param(name, marks=pytest.mark.slow) for name in nets]


QUICK = set(NETS) - SLOW
SETTINGS: dict[str, Any] = {"data": "digits", "train_images": 12, "batch_size": 6, "epochs": 2, "seed": 1}


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    found = load("digits")
    few = {
        split: getattr(found, split).__class__(getattr(found, split).images[:40], getattr(found, split).labels[:40])
        for split in ("test",)
    }
    return found.__class__(**{**vars(found), **few})


@pytest.fixture(autouse=True)
def _beside_the_nets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)


def train(*args: Any, **options: Any) -> Run:
    """Train without a word: that a net of one layer stopped far from its optimum is true here, and no matter."""
    return door(*args, **options, warn=lambda text: None)


def told(do: Callable[[], object]) -> str:
    """Return what ``do`` was refused with, in one line of printable words; empty where it was not."""
    try:
        do()
    except StriateError as error:
        text = str(error)
        assert text
        assert text.isprintable()
        assert len(text) < 1500
        return text
    return ""


def surroundings() -> dict[str, str]:
    return {
        "Python's generator": repr(random.getstate()),
        "NumPy's generator": repr(np.random.get_state()),
        "PyTorch's generator": repr(torch.get_rng_state().tolist()),
        "the default dtype": repr(torch.get_default_dtype()),
        "the number of threads": repr(torch.get_num_threads()),
        "the mode of gradients": repr(torch.is_grad_enabled()),
    }


def changed(before: dict[str, str]) -> list[str]:
    """Return the names of what is otherwise now; their values are thousands of numbers."""
    return [name for name, value in surroundings().items() if value != before[name]]


@pytest.mark.parametrize("name", some(NETS, QUICK))
def test_it_trains_or_is_refused_before(
    name: str, digits: ImageSet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "processor_flags", lambda: ("avx512_bf16",))  # so that bfloat16 is tried everywhere
    before = surroundings()
    recipe = Recipe(net=f"odd_nets:{name}", **SETTINGS)
    words = told(lambda: train(recipe, "run", images=digits))
    if NETS[name]:
        assert NETS[name] in words
        assert not Path("run").exists()
    else:
        assert words == ""
    told(lambda: net_anatomy(f"odd_nets:{name}", {}, "1x8x8"))
    assert changed(before) == []
    assert capsys.readouterr().out == ""  # which is for results


@pytest.mark.parametrize("name", some(WORKING, QUICK))
def test_it_repeats(name: str, digits: ImageSet) -> None:
    recipe = Recipe(net=f"odd_nets:{name}", **SETTINGS)
    train(recipe, "whole", images=digits)

    def cut(tick: loop.Tick) -> None:
        if tick.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(recipe, "cut", images=digits, watch=cut)
    random.seed(5), np.random.seed(5), torch.manual_seed(5)
    train(recipe, "cut", images=digits)
    for file in ("history.csv", "checkpoints/step-00000004.safetensors"):
        assert Path("cut", file).read_bytes() == Path("whole", file).read_bytes(), file
    random.seed(6), np.random.seed(6), torch.manual_seed(6)
    first = score("whole", images=digits)
    Path("whole/test.json").unlink()
    assert score("whole", images=digits) == first


@pytest.mark.parametrize("name", some(WORKING, LOOKED_INTO))
def test_probes_look_into_it_or_say_why_not(name: str, digits: ImageSet) -> None:
    train(Recipe(net=f"odd_nets:{name}", **{**SETTINGS, "epochs": 1}), "run", images=digits)
    subject = open_subject("run")
    images = subject.tensor(digits.test.images[:2])
    few: dict[str, dict[str, Any]] = {"maximize": {"steps": 2}, "fool": {"target": 1, "steps": 2}}
    heard = {probe: told(lambda probe=probe: look(probe, subject, images, few.get(probe, {}))) for probe in ENTRIES}
    assert heard["occlusion"] == ""  # it only looks at logits
    assert told(lambda: write(subject, "safetensors", Path("net.safetensors"))) == ""


def look(probe: str, subject: Subject, images: torch.Tensor, options: dict[str, Any]) -> object:
    run = entry(probe).run
    return run(subject.net) if probe == "filters" else run(subject.net, images, **options)


# Both formats begin with PyTorch's own export, which is what may fail; ONNX is written for a part of the nets.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "to"), [*((name, "program") for name in WORKING), *((name, "onnx") for name in sorted(LOOKED_INTO))]
)
def test_it_is_exported_or_why_not_is_said(name: str, to: str, digits: ImageSet) -> None:
    train(Recipe(net=f"odd_nets:{name}", **{**SETTINGS, "epochs": 1}), "run", images=digits)
    words = told(lambda: write(open_subject("run"), to, Path("net.out")))
    assert (
        words == ""
        or "cannot be written as" in words
        or (name == "AlwaysDropping" and "would not give the answers" in words)
    )


def test_images_that_are_written_into_give_the_same_logits_each_time(digits: ImageSet) -> None:
    for name in ("InPlace", "InPlaceFirst"):
        train(Recipe(net=f"odd_nets:{name}", **SETTINGS, test_flips=True), name, images=digits)
        subject = open_subject(name)
        images = subject.tensor(digits.test.images[:3])
        first = subject.net(images)
        assert subject.net(images).equal(first)


def test_a_field_of_the_recipe_is_meant_where_a_net_has_the_name_too(digits: ImageSet) -> None:
    recipe = Recipe(net="odd_nets:seeded", **SETTINGS).change(seed=2, epochs=1, **{"net.seed": 3, "net.epochs": 5})
    assert (recipe.seed, recipe.epochs, recipe.net_options) == (2, 1, {"seed": 3, "epochs": 5})
    assert Recipe(**json.loads(json.dumps(recipe.to_json()))) == recipe
    histories = []
    for seed in (1, 2):
        train(recipe.change(seed=seed), f"run{seed}", images=digits)
        histories.append(Path(f"run{seed}", "history.csv").read_text())
    assert histories[0] != histories[1]


def test_no_net_of_ours_has_an_option_that_is_called_as_a_field_of_the_recipe() -> None:
    ours = {f"{net}.{option}" for net in names() for option in option_fields(net)}
    by_hand = {f"{net}.{option}" for net in scratch_nets.names() for option in scratch_nets.option_fields(net)}
    fields = set(Recipe.model_fields)
    assert {name for name in ours | by_hand if name.partition(".")[2] in fields} == set()


def test_a_changed_default_is_told_on_resume_and_test(digits: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    import odd_nets

    train(Recipe(net="odd_nets:configured", **SETTINGS), "run", images=digits)
    monkeypatch.setattr(odd_nets, "configured", lambda classes: odd_nets.stack())
    with pytest.raises(StriateError, match='do not fit net "odd_nets:configured" as it is built now: unexpected'):
        score("run", images=digits)
    Path("run/status.json").unlink()
    with pytest.warns(UserWarning, match="status.json is missing"):
        assert "as it is built now" in told(lambda: resume("run"))
