"""A net of the user's own, named ``package.module:callable``.

The callable is called with its options as keyword arguments, and with ``image_shape`` (H, W, C) and ``classes`` where its
signature has parameters of these names; it returns a module that takes float images (N, C, H, W) and gives logits (N, classes).
Its other parameters are its options: their defaults are the net's defaults, their annotations are checked.

Such a net is code: it is imported only once a person has named it (`trust.py`), and only a class that is a module, or a
function, of a file of one's own: nothing of the standard library or of an installed package.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import sys
import types
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from torch import nn

from striate.base.errors import NetError, nearest, reason
from striate.nets.custom.acceptance import GIVEN, tried, unwrapped
from striate.nets.custom.options import fresh, own_options, readable, signature_of
from striate.nets.custom.source import is_installed, root_of, sources
from striate.nets.custom.surroundings import seeded, settings_kept
from striate.nets.custom.trust import source_folder
from striate.nets.entry import Entry, ImageShape


def own_entry(name: str) -> Entry:
    """Return the entry of ``package.module:callable``; modules are also looked for in the current folder.

    Raises NetError when nobody has named the net, its module cannot be imported or is installed, or it has no such callable.
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
            raise NetError(
                f'"{name}" raised {reason(error, kind=True)}; it was called as {name}({_call(values)})'
            ) from error
        return tried(unwrapped(net, name), name, image_shape, classes, told=wanted)

    first = (inspect.getdoc(maker) or "a net of your own").partition("\n")[0]
    return Entry(name, first, options.model_construct, build)


def own_sources(name: str) -> dict[str, bytes]:
    """Return the source of net ``name`` as it lies there now: relative path -> content, the file of its module first.

    Raises NetError as `own_entry` does.
    """
    module = name.partition(":")[0]
    _find(name)
    file = sys.modules[module].__file__
    assert file is not None  # what has none was refused
    try:
        return sources(module, root_of(module, Path(file)))
    except OSError as error:
        raise NetError(f'net "{name}": its source cannot be read ({reason(error)})') from error


def _find(name: str) -> Callable[..., Any]:
    module_name, _, attribute = name.partition(":")
    found: Any = _module(name, module_name)
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise NetError(f'net "{name}": {module_name} has no {attribute}{nearest(part, dir(found))}')
        found = getattr(found, part)
    if isinstance(found, type) and issubclass(found, nn.Module):
        return found
    if isinstance(found, nn.Module):
        raise NetError(
            f'net "{name}" is a module that is built already, and every run needs a new one; write a function that builds and '
            "returns it, or name its class"
        )
    if not callable(found) or isinstance(found, type):
        what = f"the class {found.__name__}" if isinstance(found, type) else f"of type {type(found).__name__}"
        raise NetError(
            f'net "{name}" is {what}, and must be a function that returns a module, or a class of torch.nn.Module'
        )
    if is_installed(_defined_in(found)):
        raise NetError(
            f'net "{name}" is not defined in a file of your own; write a function there that returns a torch.nn.Module'
        )
    return found


def _module(name: str, module_name: str) -> types.ModuleType:
    """Return the module of net ``name``, which a person has named, imported from where it is trusted."""
    kept = source_folder(name)
    try:
        with _searched(kept):
            first = find_spec(module_name.partition(".")[0])
            if first is not None and (first.origin is not None or not first.submodule_search_locations):
                _refuse_installed(name, module_name, first.origin)  # before it runs
            module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise NetError(
                f'net "{name}": there is no module {error.name}; install it, or call from the folder where it lies'
            ) from error
        raise NetError(f'net "{name}": its module needs {error.name}, which is not installed') from error
    except NetError:
        raise
    except (Exception, SystemExit) as error:
        raise NetError(f'net "{name}": its module could not be imported ({reason(error, kind=True)})') from error
    _refuse_installed(name, module_name, module.__file__)
    return module


def _refuse_installed(name: str, module: str, origin: str | None) -> None:
    if origin is None or not Path(origin).is_file() or is_installed(Path(origin)):
        raise NetError(
            f'net "{name}": the module {module} is installed or part of Python, and no file of your own; write a file with '
            "a function that returns a torch.nn.Module, or use timm:NAME or torchvision:NAME"
        )


def _defined_in(found: Any) -> Path | None:
    """Return the file whose code runs when ``found`` is called; None for what is not a function written in Python."""
    while isinstance(found, functools.partial):
        found = found.func
    code = getattr(inspect.unwrap(getattr(found, "__func__", found)), "__code__", None)
    return Path(code.co_filename) if isinstance(code, types.CodeType) else None


@contextmanager
def _searched(kept: Path | None) -> Generator[None]:
    """While the block runs, modules are found in ``kept`` before all others; or in the current folder too, after all others.

    What was loaded from the kept source of another run is forgotten first, as is what goes by a name of ``kept``.
    """
    names = set() if kept is None else {path.stem for path in kept.iterdir()}
    others = tuple({f"{place}{os.sep}" for folder in _KEPT - {kept} for place in (folder.absolute(), folder.resolve())})
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] in names:  # only these are resolved, for thousands of modules may be loaded
            copied = (
                kept is None or not isinstance(file, str) or not Path(file).resolve().is_relative_to(kept.resolve())
            )
        else:
            copied = isinstance(file, str) and file.startswith(others)
        if copied:
            del sys.modules[name]
    bytecode, place = sys.dont_write_bytecode, str(kept or Path.cwd())
    if kept is not None:
        _KEPT.add(kept)
        sys.dont_write_bytecode = True  # a run folder holds what the run wrote, and nothing else
        importlib.invalidate_caches()
    sys.path.insert(0 if kept else len(sys.path), place)
    try:
        yield
    finally:
        sys.path.remove(place)
        sys.dont_write_bytecode = bytecode


_KEPT: set[Path] = set()  # folders of kept source that modules were loaded from


def _call(values: dict[str, Any]) -> str:
    return ", ".join(f"{word}={readable(value)}" for word, value in values.items())
