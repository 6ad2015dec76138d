"""Which run comes next where seeds are given until the claims are decided.

Each claim asks for the runs of its next look, of the arms that it still needs, and goes on to the look after it as soon as
these have ended, without waiting for other claims. While the last run of a look is under way, the arms that get another seed
whatever it gives go on with it. So a core is free only while a run is under way that could end all that waits for it, and no
run is done that no claim needs: none is thrown away. An arm that no claim is about gets the least number of seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from striate.base.errors import StriateError
from striate.studies.claims.outcome import Outcome
from striate.studies.looks.plan import Plan
from striate.studies.question import Arm, Study
from striate.studies.running.ended import outcome, place
from striate.studies.running.judge import walked
from striate.studies.running.pool import Job
from striate.studies.running.starts import first_of
from striate.training.folder.forms import DONE
from striate.training.folder.run import open_run


class Sequence:
    """The runs of ``study`` in ``folder``, one after another, as the looks of ``plan`` ask for them.

    ``reasons`` says by folder why a run failed, and grows while others go on; ``ready`` are the folders of runs that ended
    before; ``job`` makes the job of a run.
    """

    def __init__(
        self,
        study: Study,
        folder: Path,
        plan: Plan,
        reasons: Mapping[Path, str],
        ready: Collection[Path],
        job: Callable[[Arm, int, Path], Job],
    ) -> None:
        self.study, self.plan, self.job = study, plan, job
        self.reasons = reasons
        self.runs = {place(folder, arm, seed): (arm, seed) for seed in study.seeds for arm in study.arms}
        self.begun, self.seen = set(reasons) | set(ready), dict[Path, Outcome | None]()
        self.coming: list[Path] | None = None

    def __call__(self, running: Collection[Path]) -> Job | None:
        """Return the next run to be done while those in ``running`` are under way, None where there is none now."""
        ended = [path for path in self.begun if path not in running and path not in self.seen]
        for path in ended:
            self.seen[path] = self._outcome(path)
        if ended or self.coming is None:
            self.coming = [path for path in self.wanted() if path not in self.begun]
        if not self.coming:
            return None
        open_ = {*running, *self.coming}
        path = next((one for one in self.coming if first_of(self.study, self.runs[one][0], one) not in open_), None)
        if path is None:
            return None
        self.coming.remove(path)
        self.begun.add(path)
        return self.job(*self.runs[path], path)

    def wanted(self) -> list[Path]:
        """Return the folders of the runs that the next looks need, seed by seed."""
        outcomes = [one for one in self.seen.values() if one is not None]
        lost = frozenset((self.runs[p][0].name, self.runs[p][1]) for p, one in self.seen.items() if one is None)
        seeds, asked = self.study.seeds, {arm for claim in self.study.claims for arm in claim.arms}
        wanted = {
            (arm.name, seed) for arm in self.study.arms if arm.name not in asked for seed in seeds[: self.plan.sizes[0]]
        }
        for claim in self.study.claims:
            path = walked(self.study, claim, outcomes, self.plan, lost)
            wanted |= {(arm, seed) for arm in path.needs for seed in seeds[: path.next]}
            wanted |= {(arm, seed) for arm in path.sure for seed in seeds[: path.after]}
        # A run that starts from another wants that one too.
        slugs = {arm.slug: arm.name for arm in self.study.arms}
        starts = {arm.name: [slugs[slug] for slug in self.study.origins(arm)] for arm in self.study.arms}
        wanted |= {(first, seed) for arm, seed in wanted for first in starts[arm]}
        return [path for path, (arm, seed) in self.runs.items() if (arm.name, seed) in wanted]

    def _outcome(self, path: Path) -> Outcome | None:
        """Return what a run counts with, None where it failed."""
        if path in self.reasons:
            return None
        try:
            run = open_run(path)
            return outcome(*self.runs[path], run) if run.status in DONE else None
        except StriateError:
            return None
