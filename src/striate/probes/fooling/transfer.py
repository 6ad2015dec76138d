"""Do images that fool one net fool others? Counted over source classes, target classes and nets, beside a control.

Counted are the pairs of image and target which fool the net they were made for, and whose clean image the other net sees as
that net does. Of these: ``hits``, those it too takes for the target, and ``misled``, those it takes for any other class than
before. A net whose largest score is shared by several classes, or is NaN, has no answer; such pairs are left out and
counted (``undefined``). The control changes the same images at random by the same L2 length, or by plus or minus the same
L-infinity size.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.base.intervals import share
from striate.probes.fooling.facts import Counts, Matrix, Moved, Transfer
from striate.probes.pixels import Scale
from striate.probes.record import answers, logits
from striate.probes.restoring import untouched


@dataclass(frozen=True, eq=False)
class Pairs:
    """Of P pairs the image's index, the class seen in it, and the class wanted, each int64 (P,)."""

    image: Tensor
    source: Tensor
    target: Tensor


def transfer(
    nets: Mapping[str, nn.Module],
    space: Scale,
    given: Tensor,
    pixels: Tensor,
    pairs: Pairs,
    success: Tensor,
    norm: str,
    seed: int,
    batch: int,
) -> tuple[dict[str, Tensor], Transfer]:
    """Return counts as arrays (V, S, T) over V nets, S source and T target classes, and the same as shares.

    ``given`` (N, C, H, W) and ``pixels`` (P, C, H, W) are in [0, 1]; the first net is the one they were made for, and is
    `untouched` already. Arrays: ``tries``, ``hits``, ``misled``, ``control_hits``, ``control_misled``.
    """
    sources, targets = pairs.source.unique(), pairs.target.unique()
    # A change of that size at random is the control: a net that it misleads as often is unsteady, and nothing was
    # transferred.
    noisy = same_size(given[pairs.image], pixels, norm, seed)
    counts: dict[str, list[Tensor]] = {}
    told: list[Moved] = []
    for place, (name, net) in enumerate(nets.items()):
        with nullcontext() if place == 0 else untouched(net, given):
            clean, after, control = (_seen(name, net, space, p, batch) for p in (given, pixels, noisy))
        defined = (clean[pairs.image] >= 0) & (after >= 0) & (control >= 0)
        # Only images that the other net sees as the first one did can be misled; one it had wrong before says nothing of
        # transfer.
        tried = success & defined & (clean[pairs.image] == pairs.source)
        cells = {
            "tries": tried,
            "hits": tried & (after == pairs.target),
            "misled": tried & (after != pairs.source),
            "control_hits": tried & (control == pairs.target),
            "control_misled": tried & (control != pairs.source),
        }
        tables = {what: _table(flags, pairs, sources, targets) for what, flags in cells.items()}
        for what, table in tables.items():
            counts.setdefault(what, []).append(table)
        total = int(tried.sum())
        shares = {what: share(int(flags.sum()), total) for what, flags in cells.items() if what != "tries"}
        matrix = Matrix(**{what: _counts(table) for what, table in tables.items()})
        told.append(Moved(name, total, int((success & ~defined).sum()), **shares, matrix=matrix))
    return (
        {what: torch.stack(tables) for what, tables in counts.items()},
        Transfer(tuple(told), tuple(sources.tolist()), tuple(targets.tolist())),
    )


def same_size(start: Tensor, pixels: Tensor, norm: str, seed: int) -> Tensor:
    """Return ``start`` (P, C, H, W) changed at random by as much as ``pixels`` differ from it, both inside [0, 1].

    In ``linf`` the change is plus or minus that size; in ``l2`` a Gaussian of that length, lengthened until what the clip
    takes away is made up for.
    """
    rng = torch.Generator().manual_seed(seed)
    drawn = torch.randn(start.shape, generator=rng).to(start)
    change = (pixels - start).flatten(1)
    if norm == "linf":
        size = change.abs().amax(1)[:, None, None, None]
        return (start + size * drawn.sign()).clamp(0, 1)
    wanted = change.norm(dim=1)[:, None, None, None]
    length = drawn.flatten(1).norm(dim=1)[:, None, None, None]
    made = (start + drawn * wanted / length).clamp(0, 1)
    factor = torch.ones_like(wanted)
    for _ in range(20):
        reached = (made - start).flatten(1).norm(dim=1)[:, None, None, None]
        factor = factor * wanted / reached.clamp(min=1e-12)
        made = (start + factor * drawn * wanted / length).clamp(0, 1)
    return made


def _seen(name: str, net: nn.Module, space: Scale, pixels: Tensor, batch: int) -> Tensor:
    """Return the classes (N,) that a net sees, on the device of the images; -1 where it has no answer."""
    like = next((p for p in net.parameters() if p.is_floating_point()), pixels)
    made: list[Tensor] = []
    with torch.no_grad():
        for part in pixels.split(batch):
            try:
                made.append(answers(logits(net, space.normalized(part).to(like))))
            except (RuntimeError, ValueError) as error:
                reason = str(error).partition("\n")[0]
                raise ProbeError(f'the net "{name}" does not take the images of the first one: {reason}') from error
    return torch.cat(made).to(pixels.device)


def _table(flags: Tensor, pairs: Pairs, sources: Tensor, targets: Tensor) -> Tensor:
    """Return how often each (source, target) has its flag set: (S, T)."""
    place = torch.searchsorted(sources, pairs.source) * len(targets) + torch.searchsorted(targets, pairs.target)
    return torch.bincount(place[flags], minlength=len(sources) * len(targets)).view(len(sources), len(targets))


def _counts(table: Tensor) -> Counts:
    return tuple(tuple(row) for row in table.tolist())
