"""A long measurement cut in pieces, which a folder keeps, so that a command that was stopped goes on after the last one."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

MATTERS = ("studies", "least", "most", "epochs")  # what a piece depends on, beside its name
Piece = tuple[str, Callable[[], Any]]
"""The name of a piece of a part, and what does it; what it finds is plain JSON."""
Work = Callable[[argparse.Namespace], Iterator[Piece]]
Told = Callable[..., Iterator[str]]
"""What was asked, and what each piece found -> the lines to print."""


def measure(part: str, work: Work, told: Told, given: argparse.Namespace, until: float) -> None:
    """Do the pieces of ``part`` that are not kept, as long as ``until`` has not come, and print what is known."""
    settings = {name: getattr(given, name) for name in MATTERS}
    store = given.kept / "pieces.jsonl" if given.kept else None
    lines = store.read_text(encoding="utf-8").splitlines() if store and store.is_file() else []
    whole = [json.loads(line) for line in lines if line.endswith("}")]  # a kill may have cut the last one
    known = {one["piece"]: one["found"] for one in whole if (one["part"], one["settings"]) == (part, settings)}
    found, left = dict[str, Any](), 0
    for name, do in work(given):
        if name not in known:
            if time.monotonic() > until:
                left += 1
                continue
            known[name] = do()
            if store:
                store.parent.mkdir(parents=True, exist_ok=True)
                with store.open("a", encoding="utf-8") as file:
                    file.write(
                        json.dumps({"part": part, "settings": settings, "piece": name, "found": known[name]}) + "\n"
                    )
        found[name] = known[name]
    for line in told(given, found) if found else ():
        print(line, flush=True)
    if left:
        print(f"{part}: {left} pieces are left; the same command goes on", flush=True)
