"""The patches of a set of images that excite a channel most: the images of its largest activations, cut to what the cell sees.

One patch is taken from each image, that of its largest cell, so that the patches come from different images
(Zeiler and Fergus, arXiv 1311.2901; Girshick et al., arXiv 1311.2524).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError, counted
from striate.nets.measure.taps import tapped
from striate.nets.measure.tokens import feature_map
from striate.probes.channels.features import checked_map, named_or_first
from striate.probes.channels.windows import windows
from striate.probes.facts import Patch, PatchFacts
from striate.probes.record import Record, blank, full
from striate.probes.restoring import untouched

SIGN = "large where the channel answers strongly; no class is involved"


def patches(
    net: nn.Module,
    images: Tensor,
    *,
    tap: str | None = None,
    channels: Sequence[int] | None = None,
    top: int = 9,
    batch: int = 256,
) -> Record[PatchFacts]:
    """Return the ``top`` patches of images (N, C, H, W) for each of M ``channels`` of ``tap``.

    Without ``tap`` it is the last feature map, without ``channels`` the first three of it.

    Arrays: ``value`` (M, top), the activations, falling; ``image`` (M, top), which images; ``cell`` (M, top, 2), row and column
    in the map; ``window`` (M, top, 4), top, left, bottom, right of the pixels that the cell sees, inside the image.
    ``facts.even`` tells for each channel whether it answers the same everywhere, so that its patches are any. Raises
    NetError for an unknown tap, ProbeError for a channel out of range.
    """
    if top < 1 or (channels is not None and not channels):
        given = f"top is {top}" if channels is None else f"{counted(len(channels), 'channel')} and top {top} are given"
        raise ProbeError(f"{given}, and {'it' if channels is None else 'both'} must be 1 or more")
    with untouched(net, images) as x, torch.no_grad():
        tap, layout = feature_map(net, x[:1], tap)
        largest: list[Tensor] = []
        places: list[Tensor] = []
        lowest: list[Tensor] = []
        width, wanted = 1, tuple[int, ...]()
        with tapped(net, [tap]) as kept:
            for some in x.split(batch):
                net(some.clone())
                made = layout.fold(kept[tap])
                wanted = named_or_first(None, made.shape[1]) if channels is None else tuple(channels)
                if fault := checked_map(tap, made, wanted):
                    raise ProbeError(fault)
                width = made.shape[3]
                # One number an image, its largest cell: else the nine patches would be one image nine times, a pixel apart.
                flat = full(made[:, list(wanted)]).flatten(2)
                best = flat.max(2)
                lowest.append(flat.amin(2))
                largest.append(best.values)
                places.append(best.indices)
        # Stable, so that equal activations keep the order of the images, on every device and for every size of batch.
        order = torch.cat(largest).T.sort(dim=1, descending=True, stable=True)
        value, image = order.values[:, :top], order.indices[:, :top]
        ends = torch.stack((torch.cat(lowest).amin(0), torch.cat(largest).amax(0)), 1)
        flat = torch.cat(places).T.gather(1, image)
        seen = windows(net, x[:1], {tap: layout})[tap]
    cell = torch.stack((flat // width, flat % width), 2)
    window = torch.tensor([[seen.of(row, column) for row, column in line] for line in cell.tolist()])
    arrays = {"value": value, "image": image, "cell": cell, "window": window}
    facts = PatchFacts(
        tap=tap,
        channels=wanted,
        images=len(x),
        even=tuple(blank(ends).tolist()),
        patches=tuple(
            tuple(Patch(i, v, tuple(w)) for i, v, w in zip(*line, strict=True))
            for line in zip(image.tolist(), value.tolist(), window.tolist(), strict=True)
        ),
    )
    return Record("patches", "patches", {k: a.to(images.device) for k, a in arrays.items()}, SIGN, facts)
