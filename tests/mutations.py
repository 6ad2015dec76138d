"""Seeded damage to every file that a reader takes, and what the reader makes of it: it reads, or refuses in a StriateError.

    python tests/mutations.py --count 50000 --seed 0        prints one line a reader

A mutation changes, cuts, repeats, inserts or moves bytes of a small sound file, or sets fields of a size to extreme values. A
fault is anything but the two good ends: another exception, more than SECONDS, or more memory than BYTES beyond the start.
Only our own readers are asked, in this process; what a mutation writes stays in a temporary folder.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import os
import pickle
import resource
import signal
import struct
import sys
import tarfile
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

SECONDS = 10.0  # of one file; a busy machine is slow
BYTES = 400 << 20
FAULTS = 5  # of one reader that are printed
_EXTREMES = (b"\x00", b"\xff", b"\x7f", b"\x80")
_WIDTHS = (1, 2, 4, 8)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Return ``content`` after one to four random changes."""
    made = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        _change(made, rng)
    return bytes(made)


def _change(made: bytearray, rng: np.random.Generator) -> None:
    size = len(made)
    at = int(rng.integers(0, max(size, 1)))
    if rng.random() < 0.5:  # headers stand at both ends
        near = int(rng.integers(0, min(128, max(size, 1))))
        at = near if rng.random() < 0.6 else max(0, size - 1 - near)
    length = int(2 ** rng.integers(0, 8))
    match int(rng.integers(8)):
        case 0:
            made[at : at + 1] = bytes([int(rng.integers(256))])
        case 1:
            made[at : at + 1] = bytes([(made[at] if size else 0) ^ 1 << int(rng.integers(8))])
        case 2:
            width = int(rng.choice(_WIDTHS))
            made[at : at + width] = _EXTREMES[int(rng.integers(4))] * width
        case 3:
            del made[at : at + length]
        case 4:
            made[at:at] = made[at : at + length] * int(rng.integers(1, 4))
        case 5:
            made[at:at] = rng.bytes(length)
        case 6:
            del made[at:]
        case _:
            there = int(rng.integers(0, max(size, 1)))
            made[there : there + length] = made[at : at + length]


@dataclass(frozen=True)
class Reader:
    """``make`` writes a sound file into a folder and returns it; ``read`` is asked for the folder's changed file.

    ``inner`` undoes and does again a compression, so that what is changed lies inside; checksums are then right.
    """

    name: str
    make: Callable[[Path], Path]
    read: Callable[[Path], object]
    unpack: Callable[[bytes], bytes] = bytes
    pack: Callable[[bytes], bytes] = bytes


@dataclass
class Outcome:
    """What came of the mutations of one reader; ``faults`` are texts with the seed that makes each again."""

    reader: str
    ends: Counter[str] = field(default_factory=Counter[str])
    faults: list[str] = field(default_factory=list[str])
    slowest: float = 0.0
    memory: int = 0


def try_reader(reader: Reader, count: int, seed: int) -> Outcome:
    """Give ``reader`` that many changed files, and return what it made of them."""
    from striate.base.errors import StriateError

    outcome = Outcome(reader.name)
    with tempfile.TemporaryDirectory(prefix="striate-mutations-") as folder:
        path = reader.make(Path(folder))
        sound = path.read_bytes()
        reader.read(path)  # or nothing is shown
        inside = reader.unpack(sound)
        before = _most_memory()
        for number in range(count):
            rng = np.random.default_rng([seed, number])
            packed = reader.unpack is not bytes and number % 2
            path.write_bytes(reader.pack(mutated(inside, rng)) if packed else mutated(sound, rng))
            began = time.monotonic()
            try:
                with _limited(SECONDS), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    reader.read(path)
                outcome.ends["read"] += 1
            except StriateError as error:
                outcome.ends["refused"] += 1
                if "\n" in str(error) or len(str(error)) > 4000:
                    outcome.faults.append(f"mutation {number}: no sentence: {str(error)[:200]!r}")
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                outcome.ends["fault"] += 1
                where = traceback.extract_tb(error.__traceback__)[-1]
                outcome.faults.append(f"mutation {number}: {type(error).__name__}: {str(error)[:120]} ({where.name})")
            outcome.slowest = max(outcome.slowest, time.monotonic() - began)
        outcome.memory = _most_memory() - before
        if outcome.memory > BYTES:
            outcome.faults.append(f"{outcome.memory:,} bytes of memory")
    return outcome


class Slow(BaseException):
    """A reader took more than its time; no reader catches it."""


@contextlib.contextmanager
def _limited(seconds: float) -> Generator[None]:
    def end(_signal: int, _frame: FrameType | None) -> None:
        raise Slow(f"more than {seconds:g} seconds")

    usual = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


ROWS = np.arange(40.0).reshape(20, 2)
TARGETS = np.arange(20) % 2


def _npz(folder: Path) -> Path:
    np.savez(folder / "t.npz", X=ROWS, y=TARGETS)
    return folder / "t.npz"


def _npz_packed(folder: Path) -> Path:
    np.savez_compressed(folder / "t.npz", X=ROWS, y=TARGETS)
    return folder / "t.npz"


def _pickle(protocol: int) -> Callable[[Path], Path]:
    content = pickle.dumps((ROWS, TARGETS), protocol) if protocol else _python_2(ROWS, TARGETS)
    return lambda folder: _written(folder / "data.pkl", content)


def _python_2(*arrays: np.ndarray) -> bytes:
    """Return what Python 2 and NumPy 1 wrote with protocol 0 for a tuple of arrays."""
    parts: list[str] = []
    for array in arrays:
        sizes = "".join(f"I{size}\n" for size in array.shape)
        kind = f"{array.dtype.kind}{array.dtype.itemsize}"
        data = "".join(f"\\x{byte:02x}" for byte in array.tobytes())
        made = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
        parts.append(
            f"{made}(I1\n({sizes}tcnumpy\ndtype\n(S'{kind}'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI0\nS'{data}'\ntb"
        )
    return ("(" + "".join(parts) + "t.").encode("ascii")


def _state() -> dict[str, Any]:
    import torch

    return {"0.weight": torch.arange(6.0).reshape(2, 3), "0.bias": torch.zeros(2)}


def _safetensors(folder: Path) -> Path:
    from safetensors.torch import save_file

    said = {
        "format": 1, "input": {"channels": 1, "height": 8, "width": 8}, "classes": ["a", "b"], "data": "digits",
        "normalization": {"mean": [0.5], "std": [0.5], "permuted_pixels": False},
    }  # fmt: skip
    save_file(_state(), folder / "w.safetensors", {"striate": json.dumps(said)})
    return folder / "w.safetensors"


def _torch(zipped: bool) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        import torch

        torch.save({"epoch": 1, "state_dict": _state()}, folder / "w.pt", _use_new_zipfile_serialization=zipped)
        return folder / "w.pt"

    return make


def _into_net(path: Path) -> None:
    from torch import nn

    from striate.nets.weights.load import load_weights

    load_weights(nn.Sequential(nn.Linear(3, 2)), path)


def _tar(folder: Path) -> Path:
    layout = _small_layout()
    with tarfile.open(folder / layout.remote.file, "w:gz", format=tarfile.PAX_FORMAT) as made:
        for name, count in layout.records.items():
            info = tarfile.TarInfo(f"{layout.folder}/{name}")
            info.size, info.mtime = count * layout.record, 1.5
            made.addfile(info, io.BytesIO(bytes(info.size)))
    return folder / layout.remote.file


def _small_layout() -> Any:
    from striate.data.readers.layouts import CIFAR10

    return replace(CIFAR10, train_records=2, test_records=2)


def _read_tar(path: Path) -> object:
    from striate.data.readers.cifar import read

    return read(path, _small_layout())


def _idx(folder: Path) -> Path:
    content = struct.pack(">HBB3I", 0, 8, 3, 2, 4, 4) + bytes(range(32))
    return _written(folder / "i.gz", gzip.compress(content))


def _read_idx(path: Path) -> object:
    from striate.data.readers.idx import read_idx

    return read_idx(path, (2, 4, 4))


def _photographs(kind: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from PIL import Image

        drawn = np.random.default_rng(0).integers(0, 256, (3, 12, 12, 3), dtype=np.uint8)
        for number, pixels in enumerate(drawn):
            path = folder / "photos" / "train" / f"class{number % 2}" / f"{number}{kind}"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
        return folder / "photos" / "train" / "class0" / f"0{kind}"

    return make


def _read_folder(path: Path) -> object:
    from striate.data.photos.folder import load_folder

    return load_folder(path.parents[2], image_size=8)


def _run_file(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from striate.training.recipe.recipe import Recipe
        from striate.training.train import train

        recipe = Recipe(net="mlp", net_options={"hidden": [4]}, epochs=1, batch_size=512)
        train(recipe, folder / "run", warn=lambda _: None)
        return next((folder / "run").glob(name))

    return make


def _open_run(path: Path) -> object:
    from striate.training.folder.run import open_run

    folder = next(parent for parent in path.parents if parent.name == "run")
    run = open_run(folder)
    return run.history(), run.test()


def readers() -> dict[str, Reader]:
    """Return every reader by its name; what each needs is imported here, not where this module is."""
    from foreign_files import foreign
    from striate.data.readers.tabular import load_table

    def told(path: Path) -> object:
        from striate.training.starting.exported import metadata_of

        return metadata_of(path)

    made = [
        Reader("table .npz", _npz, load_table),
        Reader("table .npz, compressed", _npz_packed, load_table),
        Reader("table .pkl of Python 2", _pickle(0), load_table),
        Reader("table .pkl, protocol 2", _pickle(3), load_table),
        Reader("table .pkl, protocol 4", _pickle(4), load_table),
        Reader("weights .safetensors", _safetensors, _into_net),
        Reader("what an export says", _safetensors, told),
        Reader("weights .pt", _torch(True), _into_net),
        Reader("weights .pt, older form", _torch(False), _into_net),
        Reader("CIFAR tar.gz", _tar, _read_tar, gzip.decompress, lambda raw: gzip.compress(raw, 1)),
        Reader("IDX .gz", _idx, _read_idx, gzip.decompress, gzip.compress),
        *(
            Reader(f"photographs {kind}", _photographs(kind), _read_folder)
            for kind in (".png", ".jpg", ".bmp", ".webp")
        ),
        *(Reader(*one) for one in foreign()),
        *(Reader(f"run {name}", _run_file(name), _open_run) for name in ("recipe.json", "status.json", "history.csv")),
    ]
    return {reader.name: reader for reader in made}


def main() -> int:
    """Share ``--count`` mutations over all readers, print the table, and return 1 where there was a fault."""
    parser = argparse.ArgumentParser(description="Damage the files of every reader, and see how it ends.")
    parser.add_argument("--count", type=int, default=5000, help="mutations, over all readers")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="readers whose name holds this text")
    asked = parser.parse_args()
    chosen = [reader for name, reader in readers().items() if asked.only in name]
    say = sys.stdout.write
    say(f"{'reader':26}{'tried':>8}{'read':>8}{'refused':>9}{'faults':>8}{'slowest s':>11}{'MB':>6}\n")
    told: list[str] = []
    for reader in chosen:
        done = try_reader(reader, -(-asked.count // len(chosen)), asked.seed)
        ends = f"{sum(done.ends.values()):8,}{done.ends['read']:8,}{done.ends['refused']:9,}{len(done.faults):8,}"
        say(f"{reader.name:26}{ends}{done.slowest:11.2f}{done.memory >> 20:6,}\n")
        sys.stdout.flush()
        told += [f"{reader.name}, seed {asked.seed}, {fault}\n" for fault in done.faults[:FAULTS]]
    say("".join(told))
    return 1 if told else 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
