"""Damaged files in runs and studies: each command after it tells the same, says what is wrong, or refuses.

Silently wrong is what ends with 0, has another result, and says nothing of it.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos import faults, trained
from chaos.children import Ended, ended, several
from chaos.tally import Tally
from damage import Damage, damages

RUNS, STUDIES = "damaged files of runs", "damaged files of studies"
LOOKS = (("show", "run", "run"), ("list", "runs", "."), ("show", "net", "run"))
MENDS = (("resume", "run"), ("test", "run"))
LOOK_STUDY = (("show", "study", "s"), ("show", "study", "s", "--to", "csv", "--out", "."))
# Ages and times differ from one look to the next, in what is as it was too.
VOLATILE = re.compile(r"\d+ (s|min|h|d)\b|\d+(\.\d+)? seconds?|[\s─]+")
SAID = ("damaged", "cannot", "could not", "was not what", "changed after", "interrupted", "missing", "lost", "vouches")


def prepare(place: Path) -> dict[str, Path]:
    """Return folders with a run that has ended and was tested, one that was stopped, and a study."""
    kept = faults.prepare(place)
    made = {name: place / name for name in ("finished", "stopped", "study")}
    for folder in made.values():
        folder.mkdir()

    def end() -> None:
        from striate.training.train import train

        trained.whole_run(trained.BASE, made["finished"] / "run")()
        train(trained.BASE, made["stopped"] / "run", images=trained.IMAGES, watch=trained.stop_after(8))

    if (done := ended(end, place / "ended")).code:
        raise RuntimeError(done.err)
    shutil.copytree(kept / "done", made["study"] / "s")
    shutil.copy(kept / "ask.py", made["study"] / "ask.py")
    return made


def crude(end: Ended) -> str:
    """Return what no damage may cause: a defect, or a refusal that is not a sentence."""
    if defect := end.defect():
        return defect
    if end.code in (2, 3) and not end.err.strip().split("\n")[-1].startswith("striate: "):
        return f"no sentence: {end.err[-400:]!r}"
    return "" if end.code in (0, 1, 2, 3) else f"exit {end.code}"


def silent_look(end: Ended, before: Ended) -> bool:
    """Tell whether a look shows something else than before, and does not say why."""
    if end.code or VOLATILE.sub("", end.out) == VOLATILE.sub("", before.out):
        return False
    return not end.err.strip() and not any(word in end.told for word in SAID)


@dataclass(frozen=True)
class Kept:
    """An undamaged folder, where its damaged copies lie, what the commands that only look show of it, and what comes of it."""

    folder: Path
    work: Path
    place: Path
    looks: dict[tuple[str, ...], Ended]
    wanted: dict[str, bytes]

    def tried(self, damage: Damage, after: Sequence[tuple[str, ...]]) -> tuple[tuple[str, str], list[Ended]]:
        """Damage a copy, look at it, then run ``after``; return (kind of fault, what is wrong) and how the latter ended."""
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.folder, self.work)
        dataclasses.replace(damage, path=self.work / damage.path.relative_to(self.folder)).do()
        commands = [*self.looks, *after]
        ends = several(commands, self.work, self.place)
        for words, end in zip(commands, ends, strict=True):
            if wrong := crude(end):
                return ("defects", f"{' '.join(words)}: {wrong}"), []
            if words in self.looks and silent_look(end, self.looks[words]):
                return ("silently wrong", f"{' '.join(words)} shows {end.out[:1500]!r}"), []
        return ("", ""), ends[len(self.looks) :]


def try_run(damage: Damage, kept: Kept, mends: Sequence[tuple[str, ...]]) -> tuple[str, str]:
    """Return (kind of fault, what is wrong) of a run that is looked at, continued and tested; nothing where it holds."""
    wrong, ends = kept.tried(damage, mends)
    if wrong[0] or any(end.code for end in ends):  # a refusal
        return wrong
    told = " ".join(end.told for end in ends)
    off = trained.differing(trained.result(kept.work / "run"), kept.wanted)
    numbers = (kept.work / "run/history.csv").read_bytes() == kept.wanted["history.csv"]
    if off and not (numbers and ("are lost" in told or "belongs to another run" in told)):
        return "silently wrong", f"{off} bytes differ; said was {told[-300:]!r}"
    return "", ""


def try_study(damage: Damage, kept: Kept) -> tuple[str, str]:
    """Return the same of a study that is looked at and continued."""
    wrong, ends = kept.tried(damage, [faults.STUDY])
    if wrong[0] or ends[0].code:  # or a failure, which names its run
        return wrong
    found = faults.contents(kept.work, "s")
    off = trained.differing(found, kept.wanted)
    if found["verdicts"] != kept.wanted["verdicts"] or (off and "are lost" not in ends[0].told):
        return "silently wrong", f"{off} bytes differ; said was {ends[0].err[-300:]!r}"
    return "", ""


def chosen(kept: Path, count: int, number: int, jobs: int) -> list[Damage]:
    """Return ``count`` of all damages to the files there, those of job ``number``, evenly over all of them."""
    files = sorted(path for path in kept.rglob("*") if path.is_file() and path.name not in ("lock", "ask.py"))
    every = [damage for file in files for damage in damages(file, cuts=3, flips=4, digits=6)]
    step = max(1.0, len(every) / (count * jobs))
    places = [int(step * (turn * jobs + number)) for turn in range(count)]
    return [every[place] for place in places if place < len(every)]


def run(count: int, seed: int, place: Path, number: int, jobs: int) -> list[Tally]:
    """Damage ``count`` files: half of them of a run that has ended, a quarter of one that was stopped, a quarter of a study."""
    made = prepare(place)
    tallies = {RUNS: Tally(RUNS), STUDIES: Tally(STUDIES)}
    wanted = trained.result(made["finished"] / "run")
    for name, share in (("finished", count // 2), ("stopped", count // 4), ("study", count - count // 2 - count // 4)):
        study, work = name == "study", place / "work"
        shutil.copytree(made[name], work)
        commands = LOOK_STUDY if study else LOOKS
        looks = dict(zip(commands, several(commands, work, place / "seen"), strict=True))
        if any(end.code for end in looks.values()):
            raise RuntimeError(str(looks))
        results = faults.contents(made[name], "s") if study else wanted
        kept = Kept(made[name], work, place / "trial", looks, results)
        tally = tallies[STUDIES if study else RUNS]
        for turn, damage in enumerate(chosen(made[name], share, number, jobs)):
            mends = MENDS if turn % 3 else (*MENDS[::-1], MENDS[1])
            kind, wrong = try_study(damage, kept) if study else try_run(damage, kept, mends)
            if kind:
                tally.fault(kind, f"{name}, {damage.path.relative_to(made[name])}, {damage.what}: {wrong}")
            else:
                tally.hold()
        shutil.rmtree(work)
    return list(tallies.values())
