"""What the catalogue knows of one net, and what it loads when that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from striate.nets.inputs import Inputs

if TYPE_CHECKING:
    from pydantic import BaseModel
    from torch import nn

ImageShape = tuple[int, int, int]


@dataclass(frozen=True)
class Entry:
    """One name: what it is in a line, the options it starts from, how it is built from them, and what its weights expect.

    ``options()`` returns the options it starts from, ``default``; ``build(options, image_shape (H, W, C), classes)`` takes
    options of their type; ``inputs`` is None where no weights are published.
    """

    name: str
    summary: str
    options: Callable[[], BaseModel]
    build: Callable[[Any, ImageShape, int], nn.Module]
    inputs: Inputs | None = None

    @cached_property
    def default(self) -> BaseModel:
        """The options that the net starts from; their types are loaded when this is first asked for."""
        return self.options()
