"""What an exported file says by itself, beside the weights: the other end of `striate.app.inputs.metadata`.

A file may say anything. What it says is read by this schema or refused by name; it never imports and never calls.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from striate.base.errors import NetError, counted, printable
from striate.data.catalog import is_table, names
from striate.data.photos.resizing import Filter, Fit, Resizing
from striate.nets.inputs import Inputs

KEY = "striate"  # under which the file of any format holds it, as JSON
FORMAT = 1
_MOST_NUMBERS = 100_000_000  # of one image

Side = Annotated[int, Field(ge=1, le=100_000)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Resize(_Said):
    """How an image of another size becomes one of the net's; see `striate.data.photos.resizing`."""

    fit: Fit = "crop"
    filter: Filter = "bilinear"
    decoding: Literal["scaled", "full"] = "scaled"

    def resizing(self) -> Resizing:
        """Return this as what does it."""
        return Resizing(self.fit, self.filter, self.decoding == "full")


class Input(_Said):
    """The images that the net takes, in pixels; a row of D features is 1 x 1 with D channels.

    ``levels``: the 16-bit values that became 0 and 255 in the images that it was trained on.
    """

    channels: Side
    height: Side
    width: Side
    resize: Resize | None = None
    levels: Annotated[list[Annotated[int, Field(ge=0, le=65535)]], Field(min_length=2, max_length=2)] | None = None


class Normalizing(_Said):
    """``mean`` and ``std``, one for each channel; without them each image is normalized by its own."""

    mean: list[Finite] | None = None
    std: list[Positive] | None = None
    permuted_pixels: bool


class BuiltAs(_Said):
    """The net's name and options in the catalogue of ``engine``."""

    engine: str
    net: str
    options: dict[str, Any]


class Told(_Said):
    """What one file says of its net."""

    input: Input
    normalization: Normalizing
    classes: Annotated[list[str], Field(max_length=100_000)]
    data: str = ""
    built_as: BuiltAs | None = None

    format: Literal[1]

    @model_validator(mode="after")
    def _fits(self) -> Told:
        given, channels = self.normalization, self.input.channels
        if self.input.height * self.input.width * channels > _MOST_NUMBERS:
            raise ValueError(f"input has more than {_MOST_NUMBERS:,} numbers")
        if (given.mean is None) != (given.std is None):
            raise ValueError("normalization has one of mean and std, and needs both or neither")
        for name, values in (("mean", given.mean), ("std", given.std)):
            if values is not None and len(values) != channels:
                raise ValueError(
                    f"normalization.{name} has {counted(len(values), 'number')} for {counted(channels, 'channel')}"
                )
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes holds a name twice")
        return self


def metadata_of(path: Path | None) -> Told | None:
    """Return what `striate export` wrote into a safetensors file beside the weights; None where it wrote nothing.

    Raises NetError, naming the entry, where what is written there is not what `striate export` writes.
    """
    from striate.base.disk.foreign import kind_of
    from striate.nets.weights.file_checks import header_of

    if path is None or path.suffix != ".safetensors" or kind_of(path) != "file":
        return None
    notes = header_of(path).get("__metadata__")
    text = notes.get(KEY) if isinstance(notes, dict) else None
    return None if text is None else told_of(path, text)


def told_of(path: Path, text: Any) -> Told:
    """Return what ``text``, the metadata in the file at ``path``, says; raises NetError as `metadata_of` does."""
    try:
        told = json.loads(text)
        version = told.get("format") if isinstance(told, dict) else None
        if isinstance(version, int) and version > FORMAT:
            raise NetError(
                f'"{printable(str(path))}" was exported in format {version}, and this program reads up to {FORMAT};'
                " install a newer striate, or name the data with `trained_on`"
            )
        return Told.model_validate(told)
    except (ValueError, TypeError, RecursionError) as error:
        raise NetError(
            f'what "{printable(str(path))}" says of its net is damaged ({_fault(error)}); export it again, or name the data'
            " with `trained_on`"
        ) from error


def _fault(error: Exception) -> str:
    """Return the first fault, with the place of the entry."""
    if not isinstance(error, ValidationError):
        return "it is not JSON"
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    said = first["msg"].removeprefix("Value error, ").rstrip(".")
    return printable(f"{place[:100]}: {said}" if place else said)[:300]


def inputs_told(told: Told) -> Inputs:
    """Return what an exported file says that its net expects."""
    size, normalized = told.input, told.normalization
    return Inputs(
        (size.height, size.width, size.channels),
        tuple(normalized.mean or [0.0] * size.channels),
        tuple(normalized.std or [1.0] * size.channels),
        tuple(told.classes),
        told.data if told.data in names() or is_table(told.data) else "",
        per_image=normalized.mean is None,
        permuted=normalized.permuted_pixels,
    )
