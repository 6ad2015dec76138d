"""The tables of a page: what a table is, that of a recipe and of any value of JSON, and how values and fields are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from striate.data.catalog import one_of
from striate.reports.kit.numerals import number

PAIR = ("", "")


@dataclass(frozen=True)
class Cell:
    """What stands in a table: a text, and small print below it that may be empty."""

    text: str
    aside: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells under column heads; the first cell of a row names it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def paired(self) -> bool:
        """Whether it is a list of names with their values, without heads."""
        return self.columns == PAIR


def recipe_table(base: Mapping[str, Any]) -> Table:
    """Return the base recipe, a field in each row; options of the net stand as fields of their own."""
    plain = {**base, **(base.get("net_options") or {})}
    plain.pop("net_options", None)
    plain.pop("seed", None)  # the study's seeds take its place
    one = one_of(str(base.get("data")))
    return Table("", PAIR, tuple((Cell(words_of(key, one)), Cell(plain_text(plain[key]))) for key in plain))


def tables_of(details: Mapping[str, Any], title: str = "") -> list[Table]:
    """Return every value of ``details`` in tables: single ones together, a list of rows as one, nested ones in turn."""
    single = [(Cell(words_of(key)), Cell(plain_text(value))) for key, value in details.items() if not _nested(value)]
    made = [Table(title, PAIR, tuple(single))] if single else []
    for key, value in details.items():
        name = f"{title}, {words_of(key)}" if title else words_of(key)
        if isinstance(value, Mapping) and _nested(value):
            made += tables_of(cast("Mapping[str, Any]", value), name)
        elif _nested(value):
            made.append(_rows(name, cast("Sequence[Mapping[str, Any]]", value)))
    return made


def _nested(value: object) -> bool:
    """Return whether ``value`` is a list of rows, or a mapping of more than single values."""
    if isinstance(value, Mapping):
        inner: Iterable[object] = cast("Mapping[str, object]", value).values()
        return any(isinstance(item, (Mapping, list)) for item in inner)
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in cast("list[object]", value))


def _rows(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = tuple(tuple(Cell(plain_text(row.get(column))) for column in columns) for row in rows)
    return Table(title, tuple(words_of(column) for column in columns), cells)


def plain_text(value: Any) -> str:
    """Return any JSON value as a short text: yes and no, a dash for nothing, lists and pairs with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return (
            ", ".join(f"{key}: {plain_text(item)}" for key, item in cast("Mapping[str, Any]", value).items()) or "none"
        )
    if isinstance(value, (list, tuple)):
        items = cast("Sequence[Any]", value)
        nested = any(isinstance(item, (list, tuple)) for item in items)
        return (" | " if nested else ", ").join(plain_text(item) for item in items) or "none"
    return number(value)


def words_of(key: str, one: str = "image") -> str:
    """Return the name of a field as words; one that counts images of a table speaks of ``one``, a row."""
    return str(key).replace("_images", f"_{one}s").replace("_", " ")
