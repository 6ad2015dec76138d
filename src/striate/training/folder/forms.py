"""The forms of a run's JSON files: what each must hold, and of what type. Other names are let through, for later versions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field

from striate.base.disk.sealed_json import Form

Whole = Annotated[int, Field(ge=0, lt=2**63)]
Count = Annotated[int, Field(ge=1, lt=2**63)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Status = Literal["running", "finished", "diverged", "interrupted", "failed"]
STATUSES: tuple[str, ...] = get_args(Status)
DONE = ("finished", "diverged")
"""The ends of a run after which no session goes on with it."""


class RecipeForm(Form):
    """recipe.json: names and values; `Recipe` itself says which are accepted."""

    seal: str = ""
    epochs: Count = 10
    keep_every: Count | None = None


class StatusForm(Form):
    """status.json; ``history`` and ``timing`` are the SHA-256 of these tables when it was written."""

    status: Status
    reason: str = ""
    epoch: Whole = 0
    step: Whole = 0
    history: str = ""
    timing: str = ""


class EnvironmentForm(Form):
    """environment.json; ``recipe`` is the seal of the recipe that the run began with, ``continued`` what changed since.

    ``answers`` are those of a net of one's own (`own_answers`).
    """

    data_fingerprint: str
    precision: str
    train_images: Count
    val_images: Count
    classes: Count
    largest_class: Share | None = None
    data_notes: list[str] = Field(default_factory=list[str])
    continued: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    recipe: str = ""
    answers: list[float] | None = None


class EarlierForm(Form):
    """What the same images said of weights that the run had before."""

    accuracy: Share
    loss: float
    epoch: Whole
    step: Whole


class ScoreForm(Form):
    """test.json; ``checkpoint`` is the SHA-256 of the weights that were scored."""

    accuracy: Share
    loss: float
    images: Count
    epoch: Whole
    step: Whole
    accuracy_flips: Share | None = None
    loss_flips: float | None = None
    chosen_on_test: bool = False
    checkpoint: str = ""
    earlier: list[EarlierForm] = Field(default_factory=list[EarlierForm])


class MarkForm(Form):
    """The JSON file of a checkpoint; ``run`` is the identity of the run's environment, the tables are copies as text."""

    format: Count
    step: Whole
    bytes: Whole
    sha256: str
    values: dict[str, Any]
    run: str = ""
    environment: dict[str, Any] = Field(default_factory=dict[str, Any])
    history: str = ""
    timing: str = ""


class StateForm(Form):
    """The values of a checkpoint from which a run continues."""

    model_config = ConfigDict(strict=True, extra="forbid")

    step: Whole
    loss_sum: float
    correct: Whole
    images: Whole
    seconds: float
    best_step: Whole
    best_accuracy: float


class LabelsForm(Form):
    """The values of a checkpoint of weights: all that a reader needs to use them."""

    net: str
    net_options: dict[str, Any]
    image_shape: Annotated[list[Count], Field(min_length=3, max_length=3)]
    classes: Annotated[list[str], Field(min_length=1)]
    mean: list[float]
    std: list[float]
    engine: Literal["torch", "scratch", "twin"] = "torch"
    standardize: Literal["channel", "image"] = "channel"
    permute_pixels: bool = False
