"""Named places inside a net: run it, and get what passed through them. The net is left as it was."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from striate.nets.measure.watching import innermost, module_at, watched

taps = innermost


@contextmanager
def tapped(net: nn.Module, names: Iterable[str]) -> Generator[dict[str, Tensor], None, None]:
    """While the block runs, each forward pass of ``net`` fills the yielded dictionary: tap -> its output tensor.

    The stored tensor is the module's own output and stays in the graph, so gradients reach it; the net goes on with a
    copy, so that an in-place layer after it cannot change what was stored. Hooks are removed also when the block raises.
    Raises NetError for a name that is not a module of the net, with the nearest one and the list.
    """
    kept: dict[str, Tensor] = {}

    def keep(name: str, _module: nn.Module, _inputs: tuple[Any, ...], output: Tensor) -> Tensor:
        kept[name] = output
        return output.clone()

    with watched(net, keep, names):
        yield kept


@contextmanager
def entered(net: nn.Module, tap: str) -> Generator[list[Tensor], None, None]:
    """While the block runs, the yielded list holds the tensor that went into the module ``tap`` last, in the graph.

    The module goes on with a copy, so that one which works in place cannot change what was kept.
    """
    held: list[Tensor] = []

    def keep(_module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if not inputs or not isinstance(inputs[0], Tensor):
            return None
        held[:] = [inputs[0]]
        return (inputs[0].clone(), *inputs[1:])

    handle = module_at(net, tap).register_forward_pre_hook(keep)
    try:
        yield held
    finally:
        handle.remove()
