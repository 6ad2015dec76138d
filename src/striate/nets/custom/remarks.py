"""What is said of a net of one's own that trains, though few want it so: it is found on noise, and nothing is refused for it.

beside others   the logits of an image are others when the images beside it are others (evaluation mode), as after
                normalization by the statistics of a batch, or a mean or softmax over the wrong dimension
answers         they lie in 0 to 1 however large the pixels are, as after a softmax or sigmoid, or are never below 0, as
                after a ReLU; the loss takes logits, and applies a softmax of its own
"""

from __future__ import annotations

from contextlib import suppress

import torch
from torch import Tensor, nn

from striate.nets.custom.acceptance import alike, called
from striate.nets.custom.calling import in_mode
from striate.nets.entry import ImageShape

SAME = 1e-3  # of the largest logit: another sum within a batch differs by far less
FAR = 1e3  # standard deviations of the noise at which what is bounded shows itself
IMAGES = 6


def remarks(net: nn.Module, image_shape: ImageShape, name: str) -> tuple[str, ...]:
    """Return the sentences about ``net``, which is put into evaluation mode; none where it cannot be shown six images."""
    height, width, channels = image_shape
    rng = torch.Generator().manual_seed(1)
    images, others = torch.randn(2, IMAGES, channels, height, width, generator=rng)
    others[0] = images[0]
    with suppress(Exception):  # what it cannot take is said where it is trained
        in_mode(net)
        near, beside = called(net, images)[0].double(), called(net, others)[0].double()
        far = [called(net, FAR * sign * images)[0].double() for sign in (1, -1)]
        return (*_beside(near[:1], beside[:1], name), *_answers(torch.cat([near, *far]), name))
    return ()


def _beside(here: Tensor, there: Tensor, name: str) -> tuple[str, ...]:
    if not here.isfinite().all() or alike(here, there, SAME):
        return ()
    return (
        f'net "{name}" answers otherwise for an image when other images are beside it, also in evaluation mode (as with batch '
        "norm without running statistics): its accuracy depends on which images are scored together, and predict and probes, "
        "which show it few, see other answers",
    )


def _answers(logits: Tensor, name: str) -> tuple[str, ...]:
    if not logits.isfinite().all() or logits.min() < 0 or logits.shape[1] < 2 or bool((logits == logits[:1]).all()):
        return ()
    if logits.max() > 1:
        return _never_below(name) if bool((logits == 0).any()) else ()
    sums = bool(((logits.sum(1) - 1).abs() < 1e-3).all())
    said = "probabilities, as after a softmax" if sums else "numbers from 0 to 1, as after a sigmoid"
    return (
        f'net "{name}" gives {said}, and the loss takes logits, to which it applies a softmax itself: it learns slowly, and '
        "no answer comes near certainty; leave that last step out of forward",
    )


def _never_below(name: str) -> tuple[str, ...]:
    return (
        f'net "{name}" gives no number below 0, as after a ReLU, and the loss takes logits of either sign: a class whose '
        "logits are all 0 learns nothing; leave that last step out of forward",
    )
