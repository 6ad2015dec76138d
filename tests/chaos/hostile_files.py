"""Hostile files, each with a command that reads it."""

from __future__ import annotations

import io
import os
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

Made = tuple[tuple[str, ...], Callable[[], object], tuple[int, ...]]
REFUSED = (2, 3)


class Runs:
    """What a pickle that runs a command is made of."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch MARK",)


def npy(shape: str, kind: str = "<f8", body: bytes = b"") -> bytes:
    """Return an array file that claims a shape."""
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b" " * (63 - (len(head) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + body


def zipped(members: dict[str, bytes], swollen: int = 0) -> bytes:
    """Return an archive; ``swollen`` zeros are added to the last member, compressed to little."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(content)
                for _ in range(swollen >> 20 if name == list(members)[-1] else 0):
                    file.write(bytes(1 << 20))
    return made.getvalue()


def encrypted(content: bytes) -> bytes:
    """Return an archive whose members claim to be encrypted."""
    made = bytearray(content)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(sign)
        while at >= 0:
            made[at + place] |= 1
            at = made.find(sign, at + 4)
    return bytes(made)


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a picture that claims a size, with what follows its head."""
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    parts = [struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in (head, *chunks)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tables() -> dict[str, bytes]:
    """Return hostile tables, by name."""
    good = {"X.npy": npy("(2, 2)", body=bytes(32)), "y.npy": npy("(2,)", "<i8", bytes(16))}
    huge = npy("(99999999, 99999999)")
    return {
        "bomb.npz": zipped({"y.npy": good["y.npy"], "X.npy": npy("(549755813888,)")}, 1 << 30),
        "large.npz": zipped({"y.npy": good["y.npy"], "X.npy": npy("(16777216, 2)")}, 1 << 28),
        "encrypted.npz": encrypted(zipped(good)),
        "absurd.npz": zipped({"X.npy": huge, "y.npy": good["y.npy"]}),
        "negative.npz": zipped({"X.npy": npy("(-5, 2)"), "y.npy": good["y.npy"]}),
        "objects.npz": zipped({"X.npy": npy("(2,)", "|O", pickle.dumps(Runs())), "y.npy": good["y.npy"]}),
        "up.npz": zipped({"../../trap.npy": good["X.npy"], "y.npy": good["y.npy"]}),
        "many.npz": zipped({f"{n}.npy": b"" for n in range(20_000)}),
        "plain.npz": b"X,y\n1,2\n",
        "empty.npz": b"",
        "half.npz": zipped(good)[:90],
        "deep.npz": npy("(" * 3000 + ")" * 3000),
        "system.pkl": pickle.dumps(Runs()),
        "system0.pkl": b"cos\nsystem\n(S'touch MARK'\ntR.",
        "eval.pkl": b"cbuiltins\neval\n(V__import__('os').system('touch MARK')\ntR.",
        "index.pkl": b"\x80\x02Kar\xff\xff\xff\x7f.",
        "long.pkl": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"x.",
        "nested.pkl": b"\x80\x02" + b"]" * 200_000 + b".",
        "tuples.pkl": b"\x80\x02)" + b"\x85" * 200_000 + b".",
        "number.pkl": b"I" + b"9" * 100_000 + b"\n.",
        "list.pkl": b"\x80\x04" + b"]\x94(" * 1 + b"h\x00" * 100_000 + b"e.",
    }


def weights() -> dict[str, bytes]:
    """Return hostile files of weights, by name."""
    said = b'{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,4]}}'
    return {
        "system.pt": pickle.dumps(Runs(), 2),
        "system-zip.pt": zipped({"a/data.pkl": pickle.dumps(Runs(), 2), "a/version": b"3\n"}),
        "bomb.pt": zipped({"a/data.pkl": b"\x80\x02}.", "a/version": b"3\n", "a/data/0": b""}, 1 << 30),
        "long.safetensors": struct.pack("<Q", 1 << 60) + b"{}",
        "shape.safetensors": struct.pack("<Q", len(said)) + said + bytes(4),
        "nested.safetensors": struct.pack("<Q", 200_000) + b"[" * 200_000,
        "list.safetensors": struct.pack("<Q", 2) + b"[]",
        "metadata.safetensors": struct.pack("<Q", 40) + b'{"__metadata__":{"striate":"[[[["}}'.ljust(40),
        "empty.pt": b"",
        "text.pt": b"once upon a time",
        "half.pt": zipped({"a/data.pkl": b"\x80\x02}."})[:50],
        "weights.npz": zipped({"X.npy": npy("(99999999, 99999999)")}),
    }


def odd(make: Callable[[str], object]) -> Callable[[str], object]:
    """Return ``make`` for a name whose folders may be missing."""

    def made(name: str) -> None:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        make(name)

    return made


# What is not a file, by name.
KINDS: dict[str, Callable[[str], object]] = {
    "a pipe": odd(os.mkfifo),
    "a link to itself": odd(lambda name: os.symlink(Path(name).name, name)),
    "a link to nothing": odd(lambda name: os.symlink("/nowhere/at/all", name)),
    "a link to zeros": odd(lambda name: os.symlink("/dev/zero", name)),
    "a link to passwords": odd(lambda name: os.symlink("/etc/passwd", name)),
    "a folder": odd(os.mkdir),
}


def photographs(content: bytes | None, kind: Callable[[str], object] | None = None) -> Callable[[], None]:
    """Return what makes an image folder of two classes with one hostile image in it."""

    def make() -> None:
        from PIL import Image

        for number in range(12):
            path = Path(f"photos/train/class{number % 2}/{number}.png")
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (12, 12), (20 * number, 0, 0)).save(path)
        if content is not None:
            Path("photos/train/class0/hostile.png").write_bytes(content)
        if kind is not None:
            kind("photos/train/class0/hostile.png")

    return make


def archives() -> Iterator[Made]:
    """Yield (command, what makes its file, exit codes) for hostile files that are read."""

    def written(name: str, content: bytes) -> Callable[[], object]:
        return lambda: Path(name).write_bytes(content)

    for name, content in tables().items():
        yield ("train", "--data", name, "--epochs", "1", "--out", "new"), written(name, content), REFUSED
    for name, content in weights().items():
        for words in (
            ("test", "mlp", "--data", "digits"),
            ("export", "mlp", "--out", "made.onnx", "--trained-on", "digits"),
        ):
            yield (*words, "--weights", name), written(name, content), REFUSED
    for kind in KINDS.values():
        for name in ("t.npz", "t.pkl", "t.csv"):
            yield ("train", "--data", name, "--out", "new"), lambda k=kind, n=name: k(n), REFUSED
        yield ("test", "mlp", "--data", "digits", "--weights", "w.pt"), lambda k=kind: k("w.pt"), REFUSED
        yield ("study", "./mine.py", "--out", "s"), lambda k=kind: k("mine.py"), REFUSED
        yield ("show", "run", "folder"), lambda k=kind: k("folder/recipe.json"), REFUSED
        yield ("show", "study", "folder"), lambda k=kind: k("folder/study.json"), REFUSED
        yield ("probe", "saliency", "run", "picture.png", "--out", "page"), lambda k=kind: k("picture.png"), REFUSED
        told = ("train", "--data", "photos", "--set", "image_size=8", "--epochs", "1", "--out", "new")
        yield told, photographs(None, kind), (0, 2, 3)
    waits = written("mine.py", b"input()\n")
    yield ("study", "./mine.py", "--out", "s"), waits, REFUSED
    huge = (b"IDAT", zlib.compress(bytes(100_000)))
    pictures = (
        png(50_000, 50_000, huge), png(2**31 - 1, 2**31 - 1), png(0, 0), b"", b"<svg onload='x'/>",
        png(12, 12, (b"iCCP", b"x\0\0" + zlib.compress(bytes(1 << 26))), huge), png(12, 12, (b"tEXt", bytes(1 << 20)), huge),
        png(12, 12, (b"zTXt", b"x\0\0" + zlib.compress(bytes(1 << 28))), huge),
    )  # fmt: skip
    for content in pictures:
        told = ("train", "--data", "photos", "--set", "image_size=8", "--epochs", "1", "--out", "new")
        yield told, photographs(content), (0, 2, 3)
        yield ("probe", "saliency", "run", "p.png", "--out", "page"), written("p.png", content), (0, 2, 3)
    yield from tars()


def tars() -> Iterator[Made]:
    """Yield training on a stored archive of CIFAR-10 that is another one than it should be."""

    def stored(fill: Callable[[tarfile.TarFile], object]) -> Callable[[], object]:
        def make() -> None:
            Path("data").mkdir()
            with tarfile.open("data/cifar-10-binary.tar.gz", "w:gz") as made:
                fill(made)

        return make

    def member(made: tarfile.TarFile, name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, link, size
        made.addfile(info, io.BytesIO(bytes(size)))

    fills: tuple[Callable[[tarfile.TarFile], object], ...] = (
        lambda made: member(made, "../../trap"),
        lambda made: member(made, "cifar-10-batches-bin/data_batch_1.bin", tarfile.SYMTYPE, "/etc/passwd"),
        lambda made: member(made, "cifar-10-batches-bin/data_batch_1.bin", tarfile.FIFOTYPE),
        lambda made: member(made, "x" * 5000),
        lambda made: member(made, "cifar-10-batches-bin/data_batch_1.bin", size=1 << 27),
        lambda made: [member(made, f"{n}") for n in range(5000)],
    )
    for fill in fills:
        yield ("train", "--data", "cifar10", "--data-dir", "data", "--out", "new"), stored(fill), REFUSED
