"""What the form of the page asks for, a built-in study with its seeds, fields and folder, and what is wrong with which of them.

The words of a form are a browser's, not a person's at this machine: a net of one's own is refused before anything reads the
recipe, since to check one is to import it, and no path leads out of the folder that is served and those where data lie.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from striate.app.inputs.changes import settings_of
from striate.app.options.flags import FLAGS
from striate.app.serve.place import Place
from striate.base.errors import RecipeError, StriateError, StudyError, printable
from striate.studies.catalog import BUILTIN

if TYPE_CHECKING:
    from striate.studies.question import Study

MOST_SEEDS, MOST_FIELDS = 100, 40
PLACES = ("data", "start")
"""Fields that may hold a path."""
PREFIX = re.compile(r'^(study "[^"]*": |the recipe is not accepted: )+')


@dataclass(frozen=True)
class Form:
    """The form as it was filled in: ``settings`` are texts FIELD=VALUE."""

    study: str
    seeds: int
    settings: tuple[str, ...]
    out: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are set, in order."""
        return tuple(text.partition("=")[0] for text in self.settings)

    def words(self, folder: str) -> list[str]:
        """Return the words of the command line that asks the same into ``folder``."""
        settings = [word for text in self.settings for word in (FLAGS["settings"], text)]
        return ["study", self.study, FLAGS["seeds"], str(self.seeds), *settings, FLAGS["out"], folder]


def read(place: Place, given: Mapping[str, Any]) -> tuple[Form, dict[str, str]]:
    """Return the form and, by field, what is wrong with it before the study is planned; raises RecipeError for no form."""
    faults: dict[str, str] = {}
    study, seeds = str(given.get("study", "")), given.get("seeds", 3)
    try:
        BUILTIN.entry(study)
    except StudyError as error:
        faults["study"] = str(error)
    if not isinstance(seeds, int) or isinstance(seeds, bool) or not 1 <= seeds <= MOST_SEEDS:
        faults["seeds"], seeds = f"seeds must be a whole number from 1 to {MOST_SEEDS}", 1
    out = str(given.get("out") or ("study" if "study" in faults else study))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", out):
        faults["out"] = "the folder's name has letters, digits, dots and hyphens, and begins with a letter or digit"
    elif os.path.lexists(place.top / out):
        faults["out"] = f'"{out}" is there already; choose another name, or continue the study that lies there'
    made = _pairs(given.get("settings"))
    for number, (field, value) in enumerate(made):
        try:
            made[number] = field, _placed(place, field, value)
        except StriateError as error:
            faults[field] = str(error)
    return Form(study, seeds, tuple(f"{field}={value}" for field, value in made), out), faults


def planned(form: Form, without: Collection[str] = ()) -> Study:
    """Return the study that the form asks for, its fields ``without`` left out; raises StriateError for what does not fit."""
    from striate.app.study import plan
    from striate.nets.custom.trust import from_file

    changes = settings_of([text for text in form.settings if text.partition("=")[0] not in without])
    harmless(str(changes.get("net", "")))
    with from_file():  # no word of a browser is trusted for being read
        study = plan(form.study, form.seeds, changes)
    harmless(str(study.base.net), *(str(arm.changes.get("net", "")) for arm in study.arms))
    return study


def harmless(*nets: str) -> None:
    """Raise RecipeError where one of ``nets`` is code of someone's own."""
    from striate.nets.custom.naming import is_own

    if own := [net for net in nets if is_own(net)]:
        raise RecipeError(
            f'net "{printable(own[0])}" is code of someone\'s own, which the page does not train; use the command'
        )


def by_field(text: str, fields: Iterable[str]) -> dict[str, str]:
    """Return for each of ``fields`` the part of the refusal ``text`` that names it; empty where none is named.

    A part is a clause that names one, with the clauses after it that name none.
    """
    known, parts = list(fields), list[tuple[set[str], str]]()
    for clause in PREFIX.sub("", text).split("; "):
        named = {field for field in known if _names(clause, field)}
        if parts and (not named or named == parts[-1][0]):
            parts[-1] = parts[-1][0], f"{parts[-1][1]}; {clause}"
        else:
            parts.append((named, clause))
    told = {field: "; ".join(said for named, said in parts if field in named) for field in known}
    return {field: said for field, said in told.items() if said}


def _pairs(given: Any) -> list[tuple[str, str]]:
    """Return fields and values as the form holds them: an object, or a list of pairs, in which a field may come twice."""
    wrong = RecipeError(f"settings are at most {MOST_FIELDS} fields with their values")
    listed = list(cast("dict[Any, Any]", given).items()) if isinstance(given, dict) else given or []
    if not isinstance(listed, list) or len(cast("list[Any]", listed)) > MOST_FIELDS:
        raise wrong
    made: list[tuple[str, str]] = []
    for pair in cast("list[Any]", listed):
        if not isinstance(pair, (list, tuple)) or len(cast("list[Any]", pair)) != 2:
            raise wrong
        field, value = (str(one) for one in cast("list[Any]", pair))
        if not re.fullmatch(r"[a-z][a-z0-9_.]{0,60}", field):
            raise RecipeError(f'"{printable(field)}" is not a field; see `striate list fields`')
        made.append((field, value))
    return made


def _placed(place: Place, field: str, value: str) -> str:
    """Return ``value`` with a path made whole; raises StudyError for one that leads elsewhere, or to nothing."""
    if field not in PLACES or _named(field, value):
        return value
    from striate.data.readers.download import roots

    *folders, _cache = roots(place.data_dir)
    for folder in (place.top, *folders) if "\0" not in value else ():
        whole = os.path.realpath(folder / value)
        if os.path.exists(whole) and os.path.commonpath([whole, os.path.realpath(folder)]) == os.path.realpath(folder):
            return whole
    accepted = "`striate list data`" if field == "data" else "timm:NAME and torchvision:NAME"
    raise StudyError(
        f'{field} is "{printable(value)}"; the page takes the names of {accepted}, and what lies in the folder that is served'
        " or where data lie"
    )


def _named(field: str, value: str) -> bool:
    from striate.data.catalog import names

    if field == "data":
        return value in names()
    return value in ("", "none", "null") or value.startswith(("timm:", "torchvision:", "arm:"))


def _names(text: str, field: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(field)}(?![\w])", text) is not None
