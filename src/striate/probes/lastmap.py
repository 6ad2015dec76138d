"""The last feature map of a net, and a net whose graph begins there.

The last map is what the last module puts out that returns (N, C, H, W) with H W > 1, or 1 where no map is larger, and is
neither a pool nor a layer that does nothing in evaluation. It is found by sending one image through, for modules are not
always used in the order of their definition.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from striate.base.errors import NetError, ProbeError, nearest
from striate.nets.taps import taps

_POOLS = (
    nn.MaxPool2d,
    nn.AvgPool2d,
    nn.AdaptiveAvgPool2d,
    nn.AdaptiveMaxPool2d,
    nn.FractionalMaxPool2d,
    nn.LPPool2d,
)
_IDLE = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten)


@dataclass
class Cut:
    """``map`` is what the tap put out in the last forward pass: (N, C, H, W), a leaf that asks for a gradient."""

    map: Tensor | None = None

    def reached(self, tap: str) -> Tensor:
        """Return the map; raises ProbeError when no forward pass reached ``tap``."""
        if self.map is None:
            raise ProbeError(f'no image passes through the tap "{tap}" of this net; choose another one with --tap')
        return self.map


@contextmanager
def cut(net: nn.Module, tap: str) -> Generator[Cut, None, None]:
    """While the block runs, the graph of each forward pass begins at ``tap``: nothing is kept of what lies before it.

    So a gradient with respect to the map costs the rest of the net alone. Raises NetError for an unknown tap, and
    ProbeError in the forward pass where its output is no feature map. The hook is removed also when the block raises.
    """
    modules = dict(net.named_modules())
    if tap not in modules or not tap:
        raise NetError(f'tap "{tap}" is unknown{nearest(tap, modules)}; the net has {", ".join(taps(net))}')
    made = Cut()

    def begin(module: nn.Module, inputs: tuple[Tensor, ...], output: object) -> Tensor:
        if not isinstance(output, Tensor) or output.dim() != 4:
            shape = f"shape {tuple(output.shape)}" if isinstance(output, Tensor) else f"type {type(output).__name__}"
            raise ProbeError(
                f'the tap "{tap}" puts out {shape}, and a feature map is (N, C, H, W); choose a tap before the pooling'
            )
        turned = _channels_last(module, output)
        leaf = (output.movedim(3, 1) if turned else output).detach().clone().requires_grad_()
        made.map = leaf
        # A copy goes on, so that an in-place layer behind the tap changes that and not the map.
        passed = leaf.clone()
        return passed.movedim(1, 3) if turned else passed

    handle = modules[tap].register_forward_hook(begin)
    try:
        yield made
    finally:
        handle.remove()


def last_map(net: nn.Module, x: Tensor) -> str:
    """Return the tap of the last feature map for an image (1, C, H, W).

    Raises ProbeError when there is none, as in a dense net.
    """
    passed: list[tuple[str, nn.Module, Tensor]] = []

    def watch(name: str, module: nn.Module, output: object) -> None:
        if name and isinstance(output, Tensor):
            passed.append((name, module, output))

    handles = [
        module.register_forward_hook(lambda m, _, output, name=name: watch(name, m, output))
        for name, module in net.named_modules()
    ]
    try:
        with torch.no_grad():
            net(x.clone())
    finally:
        for handle in handles:
            handle.remove()
    pooled = {id(out) for _, m, out in passed if _is_pool(m)}
    any_size = [(n, m, out) for n, m, out in passed if _is_map(m, out) and id(out) not in pooled]
    maps = [(n, m, out) for n, m, out in any_size if _places(m, out) > 1] or any_size
    if not maps:
        raise ProbeError(
            "no module of this net puts out a feature map (N, C, H, W), so there is nothing to lay over the image;"
            " saliency and occlusion work on every net"
        )
    last = maps[-1]
    # A container returns what its last module made: the innermost name is the one that `taps` lists.
    same = [(n, m) for n, m, out in maps if out is last[2]]
    leaves = [n for n, m in same if not any(m.children())]
    return leaves[-1] if leaves else same[0][0]


def _is_map(module: nn.Module, output: Tensor) -> bool:
    return output.dim() == 4 and not isinstance(module, _IDLE) and not _is_pool(module)


def _places(module: nn.Module, output: Tensor) -> int:
    height, width = output.shape[1:3] if _channels_last(module, output) else output.shape[2:]
    return height * width


def _is_pool(module: nn.Module) -> bool:
    return isinstance(module, _POOLS) or (not any(module.children()) and "pool" in type(module).__name__.lower())


def _channels_last(module: nn.Module, output: Tensor) -> bool:
    """Tell whether the 4-D output is (N, H, W, C), as of modules that work on the last dimension, which transformers use."""
    if isinstance(module, nn.Linear) or type(module) is nn.LayerNorm:
        return True
    # A layer norm derived from it may turn its input inside; then its channels are not in the last place.
    return isinstance(module, nn.LayerNorm) and output.shape[3] == module.normalized_shape[-1] != output.shape[1]
