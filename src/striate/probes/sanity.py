"""Does a heatmap mean anything? Two questions that any map can be asked.

Does it depend on the weights? The layers are made random one after another, from the last to the first (Adebayo et al.,
arXiv 1810.03292): each weight tensor becomes its own numbers in a random order. After each stage the map is compared with that
of the trained net by Spearman's rank correlation. A map that stays the same shows the image, not the net.

Does it say what the net needs? Pixels are taken away in the order of the map, largest first (`deletion`: set to the mean
colour), or put in (`insertion`: into a blurred copy), and the probability of the class is followed (Petsiuk, Das and Saenko,
arXiv 1806.07421). A good map has a small area under the first curve and a large one under the second; the same in random
order is the control.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.base.seeds import generator
from striate.probes.record import Record, full, logits
from striate.probes.untouched import untouched

Map = Callable[[nn.Module, Tensor, Tensor], Tensor]
"""Net, images (N, C, H, W) and classes (N,) -> heatmaps (N, H, W)."""


@dataclass(frozen=True)
class Cascade:
    """``stages[s]`` is the layer made random last; ``correlations[s][n]`` is that of image n's map with the trained net's."""

    stages: tuple[str, ...]
    correlations: tuple[tuple[float, ...], ...]

    def means(self) -> tuple[float, ...]:
        """The mean over the images for each stage."""
        return tuple(sum(row) / len(row) for row in self.correlations)


@dataclass(frozen=True)
class Curves:
    """Probabilities of the class, mean over images, when the shares ``shares`` of the pixels are taken away or put in.

    ``random_deletion`` and ``random_insertion`` are the control: the same in random order.
    """

    shares: tuple[float, ...]
    deletion: tuple[float, ...]
    insertion: tuple[float, ...]
    random_deletion: tuple[float, ...]
    random_insertion: tuple[float, ...]

    def areas(self) -> dict[str, float]:
        """The area under each curve, by the trapezoidal rule."""
        curves = ("deletion", "insertion", "random_deletion", "random_insertion")
        return {name: _area(self.shares, getattr(self, name)) for name in curves}


def checked(
    record: Record, net: nn.Module, images: Tensor, again: Callable[..., Record], *, steps: int = 16, seed: int = 0
) -> Record:
    """Return a heatmap's record with both checks under ``facts["checks"]``.

    ``again(net, images, target=classes)`` makes the record anew, in the same way; it is called for each stage of the cascade.
    """
    classes = torch.tensor([score.target for score in record.scores])
    fall = cascade(net, images, classes, lambda n, x, k: again(n, x, target=k).heatmap, seed=seed)
    followed = curves(net, images, classes, record.heatmap, steps=steps, seed=seed)
    checks = {
        "cascade": {**asdict(fall), "means": fall.means()},
        "curves": {**asdict(followed), "areas": followed.areas()},
    }
    return replace(record, facts={**record.facts, "checks": checks})


def cascade(net: nn.Module, images: Tensor, classes: Tensor, probe: Map, *, most: int = 8, seed: int = 0) -> Cascade:
    """Return how the map of ``probe`` changes as the net's layers are made random from the last to the first.

    At most ``most`` stages are looked at, evenly spread, the last being the whole net. It is done in a copy of the net;
    raises ProbeError when the net cannot be copied.
    """
    try:
        other = copy.deepcopy(net)
    except Exception as error:
        raise ProbeError(
            f"the net cannot be copied ({type(error).__name__}), so its weights cannot be made random; leave the check out with"
            " --quick"
        ) from error
    layers = [(name, module) for name, module in other.named_modules() if _weight(module) is not None][::-1]
    if not layers:
        raise ProbeError("the net has no weights to be made random; leave the check out with --quick")
    before = probe(net, images, classes)
    rng = generator(seed, "init", 0)
    looked_at = {round((k + 1) * len(layers) / min(most, len(layers))) - 1 for k in range(min(most, len(layers)))}
    stages: list[str] = []
    rows: list[tuple[float, ...]] = []
    for place, (name, module) in enumerate(layers):
        weight = _weight(module)
        assert weight is not None
        order = torch.from_numpy(rng.permutation(weight.numel())).to(weight.device)
        weight.data = weight.data.flatten()[order].view_as(weight)
        if place in looked_at:
            stages.append(name)
            rows.append(tuple(rank_correlation(before, probe(other, images, classes)).tolist()))
    return Cascade(tuple(stages), tuple(rows))


def _weight(module: nn.Module) -> nn.Parameter | None:
    """Return the module's own weight tensor of two or more dimensions, which is what a layer has learnt most in."""
    weight: Any = getattr(module, "weight", None)
    return weight if isinstance(weight, nn.Parameter) and weight.dim() > 1 else None


def rank_correlation(a: Tensor, b: Tensor) -> Tensor:
    """Return Spearman's rank correlation (N,) of maps (N, H, W); ties share their mean rank; 0 where a map is constant."""
    x, y = (torch.stack([ranks(row) for row in full(part).flatten(1)]) for part in (a, b))
    x, y = x - x.mean(1, keepdim=True), y - y.mean(1, keepdim=True)
    size = x.norm(dim=1) * y.norm(dim=1)
    return torch.where(size > 0, (x * y).sum(1) / size.clamp(min=1e-300), torch.zeros_like(size))


def ranks(values: Tensor) -> Tensor:
    """Return the ranks from 1 of a vector, float64; equal values share the mean of their ranks."""
    _, which, counts = torch.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum(0)
    return (last - (counts - 1) / 2).double()[which]


def curves(
    net: nn.Module,
    images: Tensor,
    classes: Tensor,
    heatmaps: Tensor,
    *,
    steps: int = 16,
    seed: int = 0,
    batch: int = 256,
) -> Curves:
    """Return deletion and insertion of ``images`` (N, C, H, W) by ``heatmaps`` (N, H, W), and both in random order."""
    if steps < 1:
        raise ProbeError(f"steps is {steps}, and must be 1 or more")
    with untouched(net, images) as x, torch.no_grad():
        count, _, height, width = x.shape
        rng = generator(seed, "order", 0)
        noise = torch.from_numpy(rng.random((count, height * width)))
        flat = heatmaps.detach().flatten(1).double().cpu()
        # Equal values are taken in random order, not row by row.
        shuffled = noise.argsort(1)
        by_map = shuffled.gather(1, flat.gather(1, shuffled).sort(dim=1, descending=True, stable=True).indices)
        found: list[tuple[float, ...]] = []
        for order in (by_map, shuffled):
            place = order.argsort(1).to(x.device).view(count, 1, height, width)
            for start, end in ((x, torch.zeros_like(x)), (blurred(x), x)):
                found.append(_followed(net, start, end, place, classes.to(x.device), steps, batch))
        shares = tuple(k / steps for k in range(steps + 1))
        return Curves(shares, *found)


def _followed(
    net: nn.Module, start: Tensor, end: Tensor, place: Tensor, classes: Tensor, steps: int, batch: int
) -> tuple[float, ...]:
    """Return the mean probability while pixels change from ``start`` to ``end`` in the order ``place`` (N, 1, H, W)."""
    pixels = place[0].numel()
    means: list[float] = []
    for step in range(steps + 1):
        taken = place < round(step * pixels / steps)
        mixed = torch.where(taken, end, start)
        parts = [full(logits(net, part.clone())).softmax(1) for part in mixed.split(batch)]
        means.append(float(torch.cat(parts).gather(1, classes[:, None]).mean()))
    return tuple(means)


def blurred(x: Tensor) -> Tensor:
    """Return ``x`` (N, C, H, W) under a Gaussian blur whose standard deviation is a tenth of the shorter edge."""
    height, width = x.shape[2:]
    spread = min(height, width) / 10
    reach = max(1, min(round(2 * spread), min(height, width) - 1)) if min(height, width) > 1 else 0
    if reach == 0:
        return x
    ticks = torch.arange(-reach, reach + 1, dtype=torch.float32, device=x.device)
    kernel = torch.exp(-((ticks / spread) ** 2) / 2)
    kernel = (kernel / kernel.sum()).to(x.dtype)
    channels = x.shape[1]
    padded = F.pad(x, (reach, reach, reach, reach), mode="reflect")
    rows = F.conv2d(padded, kernel.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
    return F.conv2d(rows, kernel.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)


def _area(x: tuple[float, ...], y: tuple[float, ...]) -> float:
    return sum((b - a) * (u + v) / 2 for a, b, u, v in zip(x, x[1:], y, y[1:], strict=False))
