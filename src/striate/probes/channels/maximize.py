"""The image that excites a channel most, found by climbing (Erhan et al. 2009; Olah et al., Distill 2017).

    p <- Adam ascent on the channel's answer to p, shifted at random at each step          p = sigmoid(z), so 0 < p < 1

Left alone, the climb ends in noise of the highest frequency. Against that z is written in its Fourier coefficients, each
divided by its frequency to the power ``smoothness`` (0: all alike; 1: the spectrum of photographs), and each step looks at the
image shifted by up to ``jitter`` pixels around its edges, so that what excites must not depend on the exact place. With
``pixel`` instead of ``fourier`` the pixels themselves are climbed. The best image on the way is kept; beside it stand the
patches of real images that excite the channel most.

A cell that a ReLU silences has no gradient. Then what goes into that activation is climbed in its place; where the tap is no
activation, the mean of its map, and where that is silent too, a random direction. A climb that ends no higher than it began
went nowhere, and is said to have; another ``seed`` may help.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

import torch
from torch import Tensor, nn

from striate.base.catalog import unknown
from striate.base.errors import ProbeError, counted
from striate.nets.measure.feature_maps import Layout
from striate.nets.measure.taps import entered, tapped
from striate.nets.measure.tokens import feature_map
from striate.nets.uncompiled import leave_compiler_out, take_step
from striate.probes.channels.features import named_or_first
from striate.probes.channels.patches import patches
from striate.probes.choices import Parameters, Where
from striate.probes.facts import MaximizeFacts
from striate.probes.pixels import Scale, scale
from striate.probes.record import Record, full
from striate.probes.restoring import untouched

SIGN = "large where the channel answers strongly; no class is involved"
_START = 0.01  # standard deviation of the coefficients at the start: an almost even grey


def maximize(
    net: nn.Module,
    images: Tensor,
    *,
    tap: str | None = None,
    channels: Sequence[int] | None = (0,),
    where: Where = "cell",
    steps: int = 256,
    rate: float = 0.05,
    parameters: Parameters = "fourier",
    smoothness: float = 1.0,
    jitter: int | None = None,
    top: int = 9,
    mean: Sequence[float] | float = 0.0,
    std: Sequence[float] | float = 1.0,
    seed: int = 0,
    batch: int = 256,
) -> Record[MaximizeFacts]:
    """Return for each of M ``channels`` of ``tap`` an image that excites it, and the ``top`` patches of images (N, C, H, W).

    ``channels`` of None are the first three.
    What is climbed is the middle ``cell`` of the channel's map, or the mean of the ``map``; a tap that puts out (N, F) has
    F channels of one number. ``jitter`` is a sixteenth of the shorter edge unless it is given. Arrays: ``images``
    (M, C, H, W), normalized like those given; ``pixels``, the same in [0, 1]; ``answer`` (M,), the climbed number, and
    ``largest`` (M,), the map's largest cell, for the finished images; ``climb`` (M, steps), the answer at each step; of the
    patches, all that `patches` returns, for a tap that is a map. Raises NetError and ProbeError for what is out of range.
    """
    with untouched(net, images) as x:
        jitter = min(x.shape[2:]) // 16 if jitter is None else jitter
        _check(channels, steps, rate, parameters, where, jitter, min(x.shape[2:]))
        space = scale(x, mean, std)
        space.pixels(x)
        tap, layout = _place(net, x[:1], tap)
        # Once for the shape of the tap, so that a channel that is not there costs no climb.
        with tapped(net, [tap]) as kept, torch.no_grad():
            net(x[:1].clone())
        shape = (layout.fold(kept[tap]) if layout else kept[tap]).shape
        channels = named_or_first(None, shape[1] if len(shape) > 1 else 1) if channels is None else channels
        _check_channels(tap, shape, channels)
        rng = torch.Generator().manual_seed(seed)
        free, draw = _free(parameters, (len(channels), *x.shape[1:]), smoothness, space, rng)
        with tapped(net, [tap]) as kept, entered(net, tap) as before:

            def seen(image: Tensor, what: str = where) -> tuple[Tensor, Tensor | None]:
                """Return what the channels answer, and the same of what goes into the tap where that is an activation."""
                net(image)
                own, source = kept[tap], before[0] if before else None
                # Where a rectifier puts out 0 there is no slope; so what goes into an activation is at hand too.
                activation = (
                    source is not None and source.shape == own.shape and next(module.parameters(), None) is None
                )
                both = [own, source] if source is not None and activation else [own]
                answers = [_answers(layout.fold(t) if layout else t, channels, what) for t in both]
                return answers[0], answers[1] if activation else None

            module = net.get_submodule(tap)
            with torch.no_grad():
                start, _ = seen(space.normalized(draw()))
            climb = _climb(lambda p, w: seen(space.normalized(p), w), where, (free, draw), steps, rate, jitter, rng)
            with torch.no_grad():
                pixels = draw()
                made = space.normalized(pixels)
                # A copy for each: a net may change in place what it is given.
                answer, largest = (seen(made.clone(), w)[0] for w in (where, "largest"))
    found = patches(net, images, tap=tap, channels=channels, top=top, batch=batch) if layout else None
    arrays = {"images": full(made), "pixels": pixels, "answer": answer, "largest": largest, "climb": climb}
    facts = MaximizeFacts(
        tap=tap,
        channels=tuple(channels),
        where=where,
        steps=steps,
        rate=rate,
        parameters=parameters,
        smoothness=smoothness,
        jitter=jitter,
        seed=seed,
        answers=tuple(answer.tolist()),
        largest=tuple(largest.tolist()),
        nowhere=tuple(k for k, moved in zip(channels, (answer > start).tolist(), strict=True) if not moved),
        patches=found.facts.patches if found else None,
    )
    placed = {name: array.detach().to(images.device) for name, array in arrays.items()}
    return Record("maximize", "maximize", {**placed, **(found.arrays if found else {})}, SIGN, facts)


def _check(
    channels: Sequence[int] | None, steps: int, rate: float, parameters: str, where: str, jitter: int, edge: int
) -> None:
    for kind, given, accepted in (("kind of parameters", parameters, Parameters), ("place to climb", where, Where)):
        if given not in get_args(accepted):
            raise ProbeError(unknown(kind, given, get_args(accepted)))
    count = 3 if channels is None else len(channels)
    if not count or steps < 1 or not rate > 0 or not 0 <= jitter < edge:
        raise ProbeError(
            f"{counted(count, 'channel')}, steps {steps}, rate {rate:g} and jitter {jitter} are given;"
            f" channels and steps are 1 or"
            f" more, a rate is above 0, and a jitter is 0 to {edge - 1} pixels"
        )


def _check_channels(tap: str, shape: Sequence[int], channels: Sequence[int]) -> None:
    if len(shape) not in (2, 4):
        raise ProbeError(f'the tap "{tap}" puts out {tuple(shape[1:])} for an image, and must give (C, H, W) or (F,)')
    if wrong := [k for k in channels if not 0 <= k < shape[1]]:
        raise ProbeError(f'the tap "{tap}" has channels 0 to {shape[1] - 1}, not {", ".join(map(str, wrong))}')


def _free(
    parameters: str, shape: tuple[int, ...], smoothness: float, space: Scale, rng: torch.Generator
) -> tuple[Tensor, Callable[[], Tensor]]:
    """Return what is free, a leaf, and the function that makes the pixels (M, C, H, W) in (0, 1) of it."""
    like = space.mean
    if parameters == "pixel":
        z = (_START * torch.randn(shape, generator=rng)).to(like).requires_grad_()
        return z, lambda: z.sigmoid()
    height, width = shape[2:]
    down, across = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]
    # The frequency 0 is treated as the lowest one that is not.
    weight = ((down**2 + across**2).sqrt().clamp(min=1 / max(height, width)) ** -smoothness).to(like)
    z = (_START * torch.randn((*shape[:2], *weight.shape, 2), generator=rng)).to(like).requires_grad_()
    return z, lambda: torch.fft.irfft2(torch.view_as_complex(z) * weight, s=(height, width), norm="ortho").sigmoid()


def _climb(
    seen: Callable[[Tensor, str], tuple[Tensor, Tensor | None]],
    where: str,
    drawn: tuple[Tensor, Callable[[], Tensor]],
    steps: int,
    rate: float,
    jitter: int,
    rng: torch.Generator,
) -> Tensor:
    """Climb what ``seen`` returns for pixels, and return the answers (M, steps) on the way."""
    free, draw = drawn
    leave_compiler_out()
    optimizer = torch.optim.Adam([free], rate)
    best, highest = free.detach().clone(), torch.full((len(free),), -torch.inf).to(free)
    elsewhere = torch.randn(free.shape, generator=rng).to(free)
    answers: list[Tensor] = []
    for _ in range(steps):
        down, across = torch.randint(-jitter, jitter + 1, (2,), generator=rng).tolist()
        pixels = draw().roll((down, across), (2, 3))
        answer, source = seen(pixels, where)
        with torch.no_grad():
            better = answer > highest
            highest[better], best[better] = answer[better].to(highest), free[better]
        gradient = _toward(answer, free)
        if bool(_silent(gradient).any()):
            # A ReLU passes no gradient to a silent cell: what goes into it is climbed, or the whole map, or a random way.
            instead = source if source is not None else seen(pixels, "map")[0]
            gradient = torch.where(_silent(gradient), _toward(instead, free), gradient)
        free.grad = torch.where(_silent(gradient), elsewhere, gradient)
        take_step(optimizer)
        answers.append(answer.detach())
    with torch.no_grad():
        free.copy_(best)
    return torch.stack(answers, 1)


def _toward(answers: Tensor, free: Tensor) -> Tensor:
    """Return the gradient of minus the answers; 0 where they depend on nothing that is free."""
    if not answers.requires_grad:
        return torch.zeros_like(free)
    return torch.autograd.grad(-answers.sum(), free, retain_graph=True, materialize_grads=True)[0]


def _place(net: nn.Module, x: Tensor, tap: str | None) -> tuple[str, Layout | None]:
    """Return the tap and how the map lies in its output; None where that is one number for each channel."""
    if tap is not None:
        with torch.no_grad(), tapped(net, [tap]) as kept:
            net(x.clone())
        if tap in kept and kept[tap].dim() == 2:
            return tap, None
    return feature_map(net, x, tap)


def _silent(gradient: Tensor) -> Tensor:
    """Tell for which images the gradient (M, ...) is all 0: (M, 1, ...)."""
    return (gradient.flatten(1) == 0).all(1).view(-1, *[1] * (gradient.dim() - 1))


def _answers(output: Tensor, channels: Sequence[int], where: str) -> Tensor:
    """Return what image m makes channel m answer: (M,), for the tap's output (M, C, h, w) or (M, F)."""
    own = torch.stack([full(image[k]) for image, k in zip(output, channels, strict=True)])
    if own.dim() == 1:
        return own
    if where == "cell":
        return own[:, own.shape[1] // 2, own.shape[2] // 2]
    return own.mean((1, 2)) if where == "map" else own.amax((1, 2))
