"""Which columns of a table count."""

from __future__ import annotations

import pyarrow as pa
import pytest

from striate.base.errors import DataError
from striate.data.photos.lists.columns import Columns, columns_of, tells_split, unread

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def test_usual_names_in_any_case_come_first() -> None:
    kinds = {"Mask": IMAGE, "IMG": pa.large_binary(), "Label": pa.string(), "Set": pa.string(), "Domain": pa.string()}
    told = columns_of(pa.schema({**kinds, "__index_level_0__": pa.int64()}), {}, "a")
    assert told == Columns("IMG", "Label", "Domain", "Set", ("Mask",))
    assert columns_of(pa.schema({"scan": IMAGE, "breed": pa.int64()}), {"breed": ()}, "a") == Columns("scan", "breed")
    with pytest.raises(DataError, match="a has the columns scan and breed, and none of labels"):
        columns_of(pa.schema({"scan": IMAGE, "breed": pa.int64()}), {}, "a")


def test_words_for_splits_alone_tell_them() -> None:
    assert tells_split(["Train", "valid", None, " "])
    assert not tells_split(["train", "0"])
    assert not tells_split(["test"])


def test_what_is_not_read_is_named() -> None:
    assert unread("a", "b", ()) == []
    assert unread("a", "b", ("c",)) == ["a is read as the image and b as its class; 1 other column is not read: c"]
