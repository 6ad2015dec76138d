"""Numbers as colours that tell the truth: equal steps of value are equal steps of perceived lightness.

What has no sign runs through `inferno`, from black at 0. What has a sign runs from blue through a light grey at 0 to orange,
on straight lines in OKLab (Ottosson 2020) with equally dark ends, so that equal magnitudes are equally strong, also for
those who do not tell red from green.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Pixels = NDArray[np.uint8]

# OKLab coordinates (L, a, b): negative end, zero, positive end.
ENDS = ((0.48, -0.03, -0.16), (0.96, 0.0, 0.0), (0.48, 0.10, 0.10))
_TO_LMS = np.array(
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]]
)
_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def coloured(values: Values, *, signed: bool) -> Pixels:
    """Return numbers (H, W), in [0, 1] or in [-1, 1] when ``signed``, as colours uint8 (H, W, 3)."""
    table = diverging() if signed else sequential()
    place = (values.clip(-1, 1) + 1) / 2 if signed else values.clip(0, 1)
    return table[np.round(place * (len(table) - 1)).astype(np.int64)]


@cache
def sequential() -> Pixels:
    """Return 256 colours from 0 to 1, uint8 (256, 3)."""
    from matplotlib import colormaps

    return np.round(colormaps["inferno"](np.linspace(0, 1, 256))[:, :3] * 255).astype(np.uint8)


@cache
def diverging() -> Pixels:
    """Return 255 colours from -1 to 1, uint8 (255, 3); the middle one is 0's."""
    negative, zero, positive = (np.array(end) for end in ENDS)
    share = np.linspace(0, 1, 128)[:, None]
    return srgb(np.vstack([negative + share * (zero - negative), (zero + share * (positive - zero))[1:]]))


def srgb(lab: Values) -> Pixels:
    """Return OKLab (..., 3) as sRGB uint8; what lies outside its gamut is clipped."""
    linear = ((lab @ _TO_LMS.T) ** 3) @ _TO_RGB.T
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clip(1e-9) ** (1 / 2.4) - 0.055)
    return np.round(curve.clip(0, 1) * 255).astype(np.uint8)


def scaled(values: Values, share: float = 1.0) -> tuple[Values, float]:
    """Return the map in units of its full colour, and that: the magnitude which ``share`` of its values do not exceed.

    A map of zeros stays as it is. 0 stays where it is, so that it has the darkest colour, or the middle one. What is not
    finite is drawn as 0.
    """
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    magnitudes = np.abs(values)
    full = float(np.quantile(magnitudes, share)) or float(magnitudes.max())
    return (values / full if full > 0 else values), full


def overlaid(pixels: Pixels, values: Values, *, signed: bool) -> Pixels:
    """Return the picture (H, W, 3) in grey under the colours of ``values`` (H, W), the stronger the larger their magnitude."""
    grey = pixels @ np.array([0.299, 0.587, 0.114])
    base = np.repeat(grey[..., None], 3, axis=2)
    strength = 0.85 * np.abs(values).clip(0, 1)[..., None] ** 0.7
    return np.round(base * (1 - strength) + coloured(values, signed=signed) * strength).astype(np.uint8)


def bar(*, signed: bool) -> Pixels:
    """Return the scale of colours as a picture, uint8 (12, 256, 3)."""
    low = -1.0 if signed else 0.0
    return coloured(np.tile(np.linspace(low, 1.0, 256), (12, 1)), signed=signed)
