"""What every layer asks of what it is given: a known mode, and a gradient of the shape of what it is the gradient of."""

from __future__ import annotations

from typing import Any, Literal

from numpy.typing import NDArray

from striate.base.errors import NetError

Mode = Literal["train", "test"]


def checked_mode(mode: str) -> None:
    """Raise NetError where ``mode`` is neither train nor test."""
    if mode not in ("train", "test"):
        raise NetError(f'mode is "{mode}", and must be "train" or "test"')


def checked_gradient(dout: NDArray[Any], given: tuple[int, ...], layer: str) -> None:
    """Raise NetError where ``dout`` has not the shape that ``layer`` gave; NumPy would stretch some of them in silence."""
    if dout.shape != given:
        raise NetError(
            f"the gradient has shape {dout.shape}, but {layer} gave {given}: "
            "a gradient has the shape of what it is the gradient of"
        )
