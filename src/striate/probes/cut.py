"""A net whose graph begins at a feature map: a gradient with respect to the map costs the layers after it alone."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets.measure.feature_maps import Layout
from striate.nets.measure.watching import watched


@dataclass
class Cut:
    """``map`` is what the tap put out in the last forward pass: (N, C, H, W), a leaf that asks for a gradient."""

    map: Tensor | None = None

    def reached(self, tap: str) -> Tensor:
        """Return the map; raises ProbeError when no forward pass reached ``tap``."""
        if self.map is None:
            raise ProbeError(f'no image passes through the tap "{tap}" of this net; choose another one with `tap`')
        return self.map


@contextmanager
def cut(net: nn.Module, tap: str, layout: Layout) -> Generator[Cut, None, None]:
    """While the block runs, the graph of each forward pass begins at ``tap``: nothing is kept of what lies before it.

    ``layout`` says where in the tap's output the map lies. Raises NetError for an unknown tap. The hook is removed also when
    the block raises.
    """
    made = Cut()

    def begin(_name: str, _module: nn.Module, _inputs: tuple[Any, ...], output: Tensor) -> Tensor:
        leaf = layout.fold(output).detach().clone().requires_grad_()
        made.map = leaf
        # A copy goes on, so that an in-place layer after the tap changes that and not the map.
        return layout.unfold(leaf.clone(), output.detach())

    with watched(net, begin, [tap]):
        yield made
