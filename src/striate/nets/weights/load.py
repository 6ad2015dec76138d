"""Weights from a file into a net: all of them, or one sentence that says what does not fit.

What fits by name and shape must also be numbers that the net can compute with: of a float type where the net's are, finite,
and not negative where they are variances. Floats of another width are cast, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from striate.base.errors import NetError, printable, remark
from striate.nets.weights.tensors import read_weights

__all__ = ["AUXILIARY", "copy_weights", "load_weights", "misfits", "read_weights"]

SHOWN = 5  # names of each kind of fault; the rest is counted
AUXILIARY = ("aux1", "aux2", "AuxLogits")  # side classifiers of torchvision's Inception nets, of use in training alone


def load_weights(net: nn.Module, path: str | Path) -> None:
    """Copy the weights of the file into ``net``; nothing is copied unless every name and every shape fits.

    ``FILE#PART`` takes one part of a file that holds several, such as state_dict_ema. A batch norm's count of batches may be
    absent: it is not used. Raises NetError listing together the names that are missing, unexpected, misshapen, of another
    type or not finite, the first of each in its sentence and all in its note (which ``--debug`` shows), or saying that the
    file is absent, damaged or of another kind.
    """
    copy_weights(net, read_weights(Path(path), net.state_dict().keys()), path)


def copy_weights(net: nn.Module, given: Mapping[str, Tensor], path: str | Path) -> None:
    """Copy the tensors that `read_weights` read from ``path`` into ``net``, as `load_weights` does; NetError as there.

    Side classifiers that the net has done without are left out. Torchvision's published files have them, and were made with
    another normalization inside the net (``transform_input``), which is then switched on.
    """
    kinds = misfits(net, given)
    if kinds:
        short = "; ".join(f"{kind} {_listed(names)}" for kind, names in kinds.items())
        error = NetError(f'the weights of "{printable(str(path))}" do not fit the net: {printable(short)}')
        error.add_note("\n".join(f"{kind}, {len(names)} in all: {', '.join(names)}" for kind, names in kinds.items()))
        raise error
    kept, made = _used(net, given), cast(Any, net)  # whose attributes PyTorch takes for modules
    own = net.state_dict()
    types = {f"{kept[name].dtype}": own[name].dtype for name in own if name in kept and not _is_count(name)}
    if cast_from := [name for name, wanted in types.items() if name != str(wanted)]:
        told = ", ".join(name.removeprefix("torch.") for name in cast_from)
        wide = str(types[cast_from[0]]).removeprefix("torch.")
        remark(f'the weights of "{printable(str(path))}" are {told}, and were cast to {wide}, the type of the net')
    net.load_state_dict(kept, strict=False)
    if len(kept) < len(given) and hasattr(net, "transform_input"):
        made.transform_input = True


def misfits(net: nn.Module, given: Mapping[str, Tensor]) -> dict[str, list[str]]:
    """Return what is missing, unexpected, misshapen, of another type, or no number to compute with, by these words.

    Empty when all fits.
    """
    own, used = net.state_dict(), _used(net, given)
    misshapen = [
        f"{name} is {_shape(used[name])} and the net's is {_shape(own[name])}"
        for name in own
        if name in used and used[name].shape != own[name].shape
    ]
    kinds = {
        "missing": [name for name in own if name not in used and not _is_count(name)],
        "unexpected": [name for name in used if name not in own and not _is_count(name)],
        "misshapen": misshapen,
        **_faults(own, used),
    }
    return {kind: names for kind, names in kinds.items() if names}


def _faults(own: Mapping[str, Tensor], used: Mapping[str, Tensor]) -> dict[str, list[str]]:
    """Return what is wrong with the values of tensors that fit by name and shape, by a word for each kind."""
    types: list[str] = []
    strange: list[str] = []
    negative: list[str] = []
    for name, mine in own.items():
        value = used.get(name)
        if value is None or value.shape != mine.shape or _is_count(name):
            continue
        if _kind(value) != _kind(mine):
            types.append(f"{name} is {_kind(value, exact=True)} and the net's is {_kind(mine, exact=True)}")
            continue
        made = value.to(mine.dtype)
        wrong = ~torch.isfinite(made) & (made != mine)  # a mask of the net's own may hold infinity
        if count := int(wrong.sum()):
            infinite = "" if bool(made[wrong].isnan().any()) else ", infinite"
            strange.append(f"{name} ({count:,} of {made.numel():,}{infinite})")
        elif name.rpartition(".")[2] == "running_var" and bool((made < 0).any()):
            negative.append(f"{name} (down to {float(made.min()):.3g})")
    finite = f"NaN or infinity in {len(strange)} of {len(own)} tensors:"
    return {"of another type": types, finite: strange, "negative variances in": negative}


def _kind(tensor: Tensor, *, exact: bool = False) -> str:
    """Return whether these are floats, integers ...; ``exact``: the type of its numbers; `sparse` and the like come first."""
    if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_meta:
        return "sparse, quantized or without values"
    if exact:
        return str(tensor.dtype).removeprefix("torch.")
    if tensor.is_floating_point():
        return "float"
    return "complex" if tensor.is_complex() else "bool" if tensor.dtype == torch.bool else "integer"


def _used(net: nn.Module, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return ``given`` without the side classifiers that the net could have and has not."""
    off = [part for part in AUXILIARY if getattr(net, part, net) is None]
    return {name: value for name, value in given.items() if name.partition(".")[0] not in off}


def _is_count(name: str) -> bool:
    return name.rpartition(".")[2] == "num_batches_tracked"


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a single number"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    hidden = len(every) - SHOWN
    return ", ".join(every[:SHOWN]) + (f" and {hidden} more" if hidden > 0 else "")
