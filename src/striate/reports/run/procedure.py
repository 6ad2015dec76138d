"""The training procedure of a run in words, built from its recipe and from what its environment recorded.

A sentence for each of: what was trained on what, how images are treated, the optimizer, the learning rate, the loss, and how
the tested weights are chosen. Every field of a recipe has its place in one of them, or says nothing there (`SILENT`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from striate.base.errors import counted, listed
from striate.data.catalog import is_table, one_of
from striate.data.photos.resizing import USUAL

if TYPE_CHECKING:
    from striate.training.recipe.recipe import Recipe

SILENT = ("record_steps", "record_gradients", "keep_every", "skip_damaged")
"""Fields that change what is written down or read, and nothing of the training."""

OPTIMIZERS = {"sgd": "stochastic gradient descent", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
LOSSES = {"svm": "the hinge loss", "logistic": "the logistic loss"}
"""Of the nets by hand that have one of their own."""
TREATMENTS: dict[str, Callable[[Recipe], str]] = {
    "flip": lambda r: (
        "mirrored left to right every other epoch"
        if r.flip_mode == "alternating"
        else "mirrored left to right with probability 1/2"
    ),
    "rotate": lambda r: f"rotated by up to {r.rotate:g} degrees",
    "translate": lambda r: f"shifted by up to {counted(r.translate, 'pixel')}",
    "pad_crop": lambda r: (
        f"padded by {counted(r.pad_crop, 'pixel')} of "
        f"{'zeros' if r.pad_mode == 'zero' else 'reflection'} and cropped at random"
    ),
    "jitter": lambda r: f"jittered in brightness, contrast and saturation by up to {r.jitter:g}",
    "cutout": lambda r: f"blackened in a square of {counted(r.cutout, 'pixel')} a side",
    "mixup": lambda r: f"blended in pairs (mixup {r.mixup:g})",
    "cutmix": lambda r: f"pasted into each other (cutmix {r.cutmix:g})",
}


def procedure(recipe: Recipe, environment: Mapping[str, Any], seeds: Sequence[int] = ()) -> str:
    """Return a paragraph on how the run was trained; ``environment`` is that of its folder, or empty.

    Of several runs that differ in nothing else, ``seeds`` are those of all.
    """
    parts = (
        _what(recipe, environment),
        *_start(recipe),
        _images(recipe),
        _optimizer(recipe),
        _rate(recipe),
        _end(recipe, environment, seeds or (recipe.seed,)),
    )
    return " ".join(parts)


def net_in_words(recipe: Recipe) -> str:
    """Return the net by its name, with the engine and the options that are not its own: `mlp (hidden = [64])`."""
    options = ", ".join(f"{name} = {_written(value)}" for name, value in recipe.net_options.items())
    engine = {"scratch": " by hand (NumPy)", "twin": " as the PyTorch twin of a net by hand"}.get(recipe.engine, "")
    return f"{recipe.net}{engine}{f' ({options})' if options else ''}"


def _what(recipe: Recipe, environment: Mapping[str, Any]) -> str:
    text = f"The net {net_in_words(recipe)} is trained on "
    images, held = environment.get("train_images"), environment.get("val_images")
    one = one_of(recipe.data)
    text += f"{counted(images, one)} of {recipe.data}" if isinstance(images, int) else f"the data {recipe.data}"
    if recipe.train_images is not None and not isinstance(images, int):
        text += f", {recipe.train_images:,} of the training {one}s"
    if recipe.classes is not None:
        text += f", of its classes only {recipe.classes}"
    if recipe.image_size is not None:
        text += f" at {recipe.image_size} x {recipe.image_size} pixels"
    if recipe.resizing != USUAL:
        whole = ", photographs decoded whole" if recipe.decoding == "full" else ""
        text += f" ({recipe.resizing.in_words()} where they had another size{whole})"
    text += f" for {counted(recipe.epochs, 'epoch')} in batches of {recipe.batch_size:,}"
    if isinstance(images, int):
        text += f" ({counted(-(-images // recipe.batch_size), 'update')} an epoch)"
    text += _processes(recipe, environment)
    if recipe.validate_on_test:
        return f"{text}; it is validated on the test {one}s, as some coursework does."
    if isinstance(held, int):
        return f"{text}; {counted(held, f'{one} is', f'{one}s are')} held out for validation."
    return f"{text}; where the data bring no validation {one}s, {recipe.validation:.0%} are held out, class by class."


def _start(recipe: Recipe) -> list[str]:
    """Return where its weights come from and what does not learn, a sentence each; nothing for a net from nothing."""
    told: list[str] = []
    if recipe.start is not None:
        known = f" (SHA-256 {recipe.start_hash[:12]}...)" if recipe.start_hash else ""
        told.append(f"Its weights start from {recipe.start}{known}, the last layer anew where its classes are others.")
    if recipe.freeze is not None:
        which = "All layers but the last" if recipe.freeze == "body" else f"The layers up to {recipe.freeze}"
        until = f" in the first {counted(recipe.unfreeze_after, 'epoch')}" if recipe.unfreeze_after else ""
        norms = {"none": "their batch norms go on measuring", "all": "no batch norm measures anything in training"}
        kept = norms.get(recipe.fixed_statistics, "their batch norms keep their statistics as long")
        told.append(f"{which} do not learn{until}; {kept}.")
    elif recipe.fixed_statistics == "all":
        told.append("Batch norms use and keep their running statistics in training.")
    return told


def _processes(recipe: Recipe, environment: Mapping[str, Any]) -> str:
    """Return on how many processes each part of the run was trained, and what batch norm saw there; nothing for one."""
    counts = [part["processes"] for part in (environment, *environment.get("continued", [])) if "processes" in part]
    if max(counts, default=1) == 1:
        return ", with batch norm over the whole batch" if recipe.sync_batch_norm else ""
    whole = "the whole batch" if recipe.sync_batch_norm else "the part of its own process"
    return f", each cut over {', then over '.join(map(str, counts))} processes, with batch norm over {whole}"


def _images(recipe: Recipe) -> str:
    if is_table(recipe.data) and recipe.mean is None:
        return "Features are normalized by their means and deviations in the training rows."
    own = recipe.standardize == "image"
    text = f"{'Each image is' if own else 'Images are'} normalized by "
    text += "its own mean and deviation" if own else _numbers(recipe)
    text += ", with its pixels moved by one fixed permutation" if recipe.permute_pixels else ""
    on = [say(recipe) for name, say in TREATMENTS.items() if getattr(recipe, name)]
    return f"{text}; training images are {listed(on)}." if on else f"{text}, and not augmented."


def _numbers(recipe: Recipe) -> str:
    if recipe.mean is None or recipe.std is None:
        return "the channel means and deviations of the training images"
    mean, std = (", ".join(f"{value:.4g}" for value in values) for values in (recipe.mean, recipe.std))
    return f"the channel means {mean} and deviations {std}"


def _optimizer(recipe: Recipe) -> str:
    told: list[str] = []
    if recipe.optimizer == "sgd":
        told += [f"{'Nesterov ' if recipe.nesterov else ''}momentum {recipe.momentum:g}"] if recipe.momentum else []
    elif recipe.optimizer == "rmsprop":
        told += [f"alpha {recipe.alpha:g}", f"epsilon {recipe.epsilon:g}"]
    else:
        form = " in the form of Keras" if recipe.epsilon_form == "keras" else ""
        told += [f"beta1 {recipe.beta1:g}", f"beta2 {recipe.beta2:g}", f"epsilon {recipe.epsilon:g}{form}"]
    if recipe.weight_decay:
        how = "decoupled weight decay" if recipe.optimizer == "adamw" else "L2"
        told.append(f"{how} {recipe.weight_decay:g} on weights, not on norms and biases")
    name = OPTIMIZERS[recipe.optimizer]
    return (
        f"Updates are by {name}{f' ({listed(told)})' if told else ''}, on {LOSSES.get(recipe.net, 'the cross-entropy')}"
        + (
            f" with {recipe.label_smoothing:g} of each target spread over all classes."
            if recipe.label_smoothing
            else "."
        )
    )


def _rate(recipe: Recipe) -> str:
    how = {
        "constant": "is constant",
        "step": f"is multiplied by {recipe.gamma:g} every {counted(recipe.step_epochs, 'epoch')}",
        "cosine": "falls along a cosine to 0",
        "one-cycle": f"rises linearly over {recipe.peak:.0%} of the run and falls linearly to 0",
        "inverse-time": f"is divided by 1 + {recipe.decay:g} times the number of updates done",
    }[recipe.schedule]
    peaks = recipe.schedule == "one-cycle"
    text = f"The learning rate {f'peaks at {recipe.lr:g}: it' if peaks else f'of {recipe.lr:g}'} {how}"
    if recipe.start_lr_factor < 1:
        text += (
            f", at the first layer {recipe.start_lr_factor:g} of that, rising geometrically layer by layer to the last"
        )
    if recipe.cycle_momentum:
        whose = "momentum" if recipe.optimizer == "sgd" else "beta1"
        text += f", while {whose} falls to {recipe.lowest_momentum:g} and rises again"
    if recipe.warmup_epochs:
        text += f", after a linear warm-up over {recipe.warmup_epochs:g} {'epoch' if recipe.warmup_epochs == 1 else 'epochs'}"
    return f"{text}."


def _end(recipe: Recipe, environment: Mapping[str, Any], seeds: Sequence[int]) -> str:
    precision = environment.get("precision", recipe.precision)
    counted_in = "in the type that suits the machine" if precision == "auto" else f"in {precision}"
    flips = ", and with the mean logits of each image and its mirror image beside that" if recipe.test_flips else ""
    return (
        f"It is computed {counted_in}, with {'seed' if len(seeds) == 1 else 'the seeds'} {listed([*map(str, seeds)])}; "
        f"the weights of the best validation epoch are tested, "
        f"once{flips}."
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
