"""The filters of the first convolution: what the net looks for before anything else.

A filter is shown as the picture of its weights, (C, K, K), all filters on one scale, grey being 0. In nets trained on
photographs they turn out as stripes and blobs of colour, like what the simple cells of the striate cortex look for.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from striate.base.catalog import unknown
from striate.base.errors import NetError, ProbeError
from striate.probes.facts import FilterFacts
from striate.probes.record import Record, full

SIGN = "brighter than grey where the weight is positive, darker where it is negative; of three channels, in colours"


def filters(net: nn.Module, images: Tensor | None = None, *, tap: str | None = None) -> Record[FilterFacts]:
    """Return the weights of the convolution ``tap`` (None: the first one): ``filters`` (F, C, K, K), and their ``norms`` (F,).

    ``images`` are not looked at. Raises NetError for an unknown tap, ProbeError for one that is not a convolution of images.
    """
    convolutions = {name: m for name, m in net.named_modules() if isinstance(m, nn.Conv2d)}
    if not convolutions:
        raise ProbeError("this net has no convolution, so it has no filters to show; saliency works on every net")
    name = next(iter(convolutions)) if tap is None else tap
    if name not in dict(net.named_modules()):
        raise NetError(unknown("tap", name, convolutions))
    if name not in convolutions:
        raise ProbeError(f'the tap "{name}" is not a convolution; those of this net are {", ".join(convolutions)}')
    module = convolutions[name]
    with torch.no_grad():
        weight = full(module.weight.detach().clone())
        norms = weight.flatten(1).norm(dim=1)
    first = name == next(iter(convolutions))
    facts = FilterFacts(
        tap=name, first=first, filters=len(weight), channels=weight.shape[1], kernel=tuple(weight.shape[2:])
    )
    return Record("filters", "filters", {"filters": weight, "norms": norms}, SIGN, facts)
