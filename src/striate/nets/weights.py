"""Weights from a file into a net: all of them, or one sentence that says what does not fit.

Read are safetensors files, and PyTorch's own through weights-only loading, which builds tensors and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from striate.base.errors import NetError

TORCH_FILES = (".pt", ".pth", ".bin", ".ckpt")
WITHIN = ("state_dict", "model")  # where a training program puts the weights among what else it saves
SHOWN = 5  # names of each kind of fault; the rest is counted
AUXILIARY = ("aux1", "aux2", "AuxLogits")  # side classifiers of torchvision's Inception nets, of use in training alone


def load_weights(net: nn.Module, path: str | Path) -> None:
    """Copy the weights of the file into ``net``; nothing is copied unless every name and every shape fits.

    A batch norm's count of batches may be absent: it is not used. Raises NetError listing missing, unexpected and misshapen
    names together, the first of each in its sentence and all in its note (which ``--debug`` shows), or saying that the file is
    absent, damaged or of another kind.
    """
    copy_weights(net, read_weights(Path(path)), path)


def copy_weights(net: nn.Module, given: Mapping[str, Tensor], path: str | Path) -> None:
    """Copy the tensors that `read_weights` read from ``path`` into ``net``, as `load_weights` does; NetError as there.

    Side classifiers that the net has done without are left out. Torchvision's published files have them, and were made with
    another normalization inside the net (``transform_input``), which is then switched on.
    """
    kinds = misfits(net, given)
    if kinds:
        short = "; ".join(f"{kind} {_listed(names)}" for kind, names in kinds.items())
        error = NetError(f'the weights of "{path}" do not fit the net: {short}')
        error.add_note("\n".join(f"{kind}, {len(names)} in all: {', '.join(names)}" for kind, names in kinds.items()))
        raise error
    kept, made = _used(net, given), cast(Any, net)  # whose attributes PyTorch takes for modules
    net.load_state_dict(kept, strict=False)
    if len(kept) < len(given) and hasattr(net, "transform_input"):
        made.transform_input = True


def misfits(net: nn.Module, given: Mapping[str, Tensor]) -> dict[str, list[str]]:
    """Return the names that are missing, unexpected and misshapen in ``given``, by these words; empty when all fits."""
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
    }
    return {kind: names for kind, names in kinds.items() if names}


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the named tensors of a safetensors or PyTorch file, on the CPU.

    In a PyTorch file they may lie under ``state_dict`` or ``model``, and their names may begin with ``module.``, as training
    programs and wrappers leave them. Raises NetError when the file is absent, damaged or of another kind.
    """
    if not path.is_file():
        raise NetError(
            f'there is no weights file "{path}"; give a .safetensors file, or one of {", ".join(TORCH_FILES)}'
        )
    if path.suffix == ".safetensors":
        try:
            return load_file(path)
        except (SafetensorError, OSError) as error:
            raise NetError(f'"{path}" is no whole safetensors file ({_first_line(error)}); fetch it again') from error
    if path.suffix not in TORCH_FILES:
        raise NetError(
            f'"{path}" is no weights file by its name; accepted are .safetensors, {", ".join(TORCH_FILES)} (weights only)'
        )
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the reader raises whatever the bytes lead it to
        raise NetError(
            f'"{path}" is damaged or holds more than weights ({type(error).__name__}), and nothing else is loaded; '
            "save net.state_dict() alone"
        ) from error
    return _tensors(path, content)


def _tensors(path: Path, content: Any) -> dict[str, Tensor]:
    if isinstance(content, Mapping):
        content = next((content[key] for key in WITHIN if isinstance(content.get(key), Mapping)), content)
    if not isinstance(content, Mapping) or not content or not all(isinstance(v, Tensor) for v in content.values()):
        raise NetError(f'"{path}" holds no dictionary of named tensors; save net.state_dict()')
    wrapped = all(str(name).startswith("module.") for name in content)
    return {str(name).removeprefix("module.") if wrapped else str(name): value for name, value in content.items()}


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


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
