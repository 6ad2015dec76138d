"""What a run starts from: the weights that `start` names, and how images were shown to them. Nothing of a file is run.

    weights.safetensors, .pt, .pth; FILE#PART    what `striate export` wrote beside the weights is read by its schema
    runs/first                                   the weights of the best validation epoch, with their labels
    timm:NAME, torchvision:NAME                  the published weights
    arm:NAME                                     in a study, the run of another arm with the same seed, once it has ended

`settled` puts what they say into the recipe, before anything is read or written: size, resizing and normalization, and the
SHA-256 of the weights, so that the recipe still determines the run.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from striate.base.disk.files import digest
from striate.base.disk.foreign import kind_of
from striate.base.errors import NetError, RunError, printable
from striate.nets.catalog import entry
from striate.nets.custom.naming import is_own, is_zoo
from striate.nets.custom.surroundings import seeded
from striate.nets.entry import ImageShape
from striate.nets.measure.order import layers, outputs
from striate.nets.weights.fitted import Fitted, fit, last_layer
from striate.nets.weights.load import read_weights
from striate.nets.weights.tensors import MARK
from striate.training.folder import weights as of_run
from striate.training.folder.labels import Labels
from striate.training.folder.run import open_run
from striate.training.recipe.recipe import Recipe
from striate.training.recipe.starting import TAKEN, of_arm, run_of_arm
from striate.training.starting.exported import metadata_of
from striate.training.starting.fields import of_export, of_inputs, of_labels

SIZE = ("image_size", "resize", "resize_filter")


@dataclass(frozen=True)
class Source:
    """Start weights: their hash, the names of their classes, and the fields of a recipe that they say; None: unknown."""

    sha256: str
    classes: tuple[str, ...] | None
    says: Mapping[str, Any]


def beside(recipe: Recipe, run: Path) -> Recipe:
    """Return ``recipe`` with the folder in place of ``arm:NAME`` that this means to the run in the folder ``run``."""
    return recipe.change(start=str(run_of_arm(str(recipe.start), run))) if of_arm(recipe.start) else recipe


def settled(recipe: Recipe, run: Path | None = None) -> Recipe:
    """Return ``recipe`` with what its start weights say in the fields that hold their defaults; as it is where it has been so.

    Of another arm, for which the folder ``run`` is needed, they say nothing of size: a study asks each arm for its own.
    Raises NetError or RunError where the weights cannot be had.
    """
    if recipe.start is None or recipe.start_hash is not None:
        return recipe
    start = str(recipe.start if run is None else beside(recipe, run).start)
    source = _source(start, recipe.net, _stamp(start))
    plain = Recipe.model_fields
    own = SIZE if of_arm(recipe.start) else SIZE[1:] if recipe.image_size is not None else ()
    changes = {
        name: value
        for name, value in source.says.items()
        if getattr(recipe, name) == plain[name].default and name not in own
    }
    if recipe.standardize == "image" or recipe.permute_pixels:
        changes = {name: value for name, value in changes.items() if name not in ("mean", "std")}
    return recipe.change(**changes, start_hash=source.sha256)


def taken_over(recipe: Recipe) -> str:
    """Return what a settled recipe took over from its start weights, and what of size it kept, as a sentence."""
    says = _source(str(recipe.start), recipe.net, _stamp(str(recipe.start))).says
    mine = {name: getattr(recipe, name) for name in TAKEN if name in says}
    plain = Recipe.model_fields
    told = [f"{name} {value}" for name, value in mine.items() if value == says[name] and value != plain[name].default]
    kept = [f"{name} {value}, where they say {says[name]}" for name, value in mine.items() if _kept(name, value, says)]
    what = f"start weights {printable(str(recipe.start))}, SHA-256 {str(recipe.start_hash)[:12]}..."
    if not says:
        return f"{what}: they say nothing of how images were shown to them"
    return "; ".join([f"{what}: {', '.join(told) or 'nothing had to be taken over'}", *kept])


def _kept(name: str, value: object, says: Mapping[str, Any]) -> bool:
    return name in SIZE and value != says[name]


def started(
    recipe: Recipe,
    net: nn.Module,
    build: Callable[[Mapping[str, Any]], nn.Module],
    shape: ImageShape,
    classes: tuple[str, ...],
    tell: Callable[[str], None],
) -> nn.Module:
    """Return ``net``, which is as drawn, with the start weights of a settled ``recipe``; ``build`` makes it with other options.

    ``shape`` is (H, W, C); ``tell`` gets what was not taken as it is. Raises NetError listing together what does not fit,
    RunError where the weights are not those of the recipe.
    """
    start, path = str(recipe.start), printable(str(recipe.start))
    source = _source(start, recipe.net, _stamp(start))
    if source.sha256 != recipe.start_hash:
        raise RunError(
            f'the start weights "{path}" have changed since the recipe named them (SHA-256 {source.sha256[:12]}..., and it was'
            f" {str(recipe.start_hash)[:12]}...); restore them, or train into another `out`"
        )
    other = source.classes is not None and source.classes != classes
    try:
        fitted = fit(net, _tensors(start, net), start, shape, other_classes=other)
    except NetError:
        option = _zoo_option(start, recipe.net)
        if option is None:
            raise
        # Of another size of image: these libraries take position embeddings and the like to it.
        made, fitted = build(option), Fitted()
        library = recipe.net.partition(":")[0]
        tell(f"start weights {path}: {library} brought them to these images and classes by its own rules")
        net = _with_head_of(net, made, shape) if other else made
    if words := fitted.in_words():
        tell(f"start weights {path}: {words}")
    return net


def _with_head_of(drawn: nn.Module, made: nn.Module, shape: ImageShape) -> nn.Module:
    """Return ``made`` with the last layer of ``drawn``: as many classes of another meaning are none that were learned."""
    head = last_layer(made, layers(made, shape), outputs(made, shape))
    fresh = drawn.state_dict()
    made.load_state_dict(
        {name: fresh[name] for name in fresh if head and name.rpartition(".")[0] == head}, strict=False
    )
    return made


def _zoo_option(start: str, net: str) -> Mapping[str, Any] | None:
    """Return the option by which a net of the zoo fits these weights itself; None where it cannot."""
    if not is_zoo(net) or _is_run(start):
        return None
    if is_zoo(start):
        return {"pretrained": True} if start == net else None
    return {"weights": start}


def _is_run(start: str) -> bool:
    return (Path(start) / "recipe.json").is_file()


def _stamp(start: str) -> tuple[int, ...]:
    """Return what changes when the file does; nothing for what is not a file."""
    try:
        known = os.stat(_file(start))
    except OSError:
        return ()
    return known.st_mtime_ns, known.st_ctime_ns, known.st_size, known.st_ino  # ctime, since `cp -p` sets the other back


def _file(start: str) -> Path:
    """Return the file of ``FILE#PART``, as `read_weights` takes it."""
    path = Path(start)
    if kind_of(path) == "absent" and MARK in path.name:
        return path.with_name(path.name.partition(MARK)[0] or MARK)
    return path


@functools.lru_cache(maxsize=16)
def _source(start: str, net: str, _changed: tuple[int, ...]) -> Source:
    if is_zoo(start):
        own, tensors = entry(start).inputs, _published(start)
        return Source(_digest(tensors), None if own is None else own.classes or None, of_inputs(own))
    if _is_run(start):
        found = of_run.best(open_run(Path(start)))
        labels = Labels.of(found.values)
        if labels.engine != "torch":
            raise NetError(f'"{printable(start)}" is a run of a net by hand; start from one of `engine=torch`')
        return Source(str(found.record["sha256"]), labels.classes, of_labels(labels))
    if Path(start).is_dir():
        raise NetError(
            f'"{printable(start)}" is a folder without recipe.json, so it is not a run; give a run, a file or timm:NAME'
        )
    file = _file(start)
    kind = kind_of(file)
    if kind != "file":
        raise NetError(
            f'the start weights "{printable(start)}" are {"not there" if kind == "absent" else f"no file ({kind})"}; give a'
            " weights file (.safetensors, .pt, .pth), a run folder, timm:NAME or torchvision:NAME"
        )
    sha256 = digest(file.read_bytes())
    if (said := metadata_of(file)) is not None:
        return Source(sha256, tuple(said.classes) or None, of_export(said))
    # Of a net whose weights are published, a file that says nothing is taken for these, as `striate test --weights` does.
    own = None if is_own(net) else entry(net).inputs
    return Source(sha256, None if own is None or own.imagenet else own.classes or None, of_inputs(own))


def _tensors(start: str, net: nn.Module) -> Mapping[str, Tensor]:
    if is_zoo(start):
        return _published(start)
    return of_run.best(open_run(Path(start))).tensors if _is_run(start) else read_weights(Path(start), net.state_dict())


@functools.lru_cache(maxsize=1)
def _published(name: str) -> Mapping[str, Tensor]:
    made = entry(name)
    shape = (224, 224, 3) if made.inputs is None else made.inputs.image_shape
    count = len(made.inputs.classes) if made.inputs is not None and made.inputs.classes else 1000
    options = type(made.default)(pretrained=True)
    try:
        with seeded(0):
            return made.build(options, shape, count).state_dict()
    except NetError as error:
        why = str(error).partition("; connect")[0]
        raise NetError(f"{why}; connect to the network once, or start from a file of them: `start=FILE`") from error


def _digest(tensors: Mapping[str, Tensor]) -> str:
    from safetensors.torch import save

    return digest(save({name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}))
