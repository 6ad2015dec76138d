"""Who does the runs of a study: the processes of this machine, or a cluster. One protocol for all.

An executor is given the jobs as they come, and returns when none is left. Whatever it is, the run folders are the results, and
a run that was cut short goes on from its newest checkpoint when its job is given again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from striate.base.catalog import unknown
from striate.base.errors import StudyError
from striate.studies.running.pool import Job, Source, Warn, cores, workers_and_threads


class Executor(Protocol):
    """Does jobs, each once, and leaves none behind."""

    def __call__(
        self,
        jobs: Sequence[Job] | Source,
        beat: Callable[[], None],
        warn: Warn,
        failures: dict[Path, str],
    ) -> object:
        """Do ``jobs``; put the reason for each folder whose run failed into ``failures`` as they come.

        ``beat`` is called about twice a second, ``warn`` with the folder of a run and what it warns of. On KeyboardInterrupt
        every run under way saves its state before the interrupt is passed on.
        """
        ...


def placed(
    on: str | None,
    folder: Path,
    slurm: Sequence[str] = (),
    ray: Sequence[str] = (),
    workers: int | None = None,
) -> Executor | None:
    """Return what does the runs of the study in ``folder`` where ``on`` says; None for this machine.

    ``slurm`` and ``ray`` are KEY=VALUE texts for that place; ``workers`` bounds how many runs it does at a time. Raises
    StudyError for a place that is none.
    """
    place = on.partition("://")[0] if on is not None else ""
    for name, given in (("slurm", slurm), ("ray", ray)):
        if given and place != name:
            raise StudyError(f"options of {name.title()} are given, and the runs are not done there; add `on={name}`")
    if on is None:
        return None
    if place == "ray":
        from striate.studies.running.ray.cluster import address_of, asked_of
        from striate.studies.running.ray.driver import Ray

        return Ray(folder, address_of(on), asked_of(ray), workers)
    if on != "slurm":
        raise StudyError(
            f"{unknown('place for runs', on, ('slurm', 'ray'), 'ray://HOST:PORT')}; without `on` they are done on this machine"
        )
    from striate.studies.running.slurm import Slurm, options_of

    found = options_of(slurm)
    if workers is not None:
        found["slurm_array_parallelism"] = workers
    return Slurm(folder, found, threads=int(found.get("cpus_per_task", 1)))


def crew(runs: int, workers: int | None) -> tuple[int, int]:
    """Return (workers, threads). Counted from all runs of the study, so that a continued one has the same threads."""
    from striate.training.engines.machine import device

    if workers is not None:
        return workers, max(1, cores() // workers)
    return workers_and_threads(runs, gpu=device().type == "cuda")
