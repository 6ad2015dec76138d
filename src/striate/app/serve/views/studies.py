"""One study as the browser gets it: arms with all curves of all seeds, verdicts with their looks, the report as a file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from striate.app.options.repeating import path_word, study_command
from striate.app.serve.place import Place
from striate.base.catalog import unknown
from striate.base.disk.lock import held
from striate.base.errors import StudyError
from striate.reports.kit.svg import file_of
from striate.reports.study.alive import arm_drawable
from striate.reports.study.beside import beside
from striate.reports.study.cards import axis_of, facts_of, looks_of, sentence_of, turned
from striate.reports.study.page import study_page
from striate.reports.study.records import ArmRecord, Json, RunRecord, StudyRecord, read_study
from striate.training.folder.forms import DONE

Query = Mapping[str, str]
FORMS = {"csv": "text/csv", "svg": "image/svg+xml"}


def study_shown(place: Place, query: Query) -> dict[str, Any]:
    """Return the study: what was asked, what has run, what is judged."""
    folder = place.folder(query.get("name", ""))
    study = read_study(folder)
    judged = {verdict.get("claim") for verdict in study.verdicts}
    return {
        "name": query["name"],
        "study": study.name,
        "question": study.question,
        "base": study.base,
        "seeds": study.seeds,
        "until": study.until or None,
        "plan": study.plan,
        "paired": study.paired,
        "ended": study.ended,
        "runs": len(study.runs),
        "going": held(folder),
        "pace": pace(study),
        "arms": [_arm(arm, number, study.scores.get(arm.name)) for number, arm in enumerate(study.arms)],
        "verdicts": [
            *map(_verdict, study.verdicts),
            *(_waiting(c) for c in study.claims if c.get("name") not in judged),
        ],
        "failures": study.failures,
        "warnings": study.warnings,
        "damaged": study.damaged,
        "notes": study.notes,
        "command": study_command(study, str(folder)),
    }


def pace(study: StudyRecord) -> dict[str, float] | None:
    """Return the epochs a minute of the runs that are under way, and the seconds that all that are left take at that rate.

    Of a study until decided those are the seconds at most. None before an epoch has ended, while nothing is under way, and
    where the study does not say how many epochs there are.
    """
    seconds = sum(run.seconds or 0.0 for run in study.runs)
    done = sum(run.epoch for run in study.runs if run.seconds)
    beside = sum(run.status == "running" for run in study.runs)
    if not done or not beside:
        return None
    left = 0
    for arm in study.arms:
        epochs = arm.changes.get("epochs", study.base.get("epochs"))
        if not isinstance(epochs, int):  # a file that was written by hand may hold anything
            return None
        most = study.until["most"] if study.until else len(arm.runs)
        ended = [run.epoch if run.status not in DONE else epochs for run in arm.runs]
        left += most * epochs - sum(ended)
    return {"epochs_a_minute": 60 * beside * done / seconds, "left": left * seconds / done / beside}


def _verdict(verdict: Json) -> dict[str, Any]:
    """Return a verdict with its numbers; the browser draws the intervals."""
    return {
        "claim": str(verdict.get("claim", "")),
        "statement": str(verdict.get("statement", "")),
        "answer": str(verdict.get("answer", "")),
        "reason": sentence_of(str(verdict.get("reason", ""))),
        "facts": facts_of(verdict),
        "comparisons": verdict.get("comparisons") or (),
        "margin": (verdict.get("details") or {}).get("margin"),
        "axis": axis_of(verdict),
        "turned": turned(verdict),
        "looks": looks_of(verdict),
    }


def _waiting(claim: Json) -> dict[str, Any]:
    told = {"claim": claim.get("name", ""), "statement": claim.get("statement", ""), "answer": "waiting", "reason": ""}
    return {**told, "facts": (), "comparisons": (), "margin": None, "axis": "", "turned": False, "looks": ()}


def _arm(arm: ArmRecord, place: int, score: Mapping[str, Any] | None) -> dict[str, Any]:
    drawn = arm_drawable(arm, place)
    runs = [{**told, **_state(run)} for told, run in zip(drawn["runs"], arm.runs, strict=True)]
    return {**drawn, "score": score, "runs": runs, "folder": f"runs/{arm.slug}" if arm.slug else ""}


def _state(run: RunRecord) -> dict[str, Any]:
    return {"status": run.status, "reason": run.reason, "epoch": run.epoch, "seconds": run.seconds}


def compared(place: Place, query: Query) -> dict[str, Any]:
    """Return the arms ``a`` and ``b`` of a study side by side, the first two where none are named."""
    folder = place.folder(query.get("name", ""))
    study = read_study(folder)
    names = [arm.name for arm in study.arms]
    first = query.get("a") or next((name for name in names if name != query.get("b")), "")
    second = query.get("b") or next((name for name in names if name != first), "")
    found = beside(study, first, second)
    return {
        "name": query["name"],
        "question": study.question or study.name,
        "base": study.base,
        "names": names,
        "arms": [_arm(arm, names.index(arm.name), study.scores.get(arm.name)) for arm in found.arms],
        "fields": found.fields,
        "seeds": found.seeds,
        "judged": found.judged,
        "going": held(folder),
        "command": shlex.join(["striate", "show", "study", path_word(folder)]),
    }


def report(place: Place, query: Query) -> Response:
    """Return the report of the study as a file: one page that needs no other."""
    folder = place.folder(query.get("name", ""))
    return _file(study_page(read_study(folder), folder.name, study_command), "text/html", "report.html")


def written(place: Place, query: Query) -> Response:
    """Return one chart (svg) of the study's report, or the table of its curves (csv), as a file."""
    from striate.reports.study.files import charts, numbers, sheet

    study = read_study(place.folder(query.get("name", "")))
    to, wanted = query.get("to", "csv"), query.get("file", "")
    if to not in FORMS:
        raise StudyError(unknown("form of a file", to, FORMS))
    if to == "svg":
        drawn = charts(study)
        made = {name: file_of(chart.svg()) for name, chart in drawn.items() if name == wanted}
    else:
        made = {name: sheet(rows) for name, rows in numbers(study).items()}
    if wanted not in made:
        raise StudyError(f'this study has no file "{wanted[:80]}" to show yet')
    return _file(made[wanted], FORMS[to], f"{wanted}.{to}")


def _file(content: str, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content.encode("utf-8", "replace"), media_type=kind, headers=headers)
