"""What someone who means harm might send: folders that name code, names that act, archives that swell, pipes, links, devices.

What holds: nothing of it runs or is followed, what is not ours stays as it was, and the command ends in time and memory with
one sentence and exit code 2 or 3, or does what was asked.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chaos import faults, trained
from chaos.children import command, ended
from chaos.hostile_files import archives
from chaos.hostile_foreign import foreign
from chaos.hostile_places import outs
from chaos.tally import Tally

STRANGERS, NAMES, FILES, SENT, OUTS = (
    "folders of strangers that name code",
    "names that act on a terminal or a shell",
    "hostile archives, images, pipes, devices",
    "hostile logs, data sets and exercises",
    "links, pipes, devices where output goes",
)
# Markup, control characters of both ranges, bidirectional and invisible ones, quotes, paths, options, long ones.
HOSTILE = (
    "a[/b]", "[bold red]x[/]", "[link=file:///etc]x[/link]", ":smile:", "\x1b[31mred", "\x1b]0;title\x07", "\x1b[2J\x1b[H",
    "\x9b31mx", "\x9d0;t\x9c", "a\rb", "a\nstriate: forged", "\x08\x08x", "\x7f", "\u202egnp.exe", "\u2066x\u2069", "a\u200bb",
    "\udcff", "\u2028x", "<b>&amp;\"'", "$(touch MARK)", "; touch MARK", "%s{0}\\n", "\U000e0041", "x" * 300, "../" * 60,
    "os:system", "-", "--help=x", "/dev/stdin", "~root", "con:", "a" * 255,
)  # fmt: skip
COMMANDS = (
    ("show", "net", "NAME"), ("show", "net", "convnet", "--set", "NAME=1"), ("show", "net", "convnet", "--input", "NAME"),
    ("list", "fields", "--net", "NAME"), ("test", "NAME"), ("resume", "NAME"), ("export", "NAME"), ("study", "NAME"),
    ("export", "convnet", "--to", "NAME"), ("prove", "NAME"), ("prove", "conv-as-matrix", "--NAME", "1"),
    ("train", "--net", "NAME"), ("train", "--data", "NAME"), ("train", "--optimizer", "NAME"), ("show", "run", "NAME"),
    ("probe", "saliency", "NAME", "NAME"), ("probe", "saliency", "convnet", "NAME", "--weights", "NAME"),
    ("study", "--arm", "NAME: lr=NAME"), ("study", "--arm", "a: lr=0.1", "--claim", "NAME > NAME"), ("list", "runs", "NAME"),
    ("train", "--epochs", "NAME"), ("train", "--out", "/dev/null/NAME"), ("show", "study", "NAME"),
)  # fmt: skip
CODE = {
    "a function of Python": ("os:system", {"command": "touch MARK"}),
    "a module here": ("stranger:net", {}),
    "a module of a package": ("torch.hub:load", {"repo_or_dir": ".", "model": "net", "source": "local"}),
}
OPENERS = (
    ("test", "run"), ("resume", "run"), ("train", "--net", "convnet", "--out", "run"), ("show", "run", "run"),
    ("export", "run", "--to", "safetensors", "--out", "w.safetensors"), ("show", "net", "run"), ("list", "runs", "."),
    ("study", "batchnorm", "--epochs", "1", "--seeds", "1", "--out", "s"), ("show", "study", "s"),
    *(("probe", name, "run", "digits:1", "--out", "page") for name in ("saliency", "gradcam", "occlusion", "localise")),
    *(("probe", name, "run", "--out", "page") for name in ("features", "patches", "maximize", "filters")),
)  # fmt: skip
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2066-\u2069\U000e0041]|\nstriate: forged")


@dataclass(frozen=True)
class Trial:
    """A command in a folder that ``make`` has prepared; ``codes`` are the exit codes with which it may end."""

    part: str
    words: tuple[str, ...]
    make: Callable[[], object]
    codes: tuple[int, ...] = (2, 3)


def strangers() -> Iterator[Trial]:
    """Yield every command that opens a folder, with each kind of code that it names, sealed by the stranger and not."""
    for sealed in (True, False):
        for net, options in CODE.values():
            for words in OPENERS:

                def make(net: str = net, options: dict[str, object] = options, sealed: bool = sealed) -> None:
                    rename(Path("run"), net, options, sealed)

                yield Trial(STRANGERS, words, make, (0, 2, 3))


def rename(folder: Path, net: str, options: dict[str, object], seal_again: bool) -> None:
    """Have recipe, checkpoints and a study name another net, as whoever shares a folder could write it."""
    import json

    from striate.base.disk.files import read_json, write_json
    from striate.base.disk.sealed_json import sealed
    from striate.training.folder.chain import identity

    def put(path: Path, record: dict[str, object]) -> dict[str, object]:
        plain = {key: value for key, value in record.items() if key != "seal"}
        made = sealed(plain) if seal_again else record
        write_json(path, made)
        return made

    Path("stranger.py").write_text(
        "from pathlib import Path\nPath('MARK').touch()\ndef net(*_, **__): Path('MARK').touch()\n"
    )
    (folder / "test.json").unlink(missing_ok=True)
    named = {"net": net, "net_options": options}
    recipe = put(folder / "recipe.json", read_json(folder / "recipe.json") | named)
    environment = read_json(folder / "environment.json")
    environment = put(folder / "environment.json", environment | {"recipe": recipe.get("seal", "")})
    for path in folder.glob("checkpoints/*.json"):
        record = read_json(path)
        if "net" in record["values"]:
            record["values"] |= named
        if seal_again:
            record |= {"run": identity(environment)} | ({"environment": environment} if "environment" in record else {})
        put(path, record)
    Path("s").mkdir(exist_ok=True)
    base = trained.BASE.to_json() | named
    Path("s/study.json").write_text(json.dumps({"base": base, "arms": [], "claims": [], "seeds": [0]}))


def names(seed: int) -> Iterator[Trial]:
    """Yield commands with names that no one would choose: each name with some commands, each command with some names."""
    for number, name in enumerate(HOSTILE):
        for turn in range(5):
            words = COMMANDS[(number * 5 + turn + seed) % len(COMMANDS)]
            # 0 where the name is one that can be looked for in vain, or reads as the option of help
            yield Trial(NAMES, tuple(word.replace("NAME", name) for word in words), lambda: None, (0, 1, 2, 3))


def fault_of(trial: Trial, folder: Path, kept: Path, place: Path) -> tuple[str, str]:
    """Return (kind of fault, what is wrong) with how a trial ended; nothing where it holds."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder)
    os.chdir(folder)
    try:
        trial.make()
        before = guarded(folder)

        def work() -> int:
            signal.alarm(
                100
            )  # a command that waits for input, or for ever, is ended, which no handler of ours prevents
            return command(*trial.words)

        end = ended(work, place)
        after = guarded(folder)
    finally:
        os.chdir(place.parent)
    text = end.out + end.err
    if (folder / "MARK").exists():
        return "silently wrong", "the code of a stranger ran"
    if before != after:
        return "silently wrong", f"what is not ours changed: {before} {after}"
    if defect := end.defect():
        return "defects", defect
    if ACTS.search(text):
        return "defects", f"the terminal is reached: {text[:300]!r}"
    if end.code not in trial.codes:
        return "defects", f"exit {end.code}: {text[-400:]!r}"
    if end.code == 3 and not end.err.strip().split("\n")[-1].startswith("striate: "):
        return "defects", f"no sentence: {end.err[-300:]!r}"
    return "", ""


def guarded(folder: Path) -> dict[str, object]:
    """Return what stands in the folder ``guarded`` and in names that lead to it: kinds and contents."""
    found: dict[str, object] = {}
    for path in [*folder.glob("guarded/*"), *folder.glob("trap*"), *folder.glob("run/lock"), *folder.glob("trapped/*")]:
        status = path.lstat()
        regular = path.is_file() and not path.is_symlink() and path.name != "lock"
        found[str(path.relative_to(folder))] = (status.st_mode, path.read_bytes() if regular else "")
    return found


def run(count: int, seed: int, place: Path, number: int, jobs: int) -> list[Tally]:
    """Do ``count`` of the trials, those of job ``number``, evenly over all of them."""
    kept = faults.prepare(place)
    parts = (STRANGERS, NAMES, FILES, SENT, OUTS)
    files = [Trial(FILES, *found) for found in archives()]
    sent = [Trial(SENT, *found) for found in foreign()]
    places = [Trial(OUTS, *found) for found in outs()]
    every = [*strangers(), *names(seed), *files, *sent, *places][number::jobs]
    step = max(1.0, len(every) / count)
    tallies = {part: Tally(part) for part in parts}
    for turn in range(min(count, len(every))):
        trial = every[int(turn * step)]
        kind, wrong = fault_of(trial, place / "hostile", kept, place / "trial")
        if kind:
            tallies[trial.part].fault(kind, f"{ascii(' '.join(trial.words))[:200]}: {wrong}")
        else:
            tallies[trial.part].hold()
    return [tally for tally in tallies.values() if tally.tried]
