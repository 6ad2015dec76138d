"""Watching a net at work: see what its modules put out, or let it go on with something else. The net is left as it was."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.utils.hooks import RemovableHandle

from striate.base.catalog import unknown
from striate.base.errors import NetError

Watcher = Callable[[str, nn.Module, tuple[Any, ...], Any], Any]
"""Called with a module's dotted name, the module, what went in and what came out; what it returns, unless None, goes on."""


def is_innermost(module: nn.Module) -> bool:
    """Return whether ``module`` has no module in it. They are not asked for their truth: an empty one is false, and one that
    PyTorch compiles has none."""
    return not any(True for _ in module.children())


def innermost(net: nn.Module) -> tuple[str, ...]:
    """Return the dotted names of the net's innermost modules, in the order of definition."""
    return tuple(name for name, module in net.named_modules() if name and is_innermost(module))


def module_at(net: nn.Module, tap: str) -> nn.Module:
    """Return the module of that dotted name; raises NetError with the nearest name and the list where there is none."""
    return _at(dict(net.named_modules()), tap)


def _at(modules: Mapping[str, nn.Module], tap: str) -> nn.Module:
    if tap not in modules or not tap:
        raise NetError(unknown("tap", tap, innermost(modules[""])))
    return modules[tap]


@contextmanager
def watched(net: nn.Module, watcher: Watcher, names: Iterable[str] | None = None) -> Generator[None, None, None]:
    """While the block runs, call ``watcher`` after each use of the modules ``names`` (None: all but the net itself).

    The hooks are removed also when the block raises. Raises NetError for a name that is not a module of the net.
    """
    every = dict(net.named_modules())
    modules = [(name, _at(every, name)) for name in (filter(None, every) if names is None else names)]

    def hook(name: str) -> Callable[[nn.Module, tuple[Any, ...], Any], Any]:
        return lambda module, inputs, output: watcher(name, module, inputs, output)

    handles: list[RemovableHandle] = []
    try:
        for name, module in modules:
            handles.append(module.register_forward_hook(hook(name)))
        yield
    finally:
        for handle in handles:
            handle.remove()
