"""A net of the user's own, named ``package.module:callable``.

The callable is called with its options as keyword arguments, and with ``image_shape`` (H, W, C) and ``classes`` where its
signature has parameters of these names; it returns a module that takes float images (N, C, H, W) and gives logits (N, classes).
Its other parameters are its options: their defaults are the net's defaults, their annotations are checked.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from torch import nn

from striate.base.errors import NetError, nearest, reason
from striate.nets.acceptance import GIVEN, tried, unwrapped
from striate.nets.entry import Entry, ImageShape
from striate.nets.own_options import fresh, own_options, readable, signature_of
from striate.nets.surroundings import seeded, settings_kept

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def is_zoo(name: str) -> bool:
    """Tell whether ``name`` begins with ``timm:`` or ``torchvision:``, which stand for nets of these libraries."""
    return name.startswith(("timm:", "torchvision:"))


def is_own(name: str) -> bool:
    """Tell whether ``name`` has the form of a Python object, ``package.module:callable``, and is none of a library's nets."""
    return _NAME.fullmatch(name) is not None and not is_zoo(name)


def own_entry(name: str) -> Entry:
    """Return the entry of ``package.module:callable``; modules are also looked for in the current folder.

    Raises NetError when the module cannot be imported, or has no such callable.
    """
    with (
        seeded(0),
        settings_kept(),
        redirect_stdout(sys.stderr),
    ):  # a file that draws or sets something as it is imported does so the same each time
        maker = _find(name)
    options = own_options(name, maker, GIVEN)
    wanted = [word for word in GIVEN if word in signature_of(name, maker).parameters]

    def build(chosen: BaseModel, image_shape: ImageShape, classes: int) -> nn.Module:
        told = {"image_shape": image_shape, "classes": classes}
        given = {field: getattr(chosen, field) for field in type(chosen).model_fields} | (chosen.model_extra or {})
        values = {field: fresh(value) for field, value in given.items()}
        try:
            with settings_kept(), redirect_stdout(sys.stderr):
                net = maker(**values, **{word: told[word] for word in wanted})
        except (Exception, SystemExit) as error:
            raise NetError(f'"{name}" raised {reason(error)}; it was called as {name}({_call(values)})') from error
        return tried(unwrapped(net, name), name, image_shape, classes, told=wanted)

    first = (inspect.getdoc(maker) or "a net of your own").partition("\n")[0]
    return Entry(name, first, options.model_construct(), build)


def _find(name: str) -> Callable[..., Any]:
    module_name, _, attribute = name.partition(":")
    try:
        with _current_folder():
            found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise NetError(
                f'net "{name}": there is no module {error.name}; install it, or call from the folder where it lies'
            ) from error
        raise NetError(f'net "{name}": its module needs {error.name}, which is not installed') from error
    except (Exception, SystemExit) as error:
        raise NetError(f'net "{name}": its module could not be imported ({reason(error)})') from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise NetError(f'net "{name}": {module_name} has no {attribute}{nearest(part, dir(found))}')
        found = getattr(found, part)
    if not callable(found):
        raise NetError(
            f'net "{name}" is of type {type(found).__name__}, and must be a function or class that returns a module'
        )
    return found


@contextmanager
def _current_folder() -> Generator[None]:
    """While the block runs, modules of the current folder are found too, after all others."""
    here = str(Path.cwd())
    sys.path.append(here)
    try:
        yield
    finally:
        sys.path.remove(here)


def _call(values: dict[str, Any]) -> str:
    return ", ".join(f"{word}={readable(value)}" for word, value in values.items())
