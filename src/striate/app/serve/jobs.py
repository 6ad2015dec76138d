"""Studies and sheets that the page starts, stops and continues: each its command, in a process that outlives the page.

One at a time unless another is asked for. What is started is built in, with nets that are Striate's, timm's or
torchvision's: to train, a page makes this machine run no code of a file.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.app.options.flags import FLAGS
from striate.app.options.repeating import study_command
from striate.app.serve import asking
from striate.app.serve.place import Place
from striate.base.disk.lock import held, holder
from striate.base.errors import RunError, StriateError, StudyError, printable
from striate.studies.catalog import BUILTIN

SAID = 2000  # characters of what a process said last
PATIENCE = 15.0  # seconds for a process that was stopped to save what it has, before the same is begun again


@dataclass
class Job:
    """A process that trains into ``folder``, called ``name``; ``said`` is the open file of what it prints."""

    name: str
    folder: Path
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
            "there": held(self.folder) and (self.folder / "study.json").is_file(),
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
        """Return what would run, and its command; or what is wrong with each field. Nothing is started."""
        from striate.reports.study.plan import record_of, text_of

        told: dict[str, Any] = {"faults": {}, "error": "", "plan": "", "command": "", "runs": 0}
        try:
            form, faults = asking.read(self.place, given)
        except StriateError as error:
            return {**told, "error": str(error)}
        told |= {"faults": faults, "command": shlex.join(["striate", *form.words(str(self.place.top / form.out))])}
        if "study" in faults:
            return told
        try:
            study = asking.planned(form, faults)
        except StriateError as error:
            text = str(error)
            found = asking.by_field(text, form.fields) or asking.by_field(text, ("seeds",))
            return {**told, "faults": {**found, **faults}, "error": "" if found else text}
        if faults:
            return told
        return {**told, "plan": text_of(record_of(study, None)), "runs": len(study.arms) * len(study.seeds)}

    def start(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Begin the study that ``given`` asks for; raises StudyError for what `plan` finds wrong, or where one runs already."""
        told = self.plan(given)
        if wrong := told["error"] or next(iter(told["faults"].values()), ""):
            raise StudyError(wrong)
        form, _ = asking.read(self.place, given)
        folder = self.place.top / form.out
        return self._begin(form.out, folder, form.words(str(folder.absolute())), beside=given.get("beside") is True)

    def go_on(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Continue the study of the folder, by the command that its page shows."""
        from striate.reports.study.records import read_study

        name = str(given.get("name", ""))
        folder = self.place.folder(name)
        study = read_study(folder)
        if study.name not in BUILTIN or (study.words and study.words[0] not in BUILTIN):
            raise StudyError("this study comes from a file of someone's own; continue it by its command")
        asking.harmless(str(study.base.get("net")), *(str(arm.changes.get("net", "")) for arm in study.arms))
        words = shlex.split(study_command(study, str(folder.absolute())))[1:]
        return self._begin(name, folder, words, beside=given.get("beside") is True)

    def make_sheet(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Begin or continue a sheet that is built in, in the folder that its command would choose."""
        from striate.app.serve.views.sheets import folder_of, words_of

        asked = {name: str(given.get(name) or "") for name in ("name", "budget", "data")}
        out = folder_of(asked)
        folder = self.place.top / out
        words = [*words_of(asked), FLAGS["out"], str(folder.absolute())]
        return self._begin(out, folder, words, beside=given.get("beside") is True)

    def stop(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Interrupt the study that this page started; what has ended stays, and it can be continued."""
        name = str(given.get("name", ""))
        with self._turn:
            job = self._jobs.get(name)
            if job is None or job.process.poll() is not None:
                raise StudyError(self._elsewhere(name))
            job.stopped = True
            job.process.send_signal(signal.SIGINT)
            return job.to_json()

    def _elsewhere(self, name: str) -> str:
        """Return how a study is stopped that this server did not start, as after the server was started again."""
        try:
            found = holder(self.place.folder(name))
        except RunError as error:
            return str(error)
        if found is None:
            return f'nothing trains in "{printable(name)}" any more'
        number, host = found
        where = "" if host in ("", socket.gethostname()) else f" on {host}"
        return f"this server did not start it; stop it where it was started, with Ctrl-C, or by `kill -INT {number}`{where}"

    def _begin(self, name: str, folder: Path, words: list[str], *, beside: bool) -> dict[str, Any]:
        with self._turn:
            for job in self._jobs.values():
                if job.stopped:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        job.process.wait(PATIENCE)
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
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._jobs.pop(name, None)
            job = self._jobs[name] = Job(name, folder, process, said)
            weakref.finalize(job, os.close, said)
            return job.to_json()
