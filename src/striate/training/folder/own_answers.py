"""What a net of one's own answers with weights that everyone knows: where that is another answer, it is another net.

Its source is kept (`own_code`), but a net may read more than source: a file of settings, a variable of the environment, an
installed library. So the answers to two images of noise are written down when a run begins, in evaluation mode, with

    kernels and matrices    2 cos(i) / sqrt(numbers a row)          number i = 1, 2, ...
    vectors                 cos(i)
    saved buffers           1 + cos(i)^2 / 10 of fractions, 0 of whole numbers

and compared whenever the net is built for the run again. They depend on no weight that was drawn or learnt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from striate.base.errors import RunError, printable
from striate.nets.custom.calling import device_of, in_mode, input_dtype
from striate.nets.custom.naming import is_own
from striate.nets.custom.state import traceless
from striate.nets.custom.surroundings import seeded, settings_kept
from striate.nets.entry import ImageShape
from striate.nets.uncompiled import uncompiled
from striate.training.folder.chain import read_environment
from striate.training.folder.own_code import accepts_changes, kept, source_of

KEY = "answers"  # in environment.json, of a resumed part under "continued"
SAME = 5e-3  # of the largest: other hardware sums otherwise, by far less
IMAGES = 2


def answers(net: nn.Module, image_shape: ImageShape) -> list[float] | None:
    """Return the logits of two images of noise, row by row; None where they are not finite or the net takes no such weights."""
    height, width, channels = image_shape
    rng = torch.Generator().manual_seed(2)
    images = torch.randn(IMAGES, channels, height, width, generator=rng).to(device_of(net), input_dtype(net))
    try:
        with traceless(net), seeded(0), settings_kept(), uncompiled(), torch.no_grad(), _known(net):
            made: Any = in_mode(net)(images)
            logits = [float(f"{number:.6g}") for number in made.double().flatten().tolist()]
    except Exception:  # a net that keeps its weights where this cannot put others is told by nothing
        return None
    return logits if all(map(math.isfinite, logits)) else None


def other_answers(before: object, now: list[float] | None) -> bool:
    """Return whether both are there, and of another net."""
    if not isinstance(before, list) or now is None:
        return False
    told = cast("list[object]", before)
    if not all(isinstance(number, (int, float)) for number in told):  # nothing that a run writes
        return True
    a, b = torch.tensor(told, dtype=torch.float64), torch.tensor(now, dtype=torch.float64)
    return a.shape != b.shape or bool(((a - b).abs() > SAME * a.abs().max()).any())


def refuse_other(
    folder: Path, net: nn.Module, name: str, image_shape: ImageShape, warn: Callable[[str], None] | None = None
) -> None:
    """Raise RunError where ``net`` called ``name`` answers otherwise than that which the run in ``folder`` trained.

    With ``warn`` it is only told. Nothing is done for a run that wrote none down, or where changed code is told already.
    """
    if not is_own(name) or not (folder / "environment.json").is_file():
        return
    before = last_answers(read_environment(folder))
    if before is None or accepts_changes(folder) or ((code := kept(folder)) and code["fingerprint"] != source_of(name)):
        return
    if not other_answers(before, answers(net, image_shape)):
        return
    told = (
        f'net "{printable(name)}" answers otherwise than when the run in "{folder}" was trained, though its source is the '
        "same: a file, a variable of the environment or a library that it uses is another"
    )
    if warn is None:
        raise RunError(f"{told}; restore it, or add `changed_code` to go on with the net as it is now")
    warn(f"{told}, and it may be another net")


def last_answers(environment: dict[str, Any]) -> Any:
    """Return what the run's last part wrote down; None where it is of no net of one's own, or older."""
    parts = [environment, *environment.get("continued", [])]
    return next((part[KEY] for part in reversed(parts) if part.get(KEY) is not None), None)


@contextmanager
def _known(net: nn.Module) -> Generator[None]:
    """Have the weights of ``net`` be those that everyone knows while the block runs."""
    saved = net.state_dict(keep_vars=True)
    before = [
        (tensor, tensor.data) for tensor in (*net.parameters(), *(b for n, b in net.named_buffers() if n in saved))
    ]
    try:
        for tensor, data in before:
            tensor.data = _parameter(data) if isinstance(tensor, nn.Parameter) else _buffer(data)
        yield
    finally:
        for tensor, data in before:
            tensor.data = data


def _wave(like: Tensor) -> Tensor:
    return torch.arange(1, like.numel() + 1, dtype=torch.float64, device="cpu").cos().reshape(like.shape)


def _parameter(like: Tensor) -> Tensor:
    row = like.numel() // max(1, len(like)) if like.dim() > 1 else 4
    return (_wave(like) * 2 / math.sqrt(max(1, row))).to(like)


def _buffer(like: Tensor) -> Tensor:
    return (1 + _wave(like) ** 2 / 10).to(like) if like.is_floating_point() else torch.zeros_like(like)
