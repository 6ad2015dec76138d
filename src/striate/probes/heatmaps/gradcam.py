"""Grad-CAM (Selvaraju et al., arXiv 1610.02391): which places of a feature map A speak for the class with score S.

    alpha_c = mean over places of dS/dA_c          map = sum over channels of alpha_c A_c          heatmap = max(map, 0)

The graph begins at the tap, so the gradient costs the layers after it alone; a transformer's tokens are folded back to a map.
A net that ends in a global average pool and a linear layer W has dS/dA = W / (h w), the same at every place: then one
forward pass gives the maps of all classes (Zhou et al., arXiv 1512.04150). Whether a net ends that way is measured at each
call, in values and in derivatives, not read off the names of its layers.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets.measure.feature_maps import Layout
from striate.nets.measure.tokens import feature_map
from striate.nets.measure.watching import watched
from striate.probes.cut import cut
from striate.probes.facts import Explained, GradcamFacts
from striate.probes.memory_format import quickest
from striate.probes.record import Record, Target, asked, described, full, logits, targets
from striate.probes.restoring import untouched

Place = tuple[str, Layout]
SIGN = "0 or more; large where the feature map speaks for the class; what speaks against it is 0"
EXPLAINED = {
    "gradcam": Explained(
        "Each channel of the feature map is weighted by the mean of the score's derivative with respect to it; the weighted"
        " sum is what the map says about the class. Its positive part is laid over the image.",
        r"M = \max\left(0, \sum_c \alpha_c A_c\right), \quad"
        r" \alpha_c = \frac{1}{h w} \sum_{ij} \frac{\partial S}{\partial A_{cij}}",
    ),
}


def gradcam(
    net: nn.Module,
    images: Tensor,
    *,
    target: Target | Literal["all"] = None,
    tap: str | None = None,
    batch: int = 64,
) -> Record[GradcamFacts]:
    """Return Grad-CAM of images (N, C, H, W) at ``tap`` (None: the last feature map) for class ``target``.

    Arrays: ``heatmap`` (N, H, W), the map without its negative part, interpolated to the size of the images (bilinear);
    ``map`` (N, h, w), signed, at the size of the feature map. ``target="all"`` gives both for every class at once,
    (N, K, ...), the scores told being those of the predicted class. ``facts.backward_pass`` tells whether one was needed.
    At most ``batch`` images go through the net at once. Raises NetError for an unknown tap, ProbeError for one
    that is not a map and no grid of tokens.
    """
    every = isinstance(target, str)
    if every and target != "all":
        raise ProbeError(f'the class "{target}" is unknown; give a number, one for each image, or "all"')
    with untouched(net, images) as x:
        tap, layout = feature_map(net, x[:1], tap)
        place = (tap, layout)
        head = _linear_head(net, x[:1], place)
        if head is not None:
            x = x.contiguous(memory_format=quickest(net, x))
        parts: list[tuple[Tensor, Tensor, Tensor]] = []
        classes = None if every else asked(target, len(x))
        for start in range(0, len(x), batch):
            some = x[start : start + batch]
            own = None if classes is None else classes[start : start + batch]
            made = _by_weights(net, some, place, head, own, every) if head is not None else None
            parts.append(made or _by_gradient(net, some, place, own, every))
        scores, chosen, low = (torch.cat(column) for column in zip(*parts, strict=True))
        high = F.interpolate(low.clamp(min=0), size=x.shape[2:], mode="bilinear", align_corners=False)
        if not every:
            low, high = low[:, 0], high[:, 0]
        arrays = {"heatmap": high.to(images.device), "map": low.to(images.device)}
        size = (low.shape[-2], low.shape[-1])
        facts = GradcamFacts(tap=tap, backward_pass=head is None, map=size, all_classes=every)
        return Record("gradcam", "heatmap", arrays, SIGN, facts, described(scores, chosen))


def _by_weights(
    net: nn.Module, x: Tensor, place: Place, head: str, target: Tensor | None, every: bool
) -> tuple[Tensor, Tensor, Tensor] | None:
    """Return scores (N, K), classes (N,), maps (N, 1 or K, h, w) from one forward pass; None where it does not hold."""
    seen: list[Tensor] = []
    with cut(net, *place) as made, watched(net, lambda _n, _m, i, _o: seen.append(i[0]), [head]), torch.no_grad():
        scores = logits(net, x)
        map_ = full(made.reached(place[0]))
        if not seen or not _same(full(seen[-1]), map_.mean((2, 3)), x.dtype):
            return None
        chosen = targets(scores, target)
        alpha = full(cast(nn.Linear, net.get_submodule(head)).weight) / (map_.shape[2] * map_.shape[3])
        low = (
            torch.einsum("kc,nchw->nkhw", alpha, map_)
            if every
            else torch.einsum("nc,nchw->nhw", alpha[chosen], map_)[:, None]
        )
        return scores, chosen, low


def _by_gradient(
    net: nn.Module, x: Tensor, place: Place, target: Tensor | None, every: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the same from a backward pass through the layers after the tap; one for each class when ``every``."""
    with cut(net, *place) as made:
        scores = logits(net, x)
        map_ = made.reached(place[0])
        chosen = targets(scores, target)
        kinds = torch.arange(scores.shape[1], device=x.device).expand(len(x), -1) if every else chosen[:, None]
        if not scores.requires_grad:
            raise ProbeError(
                f'the score does not depend on the tap "{place[0]}", so nothing at it speaks for the class; choose another one'
            )
        low: list[Tensor] = []
        for k in kinds.unbind(1):
            score = scores.gather(1, k[:, None]).sum()
            (gradient,) = torch.autograd.grad(score, map_, retain_graph=every, materialize_grads=True)
            alpha = full(gradient).mean((2, 3))
            low.append(torch.einsum("nc,nchw->nhw", alpha, full(map_.detach())))
        return scores.detach(), chosen, torch.stack(low, 1)


def _linear_head(net: nn.Module, x: Tensor, place: Place) -> str | None:
    """Return the linear layer after the global average pool, where the net ends in these two for an image (1, C, H, W).

    The layer's input must be the mean of the map, its output the scores, and the score's derivative W / (h w).
    """
    seen: list[tuple[str, Tensor, Tensor]] = []

    def see(name: str, _module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
        seen.append((name, inputs[0].detach(), output.detach()))

    dense = [name for name, module in net.named_modules() if name and isinstance(module, nn.Linear)]
    with watched(net, see, dense), cut(net, *place) as made:
        scores = logits(net, x)
        map_ = made.reached(place[0])
    if not seen or not scores.requires_grad:
        return None
    head, pooled, output = seen[-1]
    if output.shape != scores.shape or not torch.equal(output, scores.detach()):
        return None
    if not _same(full(pooled), full(map_.detach()).mean((2, 3)), x.dtype):
        return None
    best = int(scores.argmax())
    (gradient,) = torch.autograd.grad(scores[0, best], map_, materialize_grads=True)
    expected = full(cast(nn.Linear, net.get_submodule(head)).weight[best]) / (map_.shape[2] * map_.shape[3])
    same = _same(full(gradient[0]), expected[:, None, None].expand_as(gradient[0]), x.dtype)
    return head if same else None


def _same(a: Tensor, b: Tensor, dtype: torch.dtype) -> bool:
    """Return whether the tensors agree up to the rounding of ``dtype``, in which the net computes."""
    if a.shape != b.shape:
        return False
    rounding = 0.01 if dtype in (torch.bfloat16, torch.float16) else 1e-4
    return bool((a - b).abs().max() <= rounding * b.abs().max())
