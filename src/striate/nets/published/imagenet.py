"""The names of ImageNet's 1000 classes, as timm or torchvision has them; numbers where neither is installed.

timm gives all the words of a class (`tabby, tabby cat`), torchvision one. Two classes that are called the same bear their
number too: `crane (134)` is the bird, `crane (517)` the machine.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

COUNT = 1000


def _of_timm() -> Sequence[str]:
    info: Any = importlib.import_module("timm.data").ImageNetInfo()
    return [info.index_to_description(number) for number in range(COUNT)]


def _of_torchvision() -> Sequence[str]:
    models: Any = importlib.import_module("torchvision.models")
    return list(models.get_model_weights("resnet18").DEFAULT.meta["categories"])


SOURCES: tuple[Callable[[], Sequence[str]], ...] = (_of_timm, _of_torchvision)


@cache
def class_names() -> tuple[str, ...]:
    """Return the 1000 names in the order of the outputs; `class 0` to `class 999` where no library knows them."""
    for source in SOURCES:
        found: list[str] = []
        with contextlib.suppress(Exception):  # absent, or another version of it: names are a comfort, no condition
            found = list(source())
        if len(found) == COUNT:
            return tuple(f"{name} ({k})" if found.count(name) > 1 else name for k, name in enumerate(found))
    return tuple(f"class {number}" for number in range(COUNT))
