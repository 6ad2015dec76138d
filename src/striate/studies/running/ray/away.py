"""A run that is away: what its node is asked, and what its log at home says."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.base.disk.files import make_folder, write_bytes
from striate.studies.running.pool import Job
from striate.studies.running.ray.errand import packages
from striate.studies.running.ray.parcel import packed, stamps


@dataclass
class Away:
    """A run that is on a node, or waits for one: ``results`` come one by one, ``node`` is empty until it has begun."""

    job: Job
    results: Any
    lock: contextlib.ExitStack  # holds the run's folder, where nobody else goes on with it meanwhile
    node: str = ""
    host: str = ""

    def log(self, study: Path, said: Mapping[str, Any], threads: int) -> None:
        """Add where the run was, how it ended and what it printed to ray/ARM/SEED.log of the study's folder."""
        path = study / "ray" / self.job.folder.parent.name / f"{self.job.folder.name}.log"
        make_folder(path.parent, study)
        before = path.read_bytes() if path.exists() else b""
        end = said.get("unfit") or said.get("gone") or said.get("reason") or "done"
        where = f"{self.host} (node {self.node[:12]})" if self.node else "no node yet"
        head = f"{time.strftime('%Y-%m-%d %H:%M:%S')} on {where}, {threads} threads: {end}\n"
        printed = said.get("printed", b"")
        write_bytes(path, before + head.encode() + (printed if isinstance(printed, bytes) else b""))


def places_of(job: Job, study: Path) -> list[str]:
    """Return what a run may write, relative to the study's folder: its own folder, and the file of its largest rate."""
    return [path.relative_to(study).as_posix() for path in (job.folder, job.rate) if path]


def ordered(job: Job, study: Path) -> dict[str, Any]:
    """Return what a node is asked to do for ``job``, with what came home of it before."""
    places = places_of(job, study)
    home = {**stamps(job.folder, study), **(stamps(job.rate.parent, study) if job.rate else {})}
    mine = {name: stamp for name, stamp in home.items() if name in places or name.startswith(f"{places[0]}/")}
    return {
        "packages": packages(),
        "recipe": job.recipe,
        "data_dir": str(Path(job.data_dir).resolve()) if job.data_dir else None,
        "test": job.test,
        "source": job.source,
        "fingerprint": job.images,
        "run": places[0],
        "rate": places[1] if job.rate else None,
        "parcel": packed(study, {}, mine),
    }
