"""What the catalogue knows of one net."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from striate.nets.inputs import Inputs

if TYPE_CHECKING:
    from torch import nn

ImageShape = tuple[int, int, int]


@dataclass(frozen=True)
class Entry:
    """One name: what it is in a line, the options it starts from, how it is built from them, and what its weights expect.

    ``build(options, image_shape (H, W, C), classes)`` takes options of the type of ``default``; ``inputs`` is None where no
    weights are published.
    """

    name: str
    summary: str
    default: BaseModel
    build: Callable[[Any, ImageShape, int], nn.Module]
    inputs: Inputs | None = None
