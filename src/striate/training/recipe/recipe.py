"""The recipe: everything that determines a run, as one frozen and validated value.

A variant replaces fields (`Recipe.change`); a recipe round-trips through JSON; every fault of one recipe is listed at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from striate.base.documented import Documented
from striate.base.errors import NetError, RecipeError, sentence
from striate.base.validation import faults_of
from striate.data.photos.resizing import Filter, Fit, Resizing
from striate.nets.custom.trust import from_file, trust
from striate.training.recipe import starting
from striate.training.recipe.engine_nets import EngineName, complete, engine_faults, net_faults, net_names, options_of
from striate.training.recipe.like import like
from striate.training.recipe.net_options import taken, written
from striate.training.recipe.rules import combination_faults

Optimizer = Literal["sgd", "rmsprop", "adam", "adamw"]
Schedule = Literal["constant", "step", "cosine", "one-cycle", "inverse-time"]
Standardize = Literal["channel", "image"]
FlipMode = Literal["random", "alternating"]
PadMode = Literal["zero", "reflect"]
EpsilonForm = Literal["pytorch", "keras"]
Precision = Literal["auto", "float32", "bfloat16", "float64"]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]


class Recipe(Documented):
    """Everything that determines a run. Construction raises RecipeError listing every fault with the nearest valid name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    engine: EngineName = "torch"
    """What computes: PyTorch; `scratch`, the layers by hand; or `twin`, a net of scratch computed by PyTorch."""
    net: str = "convnet"
    """A name of `striate list nets`, package.module:callable, timm:NAME or torchvision:NAME."""
    net_options: dict[str, Any] = Field(default_factory=dict)
    """The net's own options where they differ from its defaults."""
    data: str = "digits"
    """A name of `striate list data`, an image folder, or a table (.npz with X and y)."""
    classes: Annotated[str, Field(min_length=1)] | None = None
    """Only images of these: names with commas between, or a slice of all, as `::2` (every other one); none keeps all."""
    image_size: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Side in pixels to which all images are brought; none keeps their own size."""
    resize: Fit = "crop"
    """Where an image gets another size: `crop` cuts off what is too long, `pad` adds black bars, `squash` distorts."""
    resize_filter: Filter = "bilinear"
    """The filter of that, widened when shrinking so that fine patterns do not alias."""
    decoding: Literal["scaled", "full"] = "scaled"
    """A JPEG that becomes smaller is decoded at the half, quarter or eighth that is still large enough; `full`: whole."""
    skip_damaged: bool = False
    """Leave out files of an image folder that cannot be read, with a note that counts them; else they are refused."""
    validation: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.1
    """Share of the training images held out, class by class, where the data bring no validation split."""
    validate_on_test: bool = False
    """Train on all training images and validate on the test split, as some coursework does; marked on every report."""
    train_images: Annotated[int, Field(ge=1)] | None = None
    """Train on that many of the training images, each class in proportion (the validation images stay); none: all."""
    standardize: Standardize = "channel"
    """`channel`: mean and deviation of the training images; `image`: each image by its own, divisor max(std, 1/sqrt(n))."""
    permute_pixels: bool = False
    """Move the pixels of every image of every split by one fixed permutation, the same for all seeds: locality is gone."""
    flip: bool = False
    """Mirror images left to right."""
    flip_mode: FlipMode = "random"
    """`random`: each with probability 1/2; `alternating`: every image every other epoch, the first one drawn per image."""
    rotate: Annotated[float, Field(ge=0.0, le=180.0)] = 0.0
    """Largest angle in degrees, either way, of a rotation about the centre; bilinear, black outside."""
    translate: Annotated[int, Field(ge=0, le=64)] = 0
    """Largest shift in pixels along each axis, either way; black outside."""
    pad_crop: Annotated[int, Field(ge=0, le=64)] = 0
    """Pixels of padding on each side, before a random crop back to the image's size."""
    pad_mode: PadMode = "zero"
    """What the padding of pad_crop holds: zeros, or the image reflected at its border pixels."""
    jitter: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Brightness, contrast and saturation are each multiplied by a factor drawn from 1 - jitter to 1 + jitter."""
    cutout: Annotated[int, Field(ge=0, le=512)] = 0
    """Side in pixels of a square set to zero at a random place."""
    mixup: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    """Blend images and labels in pairs, with a share from Beta(mixup, mixup) per batch; training accuracy counts the larger."""
    cutmix: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    """Paste a box of another image, its area from Beta(cutmix, cutmix) per batch; with mixup, each batch takes one of them."""
    test_flips: bool = False
    """At the test also score the mean logits of each image and its mirror image, beside the score without."""
    mean: list[float] | None = None
    """Subtracted from each channel, in units of [0, 1]; none: measured on the training images, or as the start weights say."""
    std: list[Annotated[float, Field(gt=0.0)]] | None = None
    """Divides each channel, beside mean."""
    start: str | None = None
    """Weights to start from: file, run, timm:NAME, torchvision:NAME, in a study arm:NAME; other classes: a new last layer."""
    start_hash: str | None = None
    """SHA-256 of the start weights, filled in when a run begins."""
    freeze: str | None = None
    """Layers up to this tap do not learn; `body`: all but the last layer."""
    unfreeze_after: Annotated[int, Field(ge=1)] | None = None
    """Epochs after which they learn too."""
    fixed_statistics: Literal["frozen", "all", "none"] = "frozen"
    """Batch norms that use and keep their running statistics in training: of frozen layers, all or none (then they move)."""
    start_lr_factor: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Factor of the rate at the first layer, rising geometrically, layer by layer, to 1 at the last."""
    optimizer: Optimizer = "adam"
    """What turns gradients into steps."""
    lr: Annotated[float, Field(gt=0.0, le=1000.0)] = 1e-3
    """Peak learning rate, per update."""
    momentum: Fraction = 0.9
    """Momentum of sgd; 0 is plain stochastic gradient descent."""
    alpha: Fraction = 0.99
    """Decay rate of the squared gradients of rmsprop, per update."""
    nesterov: bool = False
    """Nesterov's momentum, for sgd."""
    beta1: Fraction = 0.9
    """Decay rate of the gradients' mean of adam and adamw, per update."""
    beta2: Fraction = 0.999
    """Decay rate of the squared gradients' mean of adam and adamw, per update."""
    epsilon: Annotated[float, Field(gt=0.0, le=1.0)] = 1e-8
    """Added to the denominator of rmsprop, adam and adamw."""
    epsilon_form: EpsilonForm = "pytorch"
    """adam and adamw add epsilon to the root of the bias-corrected mean square; `keras`: to that of the uncorrected one,
    lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)."""
    weight_decay: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """L2 strength for sgd, rmsprop and adam (added to the gradient), decoupled for adamw; not applied to norms and biases."""
    schedule: Schedule = "constant"
    """How the learning rate changes over the run."""
    warmup_epochs: Annotated[float, Field(ge=0.0)] = 0.0
    """Epochs of linear warm-up from 0, before step, cosine, inverse-time and constant."""
    step_epochs: Annotated[int, Field(ge=1)] = 10
    """Epochs between the drops of the step schedule."""
    gamma: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    """Factor of each drop of the step schedule."""
    peak: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.3
    """Share of the run after which one-cycle is at its highest rate."""
    cycle_momentum: bool = False
    """With one-cycle: momentum (beta1 of adam and adamw) falls linearly to lowest_momentum at the highest rate, and rises."""
    lowest_momentum: Fraction = 0.85
    """What cycle_momentum falls to; its source begins at 0.95."""
    decay: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """Inverse-time decay per update: lr / (1 + decay * update)."""
    label_smoothing: Fraction = 0.0
    """Share of the target that is spread over all classes."""
    batch_size: Annotated[int, Field(ge=1, le=65536)] = 32
    """Images per update; the last batch of an epoch holds what is left, and is left out if that is a single image."""
    sync_batch_norm: bool = False
    """On several processes batch norm uses the mean and variance of the whole batch; else each process those of its part."""
    epochs: Annotated[int, Field(ge=1, le=100_000)] = 10
    """Passes over the training images."""
    keep_every: Annotated[int, Field(ge=1)] | None = None
    """Keep the weights after every so many epochs for good, for `striate test RUN --epoch`; none: the best and the last."""
    precision: Precision = "auto"
    """`auto`: bfloat16 where the hardware multiplies it natively and a check of this net passes, else float32."""
    record_steps: bool = False
    """Keep the loss of every update in the history too, as the metric `batch_loss`."""
    record_gradients: bool = False
    """Keep the gradient norm of each layer's weights at the last update of every epoch, as the metric `gradient.LAYER`."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Root of the named random streams."""

    def __init__(self, **fields: Any) -> None:
        """Make a recipe; raises RecipeError with every fault of ``fields`` in one sentence. It trusts a net of one's own."""
        if isinstance(name := fields.get("net"), str):
            trust(name)
        if isinstance(given := fields.get("net_options"), Mapping):
            fields["net_options"] = written(given)
        fields |= {name: str(fields[name]) for name in ("data", "start") if isinstance(fields.get(name), Path)}
        values = {**_DEFAULTS, "net_options": {}, **fields}
        faults = [*net_faults(values), *engine_faults(values), *combination_faults(values, _DEFAULTS)]
        options = _options(values["engine"], values["net"]) if fields.keys() - _DEFAULTS.keys() else ()
        misplaced = [name for name in options if name in fields and name not in _DEFAULTS]
        whose = f"is an option of the net {values['net']}; give it as net_options"
        faults += [f'{name} {whose}={{"{name}": ...}}' for name in misplaced]
        try:
            super().__init__(**{name: value for name, value in fields.items() if name not in misplaced})
        except ValidationError as error:
            faults = faults_of(error, (*options, *_DEFAULTS)) + faults
        if faults:
            raise RecipeError(f"the recipe is not accepted: {sentence(faults)}")

    def change(self, **changes: Any) -> Recipe:
        """Return this recipe with fields replaced; a name that is an option of the net replaces that option.

        Of a field and an option with one name the field is meant; ``net.NAME`` is the option. ``like="keras"`` first sets that
        library's defaults (`striate.training.recipe.like`). Raises RecipeError naming unknown fields with the nearest names.
        """
        given = self.model_dump()
        library = changes.pop("like", None)
        net, engine = changes.get("net", self.net), changes.get("engine", self.engine)
        if isinstance(net, str) and "net" in changes:
            trust(net)
        # Another net starts from its own defaults: widths that were chosen for one say nothing about the other.
        same = net == self.net and net_names(engine) == net_names(self.engine)
        options: Any = changes.pop("net_options", given["net_options"] if same else {})
        if isinstance(options, Mapping):  # if not, it is refused below, with all other faults
            names = _options(engine, net)
            if library is not None:
                changes = {**like(library, changes.get("optimizer", self.optimizer), names), **changes}
            options = {**options, **taken(changes, names, Recipe.model_fields)}
        with from_file():  # whatever else changes, no other net is named by it
            return Recipe(**{**given, **changes, "net_options": options})

    @property
    def options(self) -> Any:
        """Every option of the net: its own defaults, with ``net_options`` in place of some."""
        return complete(self.engine, self.net, self.net_options)

    @property
    def resizing(self) -> Resizing:
        """How an image of another size becomes one of ``image_size``."""
        return Resizing(self.resize, self.resize_filter, self.decoding == "full")

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON-able values; `recipe_from_json` reads it."""
        return self.model_dump(mode="json")


def recipe_from_json(value: Mapping[str, Any]) -> Recipe:
    """Return the recipe that `Recipe.to_json` wrote; raises RecipeError as the constructor does.

    A net of one's own is not imported for standing there, and its options are checked once it is trusted and built.
    """
    with from_file():
        return Recipe(**value)


def differing(before: Recipe, now: Recipe) -> str:
    """Return the fields in which two recipes differ, as ``field there, here``; empty when they are the same run."""
    return starting.differing(before.to_json(), now.to_json(), _DEFAULTS)


def _options(engine: object, net: object) -> tuple[str, ...]:
    """Return the option names of ``net``, or those of every net when it is none: its own fault is told already."""
    if isinstance(net, str):
        with contextlib.suppress(NetError):
            return options_of(engine, net)
    return tuple(dict.fromkeys(field for name in net_names(engine) for field in options_of(engine, name)))


_DEFAULTS: dict[str, Any] = {name: field.default for name, field in Recipe.model_fields.items()}
