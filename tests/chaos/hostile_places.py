"""Traps in places where a command is asked to write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from chaos.hostile_files import REFUSED, Made


def outs() -> Iterator[Made]:
    """Yield commands that are asked to write where a trap is: what is there, and what it leads to, has to stay."""
    commands: tuple[tuple[str, ...], ...] = (
        ("train", "--epochs", "1", "--out", "trap"),
        ("export", "run", "--to", "safetensors", "--out", "trap"),
        ("show", "net", "run", "--svg", "trap"),
        ("probe", "filters", "run", "--out", "trap"),
        ("show", "run", "run", "--out", "trap"),
        ("study", "./ask.py", "--seeds", "1", "--out", "trap"),
    )

    def guard(kind: Callable[[], object]) -> Callable[[], object]:
        def make() -> None:
            Path("guarded").mkdir()
            Path("guarded/mine").write_text("not to be touched")
            kind()

        return make

    traps: tuple[Callable[[], object], ...] = (
        lambda: os.symlink("guarded/mine", "trap"),
        lambda: os.mkfifo("trap"),
        lambda: os.symlink("/dev/full", "trap"),
        lambda: os.symlink("trap", "trap"),
        lambda: Path("trap").write_text("mine"),
        lambda: os.symlink("guarded/new", "trap"),
    )
    for words in commands:
        for trap in traps:
            yield words, guard(trap), REFUSED
    # A name in one of our own folders that leads elsewhere.
    for words in (("resume", "cut"), ("test", "cut"), ("resume", "run", "--epochs", "4")):
        for name in ("lock", "checkpoints", "status.json", "history.csv", "timing.csv", "environment.json"):

            def make(folder: str = words[1], name: str = name) -> None:
                path = Path(folder, name)
                path.rename(Path("guarded", name)) if path.exists() else Path("guarded", name).write_text("x")
                path.symlink_to(f"../guarded/{name}")

            yield words, guard(make), (0, 2, 3)
    for long in ("x" * 255, "x" * 300, "y/" * 2100 + "z"):
        for words in commands:
            yield tuple(long if word == "trap" else word for word in words), guard(lambda: None), (0, 2, 3)
