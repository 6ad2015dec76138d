"""Which columns of a table count: those of images or paths, of labels, splits and groups, and what of the others is said.

The first name of each list that a table has is taken, in any letter case. Of several columns of images none is taken by chance:
one must have a usual name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from striate.base.errors import DataError, counted, listed, printable, sentence
from striate.data.photos.lists.rows import GROUPS
from striate.data.readers.parts import WORDS

IMAGES = ("image", "img", "picture", "photo", "pixel_values")
LABELS = ("label", "labels", "fine_label", "class", "category", "target")
SPLITS = ("split", "set", "subset", "fold", "partition", "usage")
_SHOWN = 3  # columns in a note


@dataclass(frozen=True)
class Columns:
    """The names of the columns of one Parquet file; an empty name for one that it does not have."""

    image: str
    label: str
    group: str = ""
    split: str = ""
    others: tuple[str, ...] = ()


def columns_of(schema: Any, classes: Mapping[str, object], shown: str) -> Columns:
    """Return which columns of a schema of pyarrow count; ``classes`` are those whose classes it names.

    Raises DataError, naming the file as ``shown``, where it has no column of images or of labels, or no plain one.
    """
    import pyarrow as pa

    names: list[str] = schema.names
    images = [column.name for column in schema if _holds_images(column)]
    labels = [name for wanted in LABELS for name in names if name.lower() == wanted and name not in images]
    labels += [name for name in classes if name in names and name not in labels]
    if not images or not labels:
        known = listed([printable(name) for name in names[:8]])
        what = "images (a struct of bytes and path)" if not images else f"labels ({', '.join(LABELS[:4])})"
        raise DataError(f"{shown} has the columns {known}, and none of {what}")
    usual = [name for wanted in IMAGES for name in images if name.lower() == wanted]
    if len(images) > 1 and not usual:
        raise DataError(
            f"{shown} has {len(images)} columns of images ({listed([printable(name) for name in images[:5]])}); call the one"
            " that is meant image, or keep it alone"
        )
    if pa.types.is_nested(schema.field(labels[0]).type):
        raise DataError(
            f"{shown}: the column {printable(labels[0])} holds lists or records, and one class for each image is accepted"
        )
    plain = [column.name for column in schema if not pa.types.is_nested(column.type) and column.name not in images]
    image, label = (usual or images)[0], labels[0]
    group, split = (
        next((name for wanted in several for name in plain if name.lower() == wanted and name != label), "")
        for several in (GROUPS, SPLITS)
    )
    of_pandas = "__index_level_0__"  # what pandas keeps of its index
    others = tuple(name for name in names if name not in {image, label, group, split, of_pandas})
    return Columns(image, label, group, split, others)


def tells_split(words: Sequence[str | None]) -> bool:
    """Return whether the values of a column are all words for a split, or missing, and train is among them."""
    told = {WORDS.get(word.strip().lower()) for word in words if word and word.strip()}
    return "train" in told and None not in told


def unread(image: str, label: str, others: Sequence[str]) -> list[str]:
    """Return a note on the columns that do not count, where there are any."""
    if not others:
        return []
    kept = f"{printable(image)} is read as the image and {printable(label)} as its class"
    one, several = "other column is not read", "other columns are not read"
    told = sentence([printable(name[:60]) for name in others], _SHOWN)
    return [f"{kept}; {counted(len(others), one, several)}: {told}"]


def _holds_images(column: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(column.type):
        inner = {column.type.field(place).name for place in range(column.type.num_fields)}
        return {"bytes", "path"} <= inner
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
