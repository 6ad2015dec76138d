"""What a reader of an exported file has to know of its net: what goes in, how it is normalized, what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject


def metadata(subject: Subject) -> dict[str, Any]:
    """Return, as JSON-able values, all that the file of ``subject`` says beside the weights; format 1."""
    height, width, channels = subject.inputs.image_shape
    return {
        "format": 1,
        "net": Path(subject.name).name,
        **_built_as(subject),
        "input": {
            "layout": "float32 N, C, H, W",
            "channels": channels,
            "height": height,
            "width": width,
            **({"levels": [levels.low, levels.high]} if (levels := subject.levels) else {}),
            **({} if height == width == 1 else {"resize": _resize(subject)}),
        },
        "normalization": _normalization(subject),
        "output": "logits N, classes",
        "classes": list(subject.inputs.classes),
        "data": _data(subject),
    }


def _resize(subject: Subject) -> dict[str, Any]:
    """Return how a photograph of any size becomes one of the net's, for a reader who has another library."""
    height, width, channels = subject.inputs.image_shape
    means = {
        "crop": "the largest centred box of the wanted proportions is resized",
        "pad": "the whole is resized to fit, sides rounded with halves to even, and centred between bars of 0",
        "squash": "the whole is resized, whatever its proportions",
    }
    first = "turned upright by its EXIF orientation, laid over white where it is transparent"
    # A net that takes no squares was shown nothing that was brought to a size.
    side = "longer" if subject.resizing.fit == "pad" else "shorter"
    scaled = (
        f"; before, a JPEG is decoded at the smallest of 1/2, 1/4 and 1/8 at which its {side} side keeps {width} pixels"
    )
    scaled = "" if subject.resizing.full or height != width else scaled
    colours = "made grey, (19595 R + 38470 G + 7471 B) / 65536" if channels == 1 else "in RGB"
    return {
        **subject.resizing.to_json(),
        "antialias": True,
        "rule": f"an image is {first}, {colours}, 0 to 255; {means[subject.resizing.fit]} to {width} x {height} by Pillow's"
        f" {subject.resizing.filter} filter, widened when shrinking{scaled}",
    }


def _data(subject: Subject) -> str:
    """Return the name of the data set that the net was trained on; of a folder or a file the last part, which shows no path."""
    from striate.data import names

    data = subject.inputs.data
    return data if data in names() else Path(data).name


def _normalization(subject: Subject) -> dict[str, Any]:
    """Return by which formula, and in which order of the pixels, an image becomes what the net takes."""
    from striate.data.catalog import is_table
    from striate.training.feed.normalization import permutation

    inputs, per_image = subject.inputs, subject.inputs.per_image
    formula = "(x - mean(x)) / max(std(x), 1 / sqrt(C H W))" if per_image else "(x - mean) / std for each channel"
    told: dict[str, Any] = {
        "of": "x = feature, in the table's own units, as float64" if is_table(inputs.data) else "x = pixel / 255",
        "formula": formula,
        **({} if per_image else {"mean": list(inputs.mean), "std": list(inputs.std)}),
        "permuted_pixels": subject.inputs.permuted,
    }
    if subject.inputs.permuted:
        height, width, _ = inputs.image_shape
        told["permutation"] = permutation(height * width).tolist()
        told["permutation_rule"] = "pixel k that the net sees, counted row by row, is pixel permutation[k] of the image"
    return told


def _built_as(subject: Subject) -> dict[str, Any]:
    """Return the engine, name and options of a run's net, and the call that builds it again for these weights."""
    folder = Path(subject.name)
    if not (folder / "recipe.json").is_file():
        return {}
    from striate.training.folder.run import open_run

    recipe = open_run(folder).recipe
    # The nets by hand have a catalogue of their own, and leave as their PyTorch twins.
    maker = "striate.nets.build" if recipe.engine == "torch" else "striate.training.folder.restore_net.blank_twin"
    call = f"{maker}(net, options, (height, width, channels), len(classes))"
    return {"built_as": {"engine": recipe.engine, "net": recipe.net, "options": recipe.net_options, "call": call}}
