"""What every layer asks of what it is given: a known mode, whole sizes, a gradient of the right shape."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal

from numpy.typing import NDArray

from striate.base.errors import NetError

Mode = Literal["train", "test"]


def checked_mode(mode: str) -> None:
    """Raise NetError where ``mode`` is neither train nor test."""
    if mode not in ("train", "test"):
        raise NetError(f'mode is "{mode}", and must be "train" or "test"')


def broken(**sizes: object) -> list[str]:
    """Return a clause for each of these numbers, given by name, that is not whole."""
    return [
        f"{name} is {size!r}, and must be a whole number"
        for name, size in sizes.items()
        if not isinstance(size, Integral)
    ]


def checked_gradient(dout: NDArray[Any], given: tuple[int, ...], layer: str) -> None:
    """Raise NetError where ``dout`` has not the shape that ``layer`` gave; NumPy would stretch some of them in silence."""
    if dout.shape != given:
        raise NetError(
            f"the gradient has shape {dout.shape}, but {layer} gave {given}: "
            "a gradient has the shape of what it is the gradient of"
        )
