"""From run folders to verdicts: the claims are judged on what is on disk, and nothing is trained.

What limits an answer is said with it: validation on the test images, arms in different precision, earlier looks at the
same study with fewer seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from striate.base.errors import listed
from striate.base.files import digest, read_json, write_json
from striate.studies.outcome import Outcome, copies, distinct, scores
from striate.studies.question import Arm, Study
from striate.studies.selection import at_the_edge, touched
from striate.studies.verdict import Claim, Verdict
from striate.training.run import DONE, Row, Run, open_run


@dataclass(frozen=True)
class Answer:
    """What a study found: its verdicts in the order of its claims, and the runs that failed, with the reason."""

    folder: Path
    study: Study
    verdicts: tuple[Verdict, ...]
    failures: dict[str, str]


def judge(study: Study, folder: Path, failures: dict[str, str] | None = None) -> Answer:
    """Judge the claims on the runs that have ended, and write verdict.json."""
    runs = ended(study, folder)
    outcomes = [outcome(*run) for run in runs]
    limits = caveats([run for _, _, run in runs], _looks(folder))
    limits += [clause for clause in (touched(study, outcomes), at_the_edge(study, outcomes)) if clause]
    twins = equals(outcomes)
    verdicts = tuple(_verdict(claim, outcomes, twins, limits) for claim in study.claims)
    record = {
        "format": 1,
        "study": study.name,
        "verdicts": [verdict.to_json() for verdict in verdicts],
        "arms": [scores(arm.name, outcomes) for arm in study.arms],
        "failures": failures or {},
    }
    write_json(folder / "verdict.json", record)
    return Answer(folder, study, verdicts, failures or {})


def ended(study: Study, folder: Path) -> list[tuple[Arm, int, Run]]:
    """Return the runs of the study that have ended, with their arms and seeds."""
    every = study.tests == "every"
    return [
        (arm, seed, open_run(path))
        for arm in study.arms
        for seed in study.seeds
        if done(path := place(folder, arm, seed), tested=every)
    ]


def caveats(runs: Sequence[Run], looks: Sequence[int]) -> list[str]:
    """Return what a reader of every verdict has to know; ``looks`` is at how many seeds the study was judged, in turn."""
    found: list[str] = []
    if any(run.recipe.validate_on_test for run in runs):
        found.append("the test images also chose the weights, so test accuracies are too high")
    precisions = {read_json(run.folder / "environment.json")["precision"] for run in runs}
    if len(precisions) > 1:
        found.append(f"the runs differ in precision ({' and '.join(sorted(precisions))})")
    if len(looks) > 1:
        times = ", ".join(map(str, looks))
        found.append(f"judged at {times} seeds in turn, and to look more than once makes a false verdict likelier")
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


def _looks(folder: Path) -> list[int]:
    path = folder / "study.json"
    return read_json(path).get("looks", []) if path.is_file() else []


def _verdict(claim: Claim, outcomes: list[Outcome], twins: list[tuple[str, ...]], limits: list[str]) -> Verdict:
    ended = {outcome.arm for outcome in outcomes}
    if missing := [arm for arm in claim.arms if arm not in ended]:
        reason = f"no run of {', '.join(missing)} has ended yet, so there is nothing to compare"
        return Verdict(claim.name, claim.statement, claim.kind, "undecided", reason)
    counted = [(arm, group) for arm in claim.arms for group in copies([run for run in outcomes if run.arm == arm])]
    verdict = claim.judge(outcomes) if claim.kind == "equal" else _uncopied(claim, outcomes, counted)
    among = [names for group in twins if len(names := [arm for arm in group if arm in claim.arms]) > 1]
    told = [
        f"the runs of {listed(names)} are equal to the last bit: what these arms change has no effect"
        for names in among
    ]
    return replace(verdict, reason="; ".join([verdict.reason, *told, *limits]))


def _uncopied(claim: Claim, outcomes: list[Outcome], copied: list[tuple[str, tuple[Outcome, ...]]]) -> Verdict:
    """Return the verdict on runs that differ; where some are copies of each other, n is not what it says: undecided."""
    single = [run for arm in claim.arms for run in distinct([run for run in outcomes if run.arm == arm])]
    verdict = claim.judge(single)
    if not copied:
        return verdict
    told = [
        f"the runs of {arm} with seeds {listed([str(run.seed) for run in group])} are equal in every number, so they are one"
        f" run counted {len(group)} times"
        for arm, group in copied
    ]
    cure = "let the net and the recipe depend on the seed, and do the copies again"
    details = dict(verdict.details)
    if "answers" in details:
        details["answers"] = dict.fromkeys(details["answers"], "undecided")
    reason = "; ".join([*told, cure, f"with each counted once, {verdict.reason}"])
    return replace(verdict, answer="undecided", reason=reason, seeds_needed=None, details=details)


def outcome(arm: Arm, seed: int, run: Run) -> Outcome:
    """Return one finished or diverged run as the claims see it."""
    environment: dict[str, Any] = read_json(run.folder / "environment.json")
    tested, history = run.test(), run.history()
    return Outcome(
        arm=arm.name,
        seed=seed,
        status=run.status,
        lr=run.recipe.lr,
        budget=run.recipe.epochs,
        images_per_epoch=environment["train_images"],
        classes=environment["classes"],
        val_images=environment["val_images"],
        val_accuracy=tuple(value for _, value in run.curve("val", "accuracy")),
        seconds=tuple(seconds for _, seconds in run.seconds()),
        test_accuracy=tested["accuracy"] if tested else None,
        guess=environment.get("largest_class"),
        last={f"{row.split}/{row.metric}": row.value for row in history},
        losses=tuple(row.value for row in history if row.metric == "batch_loss"),
        numbers=_numbers(history),
    )


def _numbers(history: Sequence[Row]) -> str:
    """Return the SHA-256 of every number, to the last bit; empty where no loss is among them, for then nothing was seen."""
    if not any(row.metric == "loss" for row in history):
        return ""
    return digest("\n".join(f"{r.step} {r.epoch} {r.split} {r.metric} {r.value!r}" for r in history).encode())


def place(folder: Path, arm: Arm, seed: int) -> Path:
    """Return the folder of one run of the study in ``folder``."""
    return folder / "runs" / arm.slug / str(seed)


def done(path: Path, *, tested: bool = True) -> bool:
    """Tell whether the run in ``path`` has ended and, where it finished and ``tested``, been scored on the test images."""
    if not (path / "recipe.json").is_file():
        return False
    run = open_run(path)
    return run.status == "diverged" or (run.status in DONE and (not tested or (path / "test.json").is_file()))
