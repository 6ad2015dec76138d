"""Fooling: how little of an image p must change until the net takes it for another class t (Szegedy et al., arXiv 1312.6199).

    g = dS_t / dp        p <- clip(p + step g / ||g||_2)        until argmax S = t with the confidence asked for

All is in pixels of [0, 1], before normalization, where the clip keeps them; a budget, if there is one, bounds the
change. ``probability`` climbs log softmax(S)_t instead of S_t: it also lowers the other classes. Images and targets form
pairs, which all climb at once in full batches; a pair that has arrived leaves the batch.

Without ``steps`` each pair is given as many as its own progress asks for: after every CHUNK steps the rate at which it came
nearer in them says how many are left to go, and it goes on unless it came no nearer, or would need far more than MOST_STEPS.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from striate.base.catalog import unknown
from striate.base.errors import ProbeError
from striate.probes.choices import Norm, Objective
from striate.probes.fooling.facts import FoolFacts, Medians
from striate.probes.fooling.transfer import Pairs, transfer
from striate.probes.pixels import Scale, scale
from striate.probes.record import Record, answers, described, full, logits
from striate.probes.restoring import untouched

SIGN = "in `change`, positive where a pixel became brighter, in units of the full range 0 to 1"
CHUNK, MOST_STEPS = 100, 2000
PATIENCE = 4
"""A climb grows steeper on its way: what by its rate up to now would need up to so many times MOST_STEPS may still arrive."""
RELATIVE_STEP = 6e-4
"""The default step for each pixel of the image, root mean square: 0.033 in L2 for 32 x 32 x 3, 0.23 for 224 x 224 x 3."""


@dataclass(frozen=True)
class Climb:
    """How to climb: ``step`` and ``budget`` in pixel units, the budget in ``norm``; ``steps`` updates at most, None for as
    many as the progress asks for."""

    objective: Objective
    confidence: float
    steps: int | None
    step: float
    budget: float | None
    norm: Norm


def fool(
    net: nn.Module,
    images: Tensor,
    *,
    target: int | Sequence[int] | Literal["all"] = "all",
    confidence: float = 0.0,
    steps: int | None = None,
    step: float | None = None,
    budget: float | None = None,
    norm: Norm = "l2",
    objective: Objective = "score",
    mean: Sequence[float] | float = 0.0,
    std: Sequence[float] | float = 1.0,
    also: Mapping[str, nn.Module] | None = None,
    seed: int = 0,
    batch: int = 256,
) -> Record[FoolFacts]:
    """Return images (N, C, H, W), changed until ``net`` takes them for each of the ``target`` classes.

    The P pairs are every image with every target, except the class the net already sees in it. Arrays, first dimension P:
    ``fooled`` (P, C, H, W), normalized as the images; ``change`` (P, C, H, W) in pixels of [0, 1]; ``image``, ``source``
    (the class seen before), ``target``, ``iterations``, ``success``, ``success_8bit`` (also when rounded to 256 levels), ``l2``
    and ``linf`` of the change, ``probability`` of the target. ``steps`` are the updates of a pair at most; None: as many as its
    progress asks for, MOST_STEPS at most. ``mean`` and ``std`` undo the normalization. Nets in ``also``
    take the same normalized images; what fools them too is in ``facts.transfer`` and the arrays of `transfer`, beside
    random changes of the same size, drawn from ``seed``. Raises ProbeError for what is out of range.
    """
    with untouched(net, images) as x:
        space = scale(x, mean, std)
        given = space.pixels(x)
        climb = _checked(Climb(objective, confidence, steps, _default_step(x) if step is None else step, budget, norm))
        before = full(_scores(net, space, given, batch))
        pairs = _pairs(before, target)
        pixels, iterations, success = _climb(net, space, given, pairs, climb, batch)
        after = full(_scores(net, space, pixels, batch))
        # A change below half a level of 8 bits vanishes in any file that the picture is saved to; whether it survives is told
        # apart.
        rounded = full(_scores(net, space, (pixels * 255).round() / 255, batch)).argmax(1) == pairs.target
        change = pixels - given[pairs.image]
        nets: dict[str, nn.Module] = {"itself": net, **(also or {})}
        moved, transferred = transfer(nets, space, given, pixels, pairs, success, norm, seed, batch)
        arrays = {
            "fooled": full(space.normalized(pixels)),
            "change": change,
            "image": pairs.image,
            "source": pairs.source,
            "target": pairs.target,
            "iterations": iterations,
            "success": success,
            "success_8bit": rounded & success,
            "l2": change.flatten(1).norm(dim=1),
            "linf": change.flatten(1).abs().amax(1),
            "probability": after.softmax(1).gather(1, pairs.target[:, None])[:, 0],
            **moved,
        }
    medians = [
        float(arrays[name][success].double().median()) if bool(success.any()) else None
        for name in ("iterations", "l2", "linf")
    ]
    facts = FoolFacts(
        objective=objective,
        confidence=confidence,
        steps=MOST_STEPS if steps is None else steps,
        adaptive=steps is None,
        gave_up=int((~success & (iterations < MOST_STEPS)).sum()) if steps is None else 0,
        step=climb.step,
        budget=budget,
        norm=norm,
        seed=seed,
        pairs=len(pairs.image),
        fooled=int(success.sum()),
        fooled_8bit=int((rounded & success).sum()),
        medians=Medians(*medians),
        transfer=transferred,
    )
    placed = {name: array.to(images.device) for name, array in arrays.items()}
    return Record("fool", "fool", placed, SIGN, facts, described(after, pairs.target))


def _default_step(x: Tensor) -> float:
    return RELATIVE_STEP * math.sqrt(x[0].numel())


def _checked(climb: Climb) -> Climb:
    for kind, given, accepted in (("objective", climb.objective, Objective), ("norm", climb.norm, Norm)):
        if given not in get_args(accepted):
            raise ProbeError(unknown(kind, given, get_args(accepted)))
    steps = CHUNK if climb.steps is None else climb.steps
    if not 0 <= climb.confidence < 1 or steps < 1 or not 0 < climb.step < math.inf:
        raise ProbeError(
            f"confidence is {climb.confidence:g}, steps {steps} and step {climb.step:g}; a confidence is at least 0 and"
            " below 1, steps are 1 or more, and a step is above 0"
        )
    if climb.budget is not None and not 0 < climb.budget < math.inf:
        raise ProbeError(f"the budget is {climb.budget:g}, and must be above 0, in pixel units of 0 to 1")
    return climb


def _pairs(scores: Tensor, target: int | Sequence[int] | Literal["all"]) -> Pairs:
    """Return every image with every target, for scores (N, K), without those that need no change."""
    count, classes = scores.shape
    if isinstance(target, str) and target != "all":
        raise ProbeError(f'the target "{target}" is unknown; give classes from 0 to {classes - 1}, or "all"')
    wanted = range(classes) if isinstance(target, str) else [target] if isinstance(target, int) else list(target)
    if not wanted:
        raise ProbeError(f'no target is given; give classes from 0 to {classes - 1}, or "all"')
    if wrong := [k for k in wanted if not 0 <= k < classes]:
        raise ProbeError(f"class {wrong[0]} is out of range; the net has classes 0 to {classes - 1}")
    seen = scores.argmax(1)
    image = torch.arange(count, device=scores.device).repeat_interleave(len(wanted))
    aim = torch.tensor(list(wanted), device=scores.device).repeat(count)
    keep = seen[image] != aim
    if not bool(keep.any()):
        raise ProbeError(f"every image is already taken for class {wanted[0]}; choose another target")
    return Pairs(image[keep], seen[image][keep], aim[keep])


def _scores(net: nn.Module, space: Scale, pixels: Tensor, batch: int) -> Tensor:
    with torch.no_grad():
        return torch.cat([logits(net, space.normalized(part)) for part in pixels.split(batch)])


def _climb(
    net: nn.Module, space: Scale, given: Tensor, pairs: Pairs, climb: Climb, batch: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Return pixels (P, C, H, W), the number of updates (P,) and whether each arrived (P,)."""
    start = given[pairs.image]
    pixels = start.clone()
    most = MOST_STEPS if climb.steps is None else climb.steps
    iterations = torch.full_like(pairs.image, most)
    success = torch.zeros_like(pairs.image, dtype=torch.bool)
    active = torch.arange(len(pixels), device=pixels.device)
    before = torch.full(success.shape, torch.inf, device=pixels.device)
    # One round more than updates: the last only looks whether the last update arrived.
    for update in range(most + 1):
        left: list[Tensor] = []
        for some in active.split(batch):
            leaf = pixels[some].requires_grad_()
            scores = full(logits(net, space.normalized(leaf)))
            aim = pairs.target[some][:, None]
            arrived = (answers(scores) == aim[:, 0]) & (scores.softmax(1).gather(1, aim)[:, 0] >= climb.confidence)
            success[some[arrived]] = True
            iterations[some[arrived]] = update
            stay = ~arrived
            if climb.steps is None and update % CHUNK == 0:
                distance = _distance(scores.detach(), aim, climb.confidence)
                hopeless = stay & _hopeless(distance, before[some], most - update) if update else torch.zeros_like(stay)
                iterations[some[hopeless]] = update
                before[some], stay = distance.to(before), stay & ~hopeless
            left.append(some[stay])
            if update < most and bool(stay.any()):
                score = scores if climb.objective == "score" else scores.log_softmax(1)
                # The sum over pairs has each pair's own gradient, since in evaluation mode no image of a batch touches
                # another. A score that no pixel reaches has the gradient 0: its pair stays where it is, which is an answer
                # and no error.
                (g,) = torch.autograd.grad(score.gather(1, aim).sum(), leaf, materialize_grads=True)
                moved = leaf.detach() + climb.step * _unit(g)
                pixels[some[stay]] = _within(moved, start[some], climb)[stay]
        active = torch.cat(left)
        if not len(active):
            break
    return pixels, iterations, success


def _distance(scores: Tensor, aim: Tensor, confidence: float) -> Tensor:
    """Return by how much the score of the target must still rise over the others, (B,), for scores (B, K)."""
    own = scores.gather(1, aim)[:, 0]
    others = scores.scatter(1, aim, -torch.inf)
    missing = others.amax(1) - own
    if confidence:
        missing = torch.maximum(missing, math.log(confidence / (1 - confidence)) + others.logsumexp(1) - own)
    return missing


def _hopeless(distance: Tensor, before: Tensor, left: int) -> Tensor:
    """Tell which pairs came no nearer in the last CHUNK steps, or at that rate would need far more than are ``left``."""
    rate = (before - distance) / CHUNK
    return ~(distance <= rate.clamp(min=0) * (PATIENCE * left))


def _unit(g: Tensor) -> Tensor:
    """Return gradients (B, C, H, W) of L2 length 1 each; one that is 0 stays 0."""
    length = g.flatten(1).norm(dim=1).clamp(min=torch.finfo(g.dtype).tiny)
    return g / length[:, None, None, None]


def _within(moved: Tensor, start: Tensor, climb: Climb) -> Tensor:
    """Return the images nearest to ``moved`` that keep the budget, in [0, 1]; the clip can only shorten the change."""
    if climb.budget is not None:
        change = moved - start
        if climb.norm == "linf":
            change = change.clamp(-climb.budget, climb.budget)
        else:
            length = change.flatten(1).norm(dim=1)[:, None, None, None]
            change = change * (climb.budget / length.clamp(min=climb.budget))
        moved = start + change
    return moved.clamp(0, 1)
