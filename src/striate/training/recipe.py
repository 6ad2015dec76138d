"""The recipe: everything that determines a run, as one frozen and validated value.

A variant replaces fields (`Recipe.change`); a recipe round-trips through JSON; every fault of one recipe is listed at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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
        faults = _net_faults(fields)
        try:
            super().__init__(**fields)
        except ValidationError as error:
            valid = [*type(self).model_fields, *_options(fields.get("net", "convnet"))]
            faults = faults_of(error, valid) + faults
        if faults:
            raise RecipeError(f"the recipe is not accepted: {sentence(faults)}")

    @model_validator(mode="after")
    def _combinations(self) -> Self:
        faults: list[str] = []
        if self.nesterov and (self.optimizer != "sgd" or self.momentum == 0):
            faults.append("nesterov needs optimizer sgd with a momentum above 0")
        if self.warmup_epochs > self.epochs:
            faults.append(f"warmup_epochs is {self.warmup_epochs:g}, and the run has only {self.epochs} epochs")
        if self.warmup_epochs and self.schedule == "one-cycle":
            faults.append("warmup_epochs does not go with schedule one-cycle, whose warm-up is set by peak")
        if self.decay and self.schedule != "inverse-time":
            faults.append(f"decay belongs to schedule inverse-time, and the schedule is {self.schedule}")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def change(self, **changes: Any) -> Recipe:
        """Return this recipe with fields replaced; a name that is an option of the net replaces that option.

        Raises RecipeError naming every unknown field with its nearest valid name.
        """
        given = self.model_dump()
        net = changes.get("net", self.net)
        options = _options(net)
        if net != self.net:
            given["net_options"] = {key: value for key, value in self.net_options.items() if key in options}
        given["net_options"] = dict(changes.pop("net_options", given["net_options"]))
        for name, value in changes.items():
            (given["net_options"] if name in options else given)[name] = value
        return Recipe(**given)

    def value(self, field: str) -> Any:
        """Return a field of the recipe, or an option of its net with the net's default filled in."""
        if field in type(self).model_fields:
            return getattr(self, field)
        return getattr(complete(self.net, self.net_options), field)

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
    return field.strip().replace("-", "_"), value


def _options(net: object) -> tuple[str, ...]:
    return option_fields(net) if isinstance(net, str) and net in names() else ()


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
