"""How a photograph of any size becomes one that a net takes: what is cut off, added or distorted, and by which filter.

    crop     the largest centred box of the wanted proportions is resized; what lies outside is lost
    pad      the whole is resized to fit, centred, between black bars
    squash   the whole is resized; circles become ellipses

The filters are Pillow's, widened when shrinking, so that fine patterns do not alias. A JPEG is decoded at the half, quarter or
eighth that is still as large as needed (`scale_of`), unless ``full``: that is another picture, though a similar one (libjpeg
averages blocks of pixels, and takes colours at their own resolution), so it is part of the recipe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fit = Literal["crop", "pad", "squash"]
Filter = Literal["bilinear", "bicubic", "lanczos", "hamming", "box", "nearest"]
_SCALES = (8, 4, 2)  # that libjpeg computes by itself


@dataclass(frozen=True)
class Resizing:
    """``fit`` and ``filter`` as above; with ``full`` a JPEG is decoded at its own size whatever is needed of it."""

    fit: Fit = "crop"
    filter: Filter = "bilinear"
    full: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return this as a file says it: `resizing_of` reads it."""
        return {"fit": self.fit, "filter": self.filter, "decoding": "full" if self.full else "scaled"}

    def in_words(self) -> str:
        """Return ``cropped and resized`` and the like, with the filter where it is not the usual one."""
        how = {"crop": "cropped and resized", "pad": "resized whole, between black bars,", "squash": "squashed"}[
            self.fit
        ]
        return how if self.filter == "bilinear" else f"{how.removesuffix(',')} (filter {self.filter})"

    def scale_of(self, width: int, height: int, side: int) -> int:
        """Return 8, 4, 2 or 1: the largest by which a JPEG may be divided before it is brought to ``side`` x ``side``."""
        edge = max(width, height) if self.fit == "pad" else min(width, height)
        return 1 if self.full else next((scale for scale in _SCALES if edge // scale >= side), 1)

    def __call__(self, pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
        """Return uint8 (H, W) or (H, W, C), C 1 or 3, brought to ``height`` x ``width``; itself where it has that size.

        Of `crop` the result is that of resizing the whole and cutting out the middle, but only the middle is computed.
        """
        given_height, given_width = pixels.shape[:2]
        if (given_height, given_width) == (height, width):
            return pixels
        if pixels.shape[2:] == (1,):  # Pillow knows no third dimension of one
            return self(pixels[..., 0], height, width)[..., None]
        import numpy as np
        from PIL import Image

        image, method = Image.fromarray(pixels), Image.Resampling[self.filter.upper()]
        if self.fit == "squash":
            return np.asarray(image.resize((width, height), method))
        if self.fit == "pad":
            inner_width, inner_height = padded(given_width, given_height, width, height)
            made = np.zeros((height, width, *pixels.shape[2:]), dtype=np.uint8)
            top, left = (height - inner_height) // 2, (width - inner_width) // 2
            inside = np.asarray(image.resize((inner_width, inner_height), method))
            made[top : top + inner_height, left : left + inner_width] = inside
            return made
        scale = min(given_height / height, given_width / width)
        left, top = (given_width - scale * width) / 2, (given_height - scale * height) / 2
        box = (left, top, left + scale * width, top + scale * height)
        return np.asarray(image.resize((width, height), method, box=box))


def padded(given_width: int, given_height: int, width: int, height: int) -> tuple[int, int]:
    """Return (width, height) that the whole image has between the bars of `pad`: rounded, halves to even, at least 1."""
    scale = min(width / given_width, height / given_height)
    return max(1, round(given_width * scale)), max(1, round(given_height * scale))


USUAL = Resizing()


def resizing_of(told: object) -> Resizing | None:
    """Return what `Resizing.to_json` wrote; None for anything else."""
    if not isinstance(told, dict):
        return None
    fit, named, decoding = (cast(Any, told).get(name) for name in ("fit", "filter", "decoding"))
    if fit not in get_args(Fit) or named not in get_args(Filter):
        return None
    return Resizing(fit, named, decoding == "full")
