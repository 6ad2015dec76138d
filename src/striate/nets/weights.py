"""Weights from a file into a net: all of them, or one sentence that says what does not fit.

Read are safetensors files, and PyTorch's own through weights-only loading, which builds tensors and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from striate.base.errors import NetError

TORCH_FILES = (".pt", ".pth", ".bin", ".ckpt")
SHOWN = 5  # names of each kind of fault; the rest is counted


def load_weights(net: nn.Module, path: str | Path) -> None:
    """Copy the weights of the file into ``net``; nothing is copied unless every name and every shape fits.

    A batch norm's count of batches may be absent: it is not used. Raises NetError listing missing, unexpected and misshapen
    names together, or saying that the file is absent, damaged or of another kind.
    """
    given = read_weights(Path(path))
    own = net.state_dict()
    faults = _faults(own, given)
    if faults:
        raise NetError(f'the weights of "{path}" do not fit the net: {"; ".join(faults)}')
    net.load_state_dict(given, strict=False)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the named tensors of a safetensors or PyTorch file, on the CPU.

    In a PyTorch file they may lie under ``state_dict``, and their names may begin with ``module.``, as wrappers leave them.
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
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping) or not content or not all(isinstance(v, Tensor) for v in content.values()):
        raise NetError(f'"{path}" holds no dictionary of named tensors; save net.state_dict()')
    wrapped = all(str(name).startswith("module.") for name in content)
    return {str(name).removeprefix("module.") if wrapped else str(name): value for name, value in content.items()}


def _faults(own: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> list[str]:
    missing = [name for name in own if name not in given and not _is_count(name)]
    unexpected = [name for name in given if name not in own and not _is_count(name)]
    misshapen = [
        f"{name} is {_shape(given[name])} and the net's is {_shape(own[name])}"
        for name in own
        if name in given and given[name].shape != own[name].shape
    ]
    kinds = (("missing", missing), ("unexpected", unexpected), ("misshapen", misshapen))
    return [f"{kind} {_listed(names)}" for kind, names in kinds if names]


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
