"""Sheets on the page: the list, one with what each question rests on and how far that is, what is left, and its document.

A sheet is made by its command, in a process of its own (`jobs`); only those that are built in, for a file of one's own is code.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from striate.app.actions.lists import list_sheets
from striate.app.options.flags import FLAGS
from striate.app.serve.place import Place
from striate.app.serve.pulse import FREE, Pulse
from striate.app.serve.views.proofs import FRAMED
from striate.base.catalog import unknown
from striate.base.errors import StriateError, StudyError

if TYPE_CHECKING:
    from striate.app.sheets.workshop import Workshop
    from striate.sheets.work import Budget, Work

Query = Mapping[str, str]
SECONDS = 900.0  # that the estimates of a whole sheet may take


def sheets(_query: Mapping[str, str] = {}) -> dict[str, Any]:
    """Return the sheets, and what each may be made at and of."""
    from striate.data.catalog import names
    from striate.sheets.work import BUDGETS, REAL

    return {"sheets": list_sheets(), "budgets": BUDGETS, "data": [REAL, *names()]}


def sheet_shown(place: Place, query: Query) -> dict[str, Any]:
    """Return one sheet: its questions with their parts, and how far each work is that they rest on."""
    from striate.app.sheets.blocks import title_of
    from striate.sheets.parts import Look, needs

    shop, command = opened(place, query)
    looks = {part.name: part.work for q in shop.sheet.questions for part in q.parts if isinstance(part, Look)}
    works = {work.name for work in shop.sheet.works}

    def rests_on(part: Any) -> list[str]:
        named = (looks.get(name, name) for name in needs(part))
        return [name for name in dict.fromkeys(named) if name in works]

    return {
        "name": shop.sheet.name,
        "title": shop.sheet.title,
        "intro": shop.sheet.intro,
        "budget": shop.budget,
        "folder": place.name(shop.folder),
        "document": (shop.folder / f"{shop.sheet.name}.html").is_file(),
        "works": [_work(shop, work) for work in shop.sheet.works],
        "questions": [
            {
                "number": question.number,
                "words": question.words,
                "parts": [{"kind": p.kind, "title": title_of(p), "needs": rests_on(p)} for p in question.parts],
            }
            for question in shop.sheet.questions
        ],
        "command": command,
    }


def _work(shop: Workshop, work: Work) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": work.name,
        "study": work.study,
        "folder": "",
        "runs": 0,
        "ended": 0,
        "epochs": 0,
        "data": "",
    }
    try:
        found = shop.standing(work)
    except StriateError as error:
        return {**told, "state": "damaged", "why": str(error)}
    base = found.planned.base
    told |= {"runs": found.runs, "ended": found.ended, "epochs": base.epochs, "data": base.data}
    if found.kept is not None:
        told["folder"] = str(shop.place(work).relative_to(shop.folder))
    state = "other" if found.other else "done" if found.done else "begun" if found.kept is not None else "waiting"
    return {**told, "state": state, "why": ""}


def costs(place: Place, turn: threading.Lock, query: Query, pulse: Pulse = FREE) -> dict[str, str]:
    """Return by work what is left of it and about how long that takes here, from a few updates; empty where it is done."""
    from striate.app.sheets.workshop import NotDone

    shop, _ = opened(place, query)
    found: dict[str, str] = {}
    with pulse.turn(turn):
        for number, work in enumerate(shop.sheet.works):
            pulse(number, len(shop.sheet.works))
            try:
                shop.fact(work.name)
                found[work.name] = ""
            except NotDone as left:
                found[work.name] = left.cost
    return found


def document(place: Place, query: Query) -> Response:
    """Return the document of a sheet that was made, for a frame that may run nothing and load nothing."""
    shop, _ = opened(place, query)
    path = place.file(f"{place.name(shop.folder)}/{shop.sheet.name}.html")
    return Response(path.read_bytes(), media_type="text/html; charset=utf-8", headers=FRAMED)


def opened(place: Place, query: Query) -> tuple[Workshop, str]:
    """Return the works of the sheet that ``query`` names, of which nothing is trained, and the command that makes it.

    Raises StudyError for a sheet, a budget or data that are not on the lists.
    """
    import shlex

    from striate.app.sheets.workshop import Workshop
    from striate.sheets.catalog import BUILTIN

    name, budget, data = query.get("name", ""), query.get("budget") or "quick", query.get("data") or None
    sheet, folder = BUILTIN.entry(name).sheet(), place.top / folder_of(query)
    shop = Workshop(sheet, _budget(budget), folder, data, place.data_dir, warn=lambda text: None, train=False)
    return shop, shlex.join(["striate", *words_of(query), FLAGS["out"], str(folder)])


def folder_of(query: Query) -> str:
    """Return the name of the folder that the sheet of ``query`` is made in, as the command names it by itself."""
    from striate.app.sheets.make import default_folder
    from striate.sheets.catalog import BUILTIN

    words_of(query)  # raises for what is on no list
    name, budget, data = query.get("name", ""), query.get("budget") or "quick", query.get("data") or None
    return Path(default_folder(BUILTIN.entry(name).sheet(), _budget(budget), data)).name


def words_of(query: Query) -> list[str]:
    """Return the words of the command that makes the sheet of ``query``, without its folder; raises StudyError."""
    from striate.sheets.catalog import BUILTIN

    name, budget, data = query.get("name", ""), query.get("budget") or "quick", query.get("data", "")
    BUILTIN.entry(name)
    if data and data not in (known := sheets()["data"]):
        raise StudyError(unknown("data of this page", data, known))
    return ["sheet", name, FLAGS["budget"], _budget(budget), *([FLAGS["data"], data] if data else [])]


def _budget(text: str) -> Budget:
    from striate.sheets.work import BUDGETS

    for one in BUDGETS:
        if one == text:
            return one
    raise StudyError(unknown("budget", text, BUDGETS))
