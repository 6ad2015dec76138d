"""What can happen to a file of ours: deleted, cut, one digit or one bit of it changed, or replaced by what is no such file.

`damages` is deterministic: the same file gives the same damages in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Contents that hostile or broken programs leave where JSON or CSV belongs.
FOREIGN: dict[str, bytes] = {
    "empty": b"",
    "a list": b"[]",
    "null": b"null",
    "a number": b"7",
    "an empty object": b"{}",
    "deeply nested": b"[" * 100_000,
    "nested objects": b'{"a":' * 500 + b"1" + b"}" * 500,
    "a number of 5,000 digits": b'{"format": ' + b"9" * 5000 + b"}",
    "a number of 5,000 digits in a row": b"step,epoch,split,metric,value\n" + b"9" * 5000 + b",1,val,loss,1.0\n",
    "NUL bytes": bytes(300),
    "no UTF-8": b'{"net": "\xff\xfe"}',
    "a name twice": b'{"format": 2, "format": 2}',
    "wrong types": b'{"status": 3, "epoch": "x", "step": [], "values": 1, "arms": 7, "seeds": {}, "continued": 5}',
    "no JSON": b"once upon a time",
    "not finite": b'{"epoch": NaN}',
}


@dataclass(frozen=True)
class Damage:
    """One damage to the file at ``path``, in a few words; ``content`` is what it then holds, None where it is gone."""

    path: Path
    what: str
    content: bytes | None

    def do(self) -> None:
        """Damage the file."""
        if self.content is None:
            self.path.unlink()
        else:
            self.path.write_bytes(self.content)


def damages(path: Path, *, cuts: int = 5, flips: int = 8, digits: int | None = None) -> Iterator[Damage]:
    """Yield damages to a file: gone, cut at ``cuts`` places, ``flips`` single bits, one digit of its numbers, foreign content.

    ``digits`` is of about how many of its numbers; None is of all. Files that hold no text have neither numbers nor words.
    """
    whole = path.read_bytes()
    yield Damage(path, "deleted", None)
    for n in range(cuts):
        yield Damage(path, f"cut {n + 1} of {cuts}", whole[: len(whole) * n // cuts if n else max(0, len(whole) - 1)])
    for n in range(flips):
        place = (2 * n + 1) * len(whole) // (2 * flips)
        yield Damage(path, f"bit {n % 8} of byte {place}", _with(whole, place, whole[place] ^ 1 << n % 8))
    if path.suffix not in (".json", ".csv"):
        return
    places = [found.start() for found in re.finditer(rb"\d+", whole)]
    for place in places if digits is None else places[:: max(1, len(places) // digits)]:
        other = ord("1") if whole[place] == ord("9") else whole[place] + 1
        yield Damage(
            path, f"digit at byte {place}: {whole[max(0, place - 20) : place + 8]!r}", _with(whole, place, other)
        )
    for what, content in FOREIGN.items():
        yield Damage(path, what, content)


def _with(whole: bytes, place: int, byte: int) -> bytes:
    return whole[:place] + bytes([byte]) + whole[place + 1 :]
