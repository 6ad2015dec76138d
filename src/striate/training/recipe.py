"""The recipe: everything that determines a run, as one frozen and validated value.

A variant replaces fields (`Recipe.change`); a recipe round-trips through JSON; every fault of one recipe is listed at once.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from striate.base.errors import NetError, RecipeError, sentence
from striate.nets.catalog import complete, faults_of, names, option_fields

Optimizer = Literal["sgd", "adam", "adamw"]
Schedule = Literal["constant", "step", "cosine", "one-cycle", "inverse-time"]
Precision = Literal["auto", "float32", "bfloat16"]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]


class Recipe(BaseModel):
    """Everything that determines a run. Construction raises RecipeError listing every fault with the nearest valid name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    net: str = "convnet"
    """A name of `striate list nets`."""
    net_options: dict[str, Any] = Field(default_factory=dict)
    """The net's own options where they differ from its defaults."""
    data: str = "digits"
    """A name of `striate list data`, or an image folder."""
    image_size: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Side in pixels to which the images of a folder are resized; none keeps their own size."""
    validation: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.1
    """Share of the training images held out, class by class, where the data bring no validation split."""
    validate_on_test: bool = False
    """Train on all training images and validate on the test split, as some coursework does; marked on every report."""
    flip: bool = False
    """Mirror each image left to right with probability 1/2."""
    pad_crop: Annotated[int, Field(ge=0, le=64)] = 0
    """Pixels of zero padding on each side, before a random crop back to the image's size."""
    cutout: Annotated[int, Field(ge=0, le=512)] = 0
    """Side in pixels of a square set to zero at a random place."""
    optimizer: Optimizer = "adam"
    lr: Annotated[float, Field(gt=0.0, le=1000.0)] = 1e-3
    """Peak learning rate, per update."""
    momentum: Fraction = 0.9
    """Momentum of sgd; 0 is plain stochastic gradient descent."""
    nesterov: bool = False
    """Nesterov's momentum, for sgd."""
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    """Decay rates of the first and second moments of adam and adamw, per update."""
    epsilon: Annotated[float, Field(gt=0.0, le=1.0)] = 1e-8
    """Added to the denominator of adam and adamw."""
    weight_decay: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """L2 strength for sgd and adam (added to the gradient), decoupled for adamw; not applied to norms and biases."""
    schedule: Schedule = "constant"
    warmup_epochs: Annotated[float, Field(ge=0.0)] = 0.0
    """Epochs of linear warm-up from 0, before step, cosine, inverse-time and constant."""
    step_epochs: Annotated[int, Field(ge=1)] = 10
    """Epochs between the drops of the step schedule."""
    gamma: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    """Factor of each drop of the step schedule."""
    peak: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.3
    """Share of the run after which one-cycle is at its highest rate."""
    decay: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """Inverse-time decay per update: lr / (1 + decay * update)."""
    label_smoothing: Fraction = 0.0
    batch_size: Annotated[int, Field(ge=1, le=65536)] = 32
    """Images per update; the last batch of an epoch holds what is left, and is left out if that is a single image."""
    epochs: Annotated[int, Field(ge=1, le=100_000)] = 10
    precision: Precision = "auto"
    """`auto`: bfloat16 where the hardware multiplies it natively and a check of this net passes, else float32."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Root of the named random streams."""

    def __init__(self, **fields: Any) -> None:
        """Make a recipe; raises RecipeError with every fault of ``fields`` in one sentence."""
        options = fields.get("net_options")
        if isinstance(options, Mapping):
            # As it comes back from JSON, so that a recipe equals itself after a round trip.
            fields["net_options"] = json.loads(json.dumps(options, default=str))
        faults = [*_net_faults(fields), *_combination_faults({**_DEFAULTS, **fields})]
        try:
            super().__init__(**fields)
        except ValidationError as error:
            valid = [*type(self).model_fields, *_options(fields.get("net"))]
            faults = faults_of(error, valid) + faults
        if faults:
            raise RecipeError(f"the recipe is not accepted: {sentence(faults)}")

    def change(self, **changes: Any) -> Recipe:
        """Return this recipe with fields replaced; a name that is an option of the net replaces that option.

        Raises RecipeError naming every unknown field with its nearest valid name.
        """
        given = self.model_dump()
        net = changes.get("net", self.net)
        # Another net starts from its own defaults: widths that were chosen for one say nothing about the other.
        options: Any = changes.pop("net_options", given["net_options"] if net == self.net else {})
        if isinstance(options, Mapping):  # if not, it is refused below, with all other faults
            own = {name: changes.pop(name) for name in _options(net) if name in changes}
            options = {**options, **own}
        return Recipe(**{**given, **changes, "net_options": options})

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON-able values; `recipe_from_json` reads it."""
        return self.model_dump(mode="json")


def recipe_from_json(value: Mapping[str, Any]) -> Recipe:
    """Return the recipe that `Recipe.to_json` wrote; raises RecipeError as the constructor does."""
    return Recipe(**value)


def parse_setting(text: str) -> tuple[str, Any]:
    """Return (field, value) of ``field=value``; the value is read as JSON where that is possible, else as text.

    Raises RecipeError when there is no equals sign.
    """
    field, equals, written = text.partition("=")
    if not equals or not field.strip():
        raise RecipeError(f'"{text}" is no setting; write field=value, for example lr=0.001')
    try:
        value = json.loads(written)
    except ValueError:
        value = {"true": True, "false": False, "none": None}.get(written.lower(), written)
        with contextlib.suppress(ValueError):
            value = float(written)  # .001 is a number to a person, though not to JSON
    return field.strip().replace("-", "_"), value


def _options(net: object) -> tuple[str, ...]:
    """Return the option names of ``net``, or those of every net when it is none: its own fault is told already."""
    known = names()
    return tuple(
        dict.fromkeys(field for name in known if net == name or net not in known for field in option_fields(name))
    )


# Field -> the value it has where it says nothing, and the optimizers or schedules that it belongs to.
_BELONGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "momentum": ("optimizer", ("sgd",)),
    "beta1": ("optimizer", ("adam", "adamw")),
    "beta2": ("optimizer", ("adam", "adamw")),
    "epsilon": ("optimizer", ("adam", "adamw")),
    "step_epochs": ("schedule", ("step",)),
    "gamma": ("schedule", ("step",)),
    "peak": ("schedule", ("one-cycle",)),
    "decay": ("schedule", ("inverse-time",)),
}
_DEFAULTS: dict[str, Any] = {name: field.default for name, field in Recipe.model_fields.items()}


def _combination_faults(values: Mapping[str, Any]) -> list[str]:
    """Return what does not go together; a value of a wrong type is passed over, for its own fault says more."""
    faults = [
        f"{field} belongs to {owner} {' or '.join(accepted)}, and the {owner} is {values[owner]}"
        for field, (owner, accepted) in _BELONGS.items()
        if values[field] != _DEFAULTS[field] and values[owner] not in accepted
    ]
    if values["nesterov"] is True and (values["optimizer"] != "sgd" or values["momentum"] == 0):
        faults.append("nesterov needs optimizer sgd with a momentum above 0")
    warmup, epochs = values["warmup_epochs"], values["epochs"]
    if isinstance(warmup, (int, float)) and isinstance(epochs, int) and warmup > epochs:
        faults.append(f"warmup_epochs is {warmup:g}, and the run has only {epochs} epochs")
    if warmup and values["schedule"] == "one-cycle":
        faults.append("warmup_epochs does not go with schedule one-cycle, whose warm-up is set by peak")
    return faults


def _net_faults(fields: Mapping[str, Any]) -> list[str]:
    options = fields.get("net_options", {})
    name = fields.get("net", "convnet")
    if not isinstance(name, str) or not isinstance(options, Mapping):
        return []  # the field's own type check says it better
    try:
        complete(name, options)
    except NetError as error:
        return [str(error)]
    return []
