"""Named places inside a net: run it, and get what passed through them. The net is left as it was."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from striate.base.errors import NetError, nearest


def taps(net: nn.Module) -> tuple[str, ...]:
    """Return the dotted names of the net's innermost modules, in the order of definition."""
    return tuple(name for name, module in net.named_modules() if name and not any(module.children()))


@contextmanager
def tapped(net: nn.Module, names: Iterable[str]) -> Generator[dict[str, Tensor], None, None]:
    """While the block runs, each forward pass of ``net`` fills the yielded dictionary: tap -> its output tensor.

    The stored tensor is the module's own output and stays in the graph, so gradients reach it; the net goes on with a
    copy, so that an in-place layer behind it cannot change what was stored. Hooks are removed also when the block raises.
    Raises NetError for a name that is no module of the net, with the nearest one and the list.
    """
    modules = dict(net.named_modules())
    kept: dict[str, Tensor] = {}
    wanted = tuple(names)
    for name in wanted:
        if name not in modules or not name:
            raise NetError(f'tap "{name}" is unknown{nearest(name, modules)}; the net has {", ".join(taps(net))}')

    def keeper(name: str) -> RemovableHandle:
        def keep(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
            kept[name] = output
            return output.clone()

        return modules[name].register_forward_hook(keep)

    handles = [keeper(name) for name in wanted]
    try:
        yield kept
    finally:
        for handle in handles:
            handle.remove()
