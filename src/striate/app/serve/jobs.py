"""Studies and sheets that the page starts, stops and continues: each its command, in a process that outlives the page.

One at a time unless another is asked for. What is started is built in, with nets that are Striate's, timm's or
torchvision's: to train, a page makes this machine run no code of a file.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from striate.app.inputs.changes import settings_of
from striate.app.options.flags import FLAGS
from striate.app.options.repeating import study_command
from striate.app.serve.place import Place
from striate.base.errors import RecipeError, StriateError, StudyError, printable
from striate.studies.catalog import BUILTIN

MOST_SEEDS, MOST_FIELDS = 100, 40
SAID = 2000  # characters of what a process said last


@dataclass
class Job:
    """A process that trains into the folder ``name``; ``said`` is the open file of what it prints."""

    name: str
    process: subprocess.Popen[bytes]
    said: int
    stopped: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return its state, and its last words while it runs, or where it did not end well."""
        code = self.process.poll()
        state = "running" if code is None else "stopped" if self.stopped else "ended" if code in (0, 4) else "failed"
        size = os.fstat(self.said).st_size
        # Not by a seek: the process writes where the same file stands.
        text = os.pread(self.said, SAID, max(0, size - SAID)).decode("utf-8", "replace").strip()
        return {
            "name": self.name,
            "state": state,
            "said": printable(text.rpartition("\n")[2]) if state in ("failed", "running") else "",
        }


class Jobs:
    """What this start of the page has begun."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._jobs: dict[str, Job] = {}
        self._turn = threading.Lock()

    def record(self, _query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the jobs, those that were started last first."""
        return [job.to_json() for job in reversed(list(self._jobs.values()))]

    def plan(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what would run, or what is wrong with each field; nothing is started."""
        from striate.app.study import plan
        from striate.reports.study.plan import record_of, text_of

        try:
            name, seeds, settings = _asked(given)
            changes = settings_of([f"{field}={value}" for field, value in settings.items()])
            study = plan(name, seeds, changes)
            _harmless(str(study.base.net), *(str(arm.changes.get("net", "")) for arm in study.arms))
        except StriateError as error:
            text = str(error)
            settings = given.get("settings")
            known = cast("dict[str, Any]", settings) if isinstance(settings, dict) else {}
            fields = [field for field in ("study", "seeds", *known) if _names(text, field)]
            return {"faults": dict.fromkeys(fields, text), "error": "" if fields else text, "plan": ""}
        return {
            "faults": {},
            "error": "",
            "plan": text_of(record_of(study, None)),
            "runs": len(study.arms) * len(study.seeds),
        }

    def start(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Begin the study that ``given`` asks for; raises StudyError for what `plan` finds wrong, or where one runs already."""
        told = self.plan(given)
        if wrong := told["error"] or next(iter(told["faults"].values()), ""):
            raise StudyError(wrong)
        name, seeds, settings = _asked(given)
        out = str(given.get("out") or name)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", out):
            raise StudyError(
                "the folder's name has letters, digits, dots and hyphens, and begins with a letter or digit"
            )
        if (self.place.top / out).exists():
            raise StudyError(f'"{out}" is there already; choose another name, or continue the study that lies there')
        words = ["study", name, FLAGS["seeds"], str(seeds)]
        words += [word for field, value in settings.items() for word in (FLAGS["settings"], f"{field}={value}")]
        return self._begin(out, [*words, FLAGS["out"], out], beside=given.get("beside") is True)

    def go_on(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Continue the study of the folder, by the command that its page shows."""
        from striate.reports.study.records import read_study

        name = str(given.get("name", ""))
        folder = self.place.folder(name)
        study = read_study(folder)
        if study.name not in BUILTIN or (study.words and study.words[0] not in BUILTIN):
            raise StudyError("this study comes from a file of someone's own; continue it by its command")
        _harmless(str(study.base.get("net")), *(str(arm.changes.get("net", "")) for arm in study.arms))
        words = shlex.split(study_command(study, str(folder.absolute())))[1:]
        return self._begin(name, words, beside=given.get("beside") is True)

    def make_sheet(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Begin or continue a sheet that is built in, in the folder that its command would choose."""
        from striate.app.serve.views.sheets import folder_of, words_of

        asked = {name: str(given.get(name) or "") for name in ("name", "budget", "data")}
        out = folder_of(asked)
        return self._begin(out, [*words_of(asked), FLAGS["out"], out], beside=given.get("beside") is True)

    def stop(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Interrupt the study that this page started; what has ended stays, and it can be continued."""
        with self._turn:
            job = self._jobs.get(str(given.get("name", "")))
            if job is None or job.process.poll() is not None:
                raise StudyError("this page did not start that study; stop it where it was started, with Ctrl-C")
            job.stopped = True
            job.process.send_signal(signal.SIGINT)
            return job.to_json()

    def _begin(self, name: str, words: list[str], *, beside: bool) -> dict[str, Any]:
        with self._turn:
            going = [job.name for job in self._jobs.values() if job.process.poll() is None]
            if name in going:
                raise StudyError(f'"{name}" is running already')
            if going and not beside:
                raise StudyError(
                    f'"{going[0]}" is running, and one at a time is trained unless asked; stop it, or allow two'
                )
            if self.place.data_dir is not None:
                words += [FLAGS["data_dir"], str(Path(self.place.data_dir).absolute())]
            with tempfile.TemporaryFile() as file:
                said = os.dup(file.fileno())
            process = subprocess.Popen(
                [sys.executable, "-m", "striate", *words],
                cwd=self.place.top,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._jobs.pop(name, None)
            job = self._jobs[name] = Job(name, process, said)
            weakref.finalize(job, os.close, said)
            return job.to_json()


def _asked(given: Mapping[str, Any]) -> tuple[str, int, dict[str, str]]:
    """Return study, seeds and settings of what was posted; raises StudyError or RecipeError."""
    name, seeds, settings = str(given.get("study", "")), given.get("seeds", 3), given.get("settings") or {}
    BUILTIN.entry(name)  # raises where none has this name
    if not isinstance(seeds, int) or isinstance(seeds, bool) or not 1 <= seeds <= MOST_SEEDS:
        raise StudyError(f"seeds must be a whole number from 1 to {MOST_SEEDS}")
    if not isinstance(settings, dict) or len(settings) > MOST_FIELDS:
        raise RecipeError("settings are at most 40 fields with their values")
    made = {str(field): str(value) for field, value in cast("dict[Any, Any]", settings).items()}
    if wrong := [field for field in made if not re.fullmatch(r"[a-z][a-z0-9_.]{0,60}", field)]:
        raise RecipeError(f'"{printable(wrong[0])}" is not a field; see `striate list fields`')
    return name, seeds, made


def _harmless(*nets: str) -> None:
    from striate.nets.custom.naming import is_own

    if own := [net for net in nets if is_own(net)]:
        raise RecipeError(
            f'net "{printable(own[0])}" is code of someone\'s own, which the page does not run; use the command'
        )


def _names(text: str, field: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(field)}(?![\w])", text) is not None
