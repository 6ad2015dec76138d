"""From run folders to verdicts: the claims are judged on what is on disk, and nothing is trained.

What limits an answer is said with it: validation on the test images, arms in different precision, and what it cost to look
more often than was planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from striate.base.disk.files import read_json, write_json
from striate.base.disk.sealed_json import Form, checked, read_own
from striate.base.errors import NoPairsError, StudyError, listed
from striate.base.inline import Inline
from striate.studies.claims.outcome import Outcome, scores
from striate.studies.claims.verdict import Claim, Verdict
from striate.studies.judged.copied import uncopied
from striate.studies.looks.ahead import surely_open
from striate.studies.looks.pairing import with_pairing
from striate.studies.looks.path import Path as Walked
from striate.studies.looks.path import price, walk
from striate.studies.looks.plan import Look, Plan, PlanForm
from striate.studies.question import Study
from striate.studies.running.ended import ended, named, outcomes_of
from striate.studies.running.selection import at_the_edge, touched
from striate.training.folder.chain import read_environment
from striate.training.folder.run import Run

CURE = "let the net and the recipe depend on the seed, and do the copies again"


@dataclass(frozen=True)
class Answer(Inline):
    """What a study found: its verdicts in the order of its claims; by run, why it failed and what it warned of."""

    folder: Path
    study: Study
    verdicts: tuple[Verdict, ...]
    failures: dict[str, str]
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict[str, list[str]])


class StudyForm(Form):
    """What study.json must hold for a study to be continued."""

    base: dict[str, Any]
    arms: list[dict[str, Any]]
    claims: list[dict[str, Any]]
    seeds: list[Annotated[int, Field(ge=0, lt=2**63)]]
    looks: list[int] = Field(default_factory=list[int])
    plan: PlanForm | None = None
    until: dict[str, int] | None = None
    fingerprint: str = ""


class VerdictForm(Form):
    """What is read again of verdict.json; all else in it is judged anew."""

    warnings: dict[str, list[str]] = Field(default_factory=dict[str, list[str]])


def judge(
    study: Study,
    folder: Path,
    failures: dict[str, str] | None = None,
    warnings: Mapping[str, Sequence[str]] | None = None,
) -> Answer:
    """Judge the claims on the runs that have ended, and write verdict.json.

    ``failures`` say by run why it failed, ``warnings`` what it warned of; those of earlier sessions are kept.
    """
    runs = ended(study, folder)
    outcomes, unfit = outcomes_of(runs)
    stopped = {**(failures or {}), **unfit}
    plan, shown = plan_of(folder)
    limits = caveats([run for _, _, run in runs])
    if plan and (cost := price(plan, shown)):
        limits.append(cost)
    limits += [clause for clause in (touched(study, outcomes), at_the_edge(study, outcomes)) if clause]
    twins = equals(outcomes)
    lost = lost_of(study, stopped)
    verdicts = tuple(_verdict(study, claim, outcomes, plan, lost, twins, limits) for claim in study.claims)
    told = _warnings(folder, warnings or {})
    record = {
        "format": 1,
        "study": study.name,
        "verdicts": [verdict.to_json() for verdict in verdicts],
        "arms": [scores(arm.name, outcomes) for arm in study.arms],
        "failures": stopped,
        "warnings": told,
    }
    write_json(folder / "verdict.json", record)
    return Answer(folder, study, verdicts, stopped, told)


def _warnings(folder: Path, now: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the warnings of earlier sessions, as verdict.json has them, and those of this one."""
    try:
        kept = checked(read_json(folder / "verdict.json"), VerdictForm).get("warnings", {})
    except (OSError, ValueError):
        kept = {}
    runs = dict.fromkeys([*kept, *now])
    return {run: list(dict.fromkeys([*kept.get(run, []), *now.get(run, ())])) for run in runs}


def caveats(runs: Sequence[Run]) -> list[str]:
    """Return what a reader of every verdict has to know."""
    found: list[str] = []
    if any(run.recipe.validate_on_test for run in runs):
        found.append("the test images also chose the weights, so test accuracies are too high")
    precisions = {read_environment(run.folder)["precision"] for run in runs}
    if len(precisions) > 1:
        found.append(f"the runs differ in precision ({' and '.join(sorted(precisions))})")
    return found


def equals(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """Return the groups of arms whose finished runs are equal in every number: what tells these arms apart has no effect."""
    seen: dict[str, list[Any]] = {}
    for run in sorted(outcomes, key=lambda run: run.seed):
        if run.status == "finished":
            seen.setdefault(run.arm, []).append(
                (run.seed, run.val_accuracy, run.test_accuracy, sorted(run.last.items()), run.numbers)
            )
    groups: list[list[str]] = []
    for arm, runs in seen.items():
        for names in groups:
            if seen[names[0]] == runs:
                names.append(arm)
                break
        else:
            groups.append([arm])
    return [tuple(group) for group in groups if len(group) > 1]


def plan_of(folder: Path) -> tuple[Plan | None, dict[int, float]]:
    """Return the looks of the study in ``folder``, None for one, and the level at which each was made or will be."""
    record = read_study(folder).get("plan") if (folder / "study.json").exists() else None
    if not record:
        return None, {}
    return Plan.from_json(record), {int(n): level for n, level in record["shown"].items()}


def lost_of(study: Study, stopped: Mapping[str, str]) -> frozenset[tuple[str, int]]:
    """Return (arm, seed) of the runs that failed, by the reasons why."""
    return frozenset((arm.name, seed) for arm in study.arms for seed in study.seeds if named(arm, seed) in stopped)


def read_study(folder: Path) -> dict[str, Any]:
    """Return the record in study.json; raises StudyError when it is missing or damaged."""
    todo = "restore it, or choose another folder with `out`"
    return read_own(folder / "study.json", StudyForm, todo=todo, kind=StudyError)


def walked(study: Study, claim: Claim, outcomes: list[Outcome], plan: Plan, lost: frozenset[tuple[str, int]]) -> Walked:
    """Return where ``claim`` stands by the looks that could be made; see `striate.studies.looks.path`."""

    judge, surely = partial(_judged, claim), partial(surely_open, claim)
    return walk(claim.arms, judge, outcomes, plan, study.seeds, lost, paired=study.paired, surely=surely)


def _judged(claim: Claim, runs: list[Outcome], look: Look) -> Verdict:
    """Return the verdict of ``claim`` on ``runs``, which may make no pair yet where the study declared pairs."""
    try:
        if claim.kind == "equal":
            return claim.judge(runs, look)
        return uncopied(lambda distinct: claim.judge(distinct, look), claim.arms, runs, CURE)
    except NoPairsError as error:
        return Verdict(claim.name, claim.statement, claim.kind, "undecided", str(error), open=claim.arms)


def _verdict(
    study: Study,
    claim: Claim,
    outcomes: list[Outcome],
    plan: Plan | None,
    lost: frozenset[tuple[str, int]],
    twins: list[tuple[str, ...]],
    limits: list[str],
) -> Verdict:
    compared = {outcome.arm for outcome in outcomes}
    if missing := [arm for arm in claim.arms if arm not in compared]:
        reason = f"no run of {', '.join(missing)} has ended yet, so there is nothing to compare"
        return Verdict(claim.name, claim.statement, claim.kind, "undecided", reason)
    verdict = (
        walked(study, claim, outcomes, plan, lost).verdict
        if plan
        else _judged(claim, outcomes, Look(paired=study.paired))
    )
    if verdict is None:
        assert plan is not None
        reason = f"the first look is at {plan.sizes[0]} seeds of each arm, which have not all ended yet"
        return Verdict(claim.name, claim.statement, claim.kind, "undecided", reason)
    among = [names for group in twins if len(names := [arm for arm in group if arm in claim.arms]) > 1]
    told = [
        f"the runs of {listed(names)} are equal to the last bit: what these arms change has no effect"
        for names in among
    ]
    verdict = with_pairing(verdict)
    return replace(verdict, reason="; ".join([verdict.reason, *told, *limits]))
