"""Disks that are full, broken or read-only: commands whose writes are refused, and the same commands when that is over.

What holds: one sentence and exit code 2 or 3 (of a study also 1: a run of it failed, and is named), or 0 where what was refused
was not needed. The same command without the fault then ends in the bytes of one that nothing disturbed.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from chaos import trained
from chaos.children import Ended, command, ended
from chaos.tally import Tally
from chaos.writes import Act, Writes, counted, fails

PART = "refused writes: train, resume, test, export ..."
ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)
SMALL = (
    *("--set", "widths=[[3]]", "--set", "hidden=[]", "--batch-size", "25", "--train-images", "75", "--epochs", "3"),
    *("--set", "keep_every=2"),
)
ASK = """
from striate import Arm, Better, Recipe, Study
BASE = Recipe(net_options={"widths": [[3]], "hidden": []}, batch_size=25, train_images=75, epochs=2)
def study(base):
    claim = Better("better", "b beats a", treatment=("b",), control="a", measure="test", margin=0.01)
    return Study("ask", "Does b help?", base, (Arm("a"), Arm("b", {"lr": 0.01})), (claim,))
"""
STUDY = ("study", "./ask.py", "--seeds", "2", "--out", "s")
# What is asked, and the folder or file that it is asked for; "run" is then a run that has ended, "cut" one that was stopped.
COMMANDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("train", *SMALL, "--out", "new"), "new"),
    (("resume", "cut"), "cut"),
    (("test", "run"), "run"),
    (("export", "run", "--to", "safetensors", "--out", "w.safetensors"), "w.safetensors"),
    (STUDY, "s"),
    (("probe", "filters", "run", "--out", "page"), "page"),
    (("resume", "run", "--epochs", "4"), "run"),
    (("show", "run", "run", "--out", "run.html"), "run.html"),
    (("probe", "saliency", "run", "digits:1", "--out", "page"), "page"),
    (("show", "net", "run", "--svg", "net.svg"), "net.svg"),
    (("show", "study", "done", "--to", "csv", "--out", "files"), "files"),
)


def in_this_process(
    jobs: Sequence[Any], workers: int, threads: int, beat: object, warn: Any, failures: dict[Path, str]
) -> None:
    """Do the runs of a study as a worker does, in this process, where its writes can be refused."""
    from striate.studies.running.process import do

    images: dict[str, Any] = {}
    reasons = {job.folder: do(json.loads(job.line()), images, partial(warn, job.folder)) for job in jobs}
    failures.update({folder: reason for folder, reason in reasons.items() if reason})


def prepare(place: Path) -> Path:
    """Make a folder with all that the commands are asked for, and import what they need."""
    from striate.studies.running import execute

    trained.warm(place)
    execute.run_jobs = in_this_process
    kept = place / "kept"
    kept.mkdir()
    os.chdir(kept)
    Path("ask.py").write_text(ASK)

    def made() -> None:
        for words in (("train", *SMALL, "--out", "run"), STUDY):
            assert command(*words) == 0
        Path("s").rename("done")
        from striate.training.train import train

        assert train(trained.BASE, "cut", images=trained.IMAGES, watch=trained.stop_after(5)).status == "interrupted"

    if (end := ended(made, place / "made")).code:
        raise RuntimeError(end.err)
    for words, _ in COMMANDS:  # their modules stay loaded in this process, and every child begins at once
        shutil.copytree(kept, place / "warm-up")
        os.chdir(place / "warm-up")
        quietly(words, place)
        os.chdir(place)
        shutil.rmtree(place / "warm-up")
    return kept


def quietly(words: Sequence[str], place: Path) -> None:
    """Run a command in this process, its output in a file."""
    kept = [os.dup(1), os.dup(2)]
    with (place / "said").open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        code = command(*words)
        for number, copy in enumerate(kept, start=1):
            os.dup2(copy, number)
            os.close(copy)
    if code:
        raise RuntimeError((place / "said").read_text())


def contents(folder: Path, target: str) -> dict[str, bytes]:
    """Return what a command made, by name: of runs what they are about, of other folders every file."""
    path = folder / target
    if path.is_file():
        return {target: path.read_bytes()}
    if (path / "recipe.json").is_file():
        return trained.result(path)
    found: dict[str, bytes] = {}
    for run in path.glob("runs/*/*"):
        found |= {f"{run.parent.name}/{run.name}/{name}": content for name, content in trained.result(run).items()}
    if (path / "verdict.json").is_file():
        return found | {"verdicts": repr(json.loads((path / "verdict.json").read_text())["verdicts"]).encode()}
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def asked(words: Sequence[str], folder: Path, kept: Path, act: Act | None, place: Path) -> Ended:
    """Run a command in ``folder``, which is made like ``kept`` where it is not there; ``act`` meets its writes."""
    if not folder.exists():
        shutil.copytree(kept, folder)

    def work() -> int:
        os.chdir(folder)
        writes = Writes(folder, act or counted)
        writes.watch()
        code = command(*words)
        os.write(2, f"\n{writes.count} operations".encode())
        return code

    end = ended(work, place)
    shown, _, count = end.err.rpartition("\n")
    operations = int(count.split()[0]) if count.endswith(" operations") else 0
    return Ended(end.code, end.out, shown.strip("\n"), end.slow, operations)


def judged(end: Ended, words: Sequence[str]) -> str:
    """Return what is wrong with how a command ended whose writes were refused."""
    if defect := Ended(end.code, end.out, end.err, end.slow).defect():
        return defect
    if end.code in (2, 3):
        # Before the last line there may be notes, as of a run that goes on.
        last = end.err.split("\n")[-1]
        return "" if last.startswith("striate: ") else f"no sentence: {end.err[-400:]!r}"
    if end.code == 1 and words[0] == "study":
        return "" if "could not be" in end.told or "cannot be" in end.told else f"unnamed: {end.out}"
    return "" if end.code == 0 else f"exit {end.code}: {end.err[-400:]!r}"


def unlike(folder: Path, target: str, wanted: dict[str, bytes]) -> int:
    """Return how many bytes of what a command made are others than ``wanted``."""
    found = contents(folder, target)
    return trained.differing({name: content for name, content in found.items() if name in wanted}, wanted)


def run(count: int, seed: int, place: Path) -> list[Tally]:
    """Refuse writes of ``count`` commands, one at a time or from one on."""
    tally = Tally(PART)
    kept = prepare(place)
    known = {}
    for number, (words, target) in enumerate(COMMANDS):
        folders = [place / f"whole-{number}-{turn}" for turn in range(2)]
        ends = [asked(words, folder, kept, None, place / "whole") for folder in folders]
        if any(end.code for end in ends):
            raise RuntimeError(f"{words}: {ends[0].err}")
        one, other = (contents(folder, target) for folder in folders)
        known[words] = ({name: one[name] for name in one if one[name] == other.get(name)}, ends[0].memory)
        if not known[words][0]:
            raise RuntimeError(f"{words} is another one each time")
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        words, target = COMMANDS[number % len(COMMANDS)]
        wanted, operations = known[words]
        at, code, lasting = int(rng.integers(1, operations + 1)), int(rng.choice(ERRORS)), bool(rng.integers(2))
        folder = place / f"trial-{number}"
        end = asked(words, folder, kept, fails(at, code, lasting), place / "trial")
        what = f"{' '.join(words[:2])}: {errno.errorcode[code]} {'from' if lasting else 'at'} operation {at} of {operations}"
        told = f"{what}, trial {number} of seed {seed}: exit {end.code}: {end.err[-300:]!r}"
        if wrong := judged(end, words):
            tally.fault("defects", f"{told}: {wrong}")
            continue
        if end.code == 0 and (off := unlike(folder, target, wanted)) and "could not" not in end.err:
            tally.fault("silently wrong", f"{told}: {off} bytes differ after exit 0")
            continue
        again = asked(words, folder, kept, None, place / "again")
        if again.code or again.err.count("Traceback"):
            tally.fault("defects", f"{told}; then without the fault exit {again.code}: {again.err[-400:]!r}")
        elif off := unlike(folder, target, wanted):
            tally.fault("bytes differing", told, off)
        else:
            tally.hold()
            shutil.rmtree(folder)
    return [tally]
