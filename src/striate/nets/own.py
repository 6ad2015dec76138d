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
import typing
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.errors import PydanticUserError
from torch import Tensor, nn

from striate.base.errors import NetError, nearest
from striate.nets.entry import Entry, ImageShape

GIVEN = ("image_shape", "classes")  # parameters that are told, and therefore no options
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
    maker = _find(name)
    options = _options(name, maker)
    wanted = [word for word in GIVEN if word in inspect.signature(maker).parameters]

    def build(chosen: BaseModel, image_shape: ImageShape, classes: int) -> nn.Module:
        told = {"image_shape": image_shape, "classes": classes}
        values = {field: getattr(chosen, field) for field in type(chosen).model_fields} | (chosen.model_extra or {})
        try:
            net = maker(**values, **{word: told[word] for word in wanted})
        except Exception as error:
            raise NetError(
                f'"{name}" raised {type(error).__name__}: {error}; it was called as {name}({_call(values)})'
            ) from error
        if not isinstance(net, nn.Module):
            raise NetError(f'"{name}" returned a value of type {type(net).__name__}, and must return a torch.nn.Module')
        return tried(net, name, image_shape, classes, told=wanted)

    first = (inspect.getdoc(maker) or "a net of your own").partition("\n")[0]
    return Entry(name, first, options.model_construct(), build)


def tried(
    net: nn.Module, name: str, image_shape: ImageShape, classes: int, *, told: Collection[str] = GIVEN
) -> nn.Module:
    """Return ``net`` as it was, after one blank image in evaluation mode; raises NetError unless logits come out.

    ``told`` are those of image_shape and classes that its maker was given; of the others the error says that it can be.
    """
    height, width, channels = image_shape
    modes = {module: module.training for module in net.modules()}
    sent = f"a blank image of {channels}x{height}x{width} (channels, height, width)"
    try:
        net.eval()
        with torch.no_grad():
            out: Any = net(torch.zeros(1, channels, height, width))
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise NetError(
            f'net "{name}" does not take {sent} ({type(error).__name__}: {reason}); it may need other channels or a larger '
            f"image_size{_could_be('image_shape', '(height, width, channels)', told)}"
        ) from error
    finally:
        for module, training in modes.items():
            module.training = training
    if not isinstance(out, Tensor) or out.shape != (1, classes):
        got = f"shape {tuple(out.shape)}" if isinstance(out, Tensor) else f"a {type(out).__name__}"
        raise NetError(
            f'net "{name}" gives {got} for {sent}, and must give logits of shape (1, {classes})'
            f"{_could_be('classes', 'their number', told) if isinstance(out, Tensor) else ''}"
        )
    return net


def _could_be(word: str, what: str, told: Collection[str]) -> str:
    return "" if word in told else f"; a parameter `{word}` of it would be given {what}"


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
    except Exception as error:
        raise NetError(f'net "{name}": its module could not be imported ({type(error).__name__}: {error})') from error
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


def _options(name: str, maker: Callable[..., Any]) -> type[BaseModel]:
    signature = inspect.signature(maker)
    try:
        hints = typing.get_type_hints(maker if inspect.isfunction(maker) else getattr(maker, "__init__", maker))
    except Exception:  # an annotation that cannot be resolved only costs the check of its type
        hints = {}
    kinds = inspect.Parameter
    loose = any(p.kind is kinds.VAR_KEYWORD for p in signature.parameters.values())
    fields: dict[str, Any] = {}
    for word, parameter in signature.parameters.items():
        if word in GIVEN or parameter.kind in (kinds.VAR_KEYWORD, kinds.VAR_POSITIONAL):
            continue
        if parameter.kind is kinds.POSITIONAL_ONLY:
            raise NetError(f'net "{name}" has the positional-only parameter {word}, and options are given by name')
        fields[word] = (hints.get(word, Any), ... if parameter.default is kinds.empty else parameter.default)
    make: Any = create_model  # its type admits no fields that are known only here
    config = ConfigDict(frozen=True, strict=True, extra="allow" if loose else "forbid", protected_namespaces=())
    try:
        return make("OwnOptions", __config__=config, **fields)
    except (PydanticUserError, TypeError):  # types that JSON cannot hold: they keep their defaults, unchecked
        return make("OwnOptions", __config__=config, **{word: (Any, d) for word, (_, d) in fields.items()})


def _call(values: dict[str, Any]) -> str:
    return ", ".join(f"{word}={value!r}" for word, value in values.items())
