"""Named tensors out of a weights file: safetensors, or PyTorch's own by weights-only loading, which runs nothing.

What training programs put around them is taken off: a dictionary of several things (``state_dict``, ``model``,
``state_dict_ema`` ...), and one word before every name (``module.`` of DataParallel and AveragedModel, ``_orig_mod.`` of
torch.compile, ``model.`` of Lightning). Where several parts would fit the net, one is taken and the others are told;
``FILE#PART`` names one.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file
from torch import Tensor

from striate.base.catalog import unknown
from striate.base.disk.foreign import kind_of, open_regular
from striate.base.errors import NetError, StriateError, listed, printable, reason, remark
from striate.nets.weights.file_checks import check_pickles, check_zip, header_of

TORCH_FILES = (".pt", ".pth", ".bin", ".ckpt")
MARK = "#"  # between a file and a part of it
# The order in which one of several parts is taken; any other comes after these, as the file has them.
FIRST = ("state_dict", "model_state_dict", "model", "net", "module", "weights", "params", "student")
_COUNT = "num_batches_tracked"
_AVERAGED = "n_averaged"  # a count that AveragedModel keeps beside the averaged weights

Tensors = dict[str, Tensor]


def read_weights(path: Path, own: Collection[str] = ()) -> Tensors:
    """Return the named tensors of the file, on the CPU, for a net whose tensors are named ``own``.

    Raises NetError when the file is absent, damaged, of another kind, or has no such part; remarks which of several parts
    was taken.
    """
    file, part = _parted(path)
    parts = _safetensors(file) if file.suffix == ".safetensors" else _torch(file)
    shown = printable(str(file))
    if part:
        return _unwrapped(_named(parts, part, shown), own)
    unwrapped = {name: _unwrapped(tensors, own) for name, tensors in parts.items()}
    fitting = {
        name: inner for name, tensors in unwrapped.items() for name, inner in _groups(name, tensors, own).items()
    }
    best = max(_hits(tensors, own) for tensors in fitting.values())
    equal = [name for name, tensors in fitting.items() if _hits(tensors, own) == best]
    taken = min(equal, key=_place)
    if len(equal) > 1 and best:
        others = listed([f'"{printable(name)}"' for name in equal if name != taken])
        example = next(name for name in equal if name != taken)
        remark(
            f'"{shown}" holds weights for this net in {len(equal)} parts; "{printable(taken)}" was taken, and not {others};'
            f" take another with {printable(str(file.name))}{MARK}{printable(example)} in place of the file"
        )
    return fitting[taken]


def _parted(path: Path) -> tuple[Path, str]:
    """Return the file, and the part of it that ``FILE#PART`` names; raises NetError where there is no such file."""
    file, part = path, ""
    if kind_of(path) == "absent" and MARK in path.name:
        name, _, part = path.name.partition(MARK)
        file = path.with_name(name or MARK)
    kind, shown = kind_of(file), f'"{printable(str(file))}"'
    accepted = f".safetensors, {', '.join(TORCH_FILES)}"
    if kind == "absent":
        raise NetError(f"there is no weights file {shown}; give a file of weights ({accepted})")
    if kind != "file":
        raise NetError(f"{shown} is {kind.replace('folder', 'a folder')}, and must be a file of weights ({accepted})")
    if file.suffix != ".safetensors" and file.suffix not in TORCH_FILES:
        raise NetError(f"{shown} is not a weights file by its name; accepted are {accepted} (weights only)")
    return file, part


def _safetensors(path: Path) -> dict[str, Tensors]:
    header = header_of(path)
    try:
        tensors = load_file(path)
    except Exception as error:  # also what it says of types that PyTorch lacks
        raise NetError(
            f'"{printable(str(path))}" is not a whole safetensors file ({reason(error)}); fetch it again'
        ) from error
    if not tensors:
        raise NetError(
            f'"{printable(str(path))}" holds no tensor ({len(header)} entries in its header); fetch it again'
        )
    return {"": tensors}


def _torch(path: Path) -> dict[str, Tensors]:
    shown = f'"{printable(str(path))}"'
    try:
        with open_regular(path) as file:
            (check_zip if file.read(4) == b"PK\x03\x04" else check_pickles)(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what PyTorch says of its own formats is of no use to who has the file
            content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except StriateError as error:
        raise NetError(f"{shown} is refused: {error}; save net.state_dict() alone") from error
    except Exception as error:  # the reader raises whatever the bytes lead it to
        raise NetError(
            f"{shown} is damaged or holds more than weights ({type(error).__name__}), and nothing else is loaded; "
            "save net.state_dict() alone"
        ) from error
    if parts := _parts(content):
        return parts
    if not isinstance(content, Mapping):
        raise NetError(
            f"{shown} holds no dictionary of named tensors but a {type(content).__name__}; save net.state_dict()"
        )
    entries = cast(Mapping[object, object], content)
    held = [f"{printable(str(key)[:40])} ({type(value).__name__})" for key, value in list(entries.items())[:5]]
    raise NetError(
        f"{shown} holds no dictionary of tensors alone; it has {', '.join(held) or 'nothing'}; save net.state_dict() alone"
    )


def _parts(content: Any) -> dict[str, Tensors]:
    """Return the dictionaries of tensors at the first level where there are any: the content, its entries, or theirs."""
    level: dict[str, Any] = {"": content}
    for _ in range(3):
        if found := {name: _plain(value) for name, value in level.items() if _holds_tensors(value)}:
            return found
        level = {
            f"{name}.{key}" if name else str(key): inner
            for name, value in level.items()
            if isinstance(value, Mapping)
            for key, inner in cast(Mapping[object, Any], value).items()
            if isinstance(inner, Mapping)
        }
    return {}


def _holds_tensors(value: Any) -> bool:
    """Return whether ``value`` is a dictionary of tensors by name, and more than a few numbers."""
    if not isinstance(value, Mapping) or not value:
        return False
    entries = cast(Mapping[object, object], value)
    kinds = all(isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in entries.items())
    return kinds and any(cast(Tensor, tensor).dim() > 0 for tensor in entries.values())


def _plain(value: Any) -> Tensors:
    return {name: tensor.detach() for name, tensor in value.items()}


def _named(parts: Mapping[str, Tensors], part: str, shown: str) -> Tensors:
    """Return the part of that name, or the tensors whose names begin with it; raises NetError naming the parts there are."""
    if part in parts:
        return parts[part]
    for name, tensors in parts.items():
        below = part.removeprefix(f"{name}.") if name else part
        if begun := _below(tensors, below):
            return begun
    there = [name for name in parts if name] or sorted(
        {n.partition(".")[0] for t in parts.values() for n in t if "." in n}
    )
    raise NetError(f'"{shown}": {unknown("part", part, there, most=10)}')


def _below(tensors: Tensors, word: str) -> Tensors:
    return {n.removeprefix(f"{word}."): tensor for n, tensor in tensors.items() if n.startswith(f"{word}.")}


def _unwrapped(tensors: Tensors, own: Collection[str]) -> Tensors:
    """Return ``tensors`` without the words that stand before all their names and before none of ``own``."""
    while True:
        named = {name: tensor for name, tensor in tensors.items() if name != _AVERAGED}
        words = {name.partition(".")[0] if "." in name else "" for name in named}
        word = next(iter(words)) if len(words) == 1 else ""
        if (
            not word
            or any(name.startswith(f"{word}.") for name in own)
            or (not own and word not in ("module", "_orig_mod"))
        ):
            return tensors
        tensors = _below(named, word)


def _groups(part: str, tensors: Tensors, own: Collection[str]) -> dict[str, Tensors]:
    """Return ``tensors`` as they are, or those below each word that has all of ``own``, where they have not themselves."""
    wanted = {name for name in own if not name.endswith(_COUNT)}
    if not wanted or wanted & tensors.keys():
        return {part: tensors}
    words = dict.fromkeys(name.partition(".")[0] for name in tensors if "." in name)
    found = {word: _unwrapped(_below(tensors, word), own) for word in words}
    whole = {f"{part}.{word}" if part else word: inner for word, inner in found.items() if wanted <= inner.keys()}
    return whole or {part: tensors}


def _hits(tensors: Tensors, own: Collection[str]) -> int:
    return sum(name in tensors for name in own)


def _place(name: str) -> int:
    """Return the place of a part in the order in which parts are taken."""
    last = name.rpartition(".")[2]
    return FIRST.index(last) if last in FIRST else len(FIRST)
