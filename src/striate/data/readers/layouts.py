"""The data sets that are published as files of their own form: which files, where they come from, and where they lie here.

Nothing here loads NumPy: the list of the data sets asks only where they are. Sources as in the readers, `cifar` and `idx`.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, reason
from striate.data.readers.download import Remote, is_file, roots

TABLES = (".npz", ".pkl")
"""How the names of files end that hold a table."""
_PIXELS = 3 * 32 * 32
_KRIZHEVSKY = "https://www.cs.toronto.edu/~kriz/"

_FINE_CLASSES = (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can"
    " castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin"
    " elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster"
    " man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck"
    " pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk"
    " skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger"
    " tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm"
)


@dataclass(frozen=True)
class CifarLayout:
    """What an archive must hold: ``records`` images in each file, and ``labels`` bytes before each image's pixels."""

    name: str
    remote: Remote
    folder: str
    train_files: tuple[str, ...]
    test_files: tuple[str, ...]
    train_records: int
    test_records: int
    label_bytes: int
    classes: tuple[str, ...]

    @property
    def record(self) -> int:
        """Bytes of one image with its labels; the last label byte is the one used."""
        return self.label_bytes + _PIXELS

    @property
    def records(self) -> dict[str, int]:
        """Images in each file."""
        train = dict.fromkeys(self.train_files, self.train_records)
        return train | dict.fromkeys(self.test_files, self.test_records)

    def locate(self, data_dir: Path | None) -> Path | None:
        """Return the archive, or the folder of unpacked .bin files, in the first root that has either."""
        for root in roots(data_dir):
            if is_file(archive := root / self.remote.file):
                return archive
            if os.path.isdir(folder := root / self.folder):
                return folder
        return None


CIFAR10 = CifarLayout(
    name="cifar10",
    remote=Remote(
        "cifar-10-binary.tar.gz", f"{_KRIZHEVSKY}cifar-10-binary.tar.gz", "md5:c32a1d4ab5d03f1284b67883e8d87530"
    ),
    folder="cifar-10-batches-bin",
    train_files=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    test_files=("test_batch.bin",),
    train_records=10_000,
    test_records=10_000,
    label_bytes=1,
    classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
)

CIFAR100 = CifarLayout(
    name="cifar100",
    remote=Remote(
        "cifar-100-binary.tar.gz", f"{_KRIZHEVSKY}cifar-100-binary.tar.gz", "md5:03b5dce01913d631647c71ecec9e9cb8"
    ),
    folder="cifar-100-binary",
    train_files=("train.bin",),
    test_files=("test.bin",),
    train_records=50_000,
    test_records=10_000,
    label_bytes=2,
    classes=tuple(_FINE_CLASSES.split()),
)


IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class IdxLayout:
    """Where the four files may lie under a root, how many images they hold, and where they come from.

    ``opening`` are the first ten training labels: both sets use the same file names, and these tell them apart.
    """

    name: str
    folders: tuple[str, ...]
    remotes: tuple[Remote, ...]
    classes: tuple[str, ...]
    opening: bytes
    train_records: int = 60_000
    test_records: int = 10_000
    side: int = 28

    def locate(self, data_dir: Path | None) -> Path | None:
        """Return the first folder that has all four files and does not hold the other data set of the same file names."""
        for root in roots(data_dir):
            for place in self.folders:
                paths = [idx_file(root / place, name) for name in IDX_FILES]
                if all(paths) and paths[1] and self.other(paths[1]) is None:
                    return root / place
        return None

    def other(self, labels: Path) -> str | None:
        """Return the name of the other data set when these training labels are certainly its own."""
        try:
            opening = unpacked(labels, 18)[8:]
        except DataError:
            return None  # what is damaged is reported when it is read
        others = (other for other in (MNIST, FASHION_MNIST) if other.name != self.name)
        return next((other.name for other in others if other.opening == opening), None)


def _remotes(address: str, hashes: Sequence[str]) -> tuple[Remote, ...]:
    return tuple(
        Remote(f"{file}.gz", f"{address}{file}.gz", f"md5:{md5}") for file, md5 in zip(IDX_FILES, hashes, strict=True)
    )


MNIST = IdxLayout(
    name="mnist",
    folders=("MNIST/raw", "mnist", "."),
    remotes=_remotes(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
    ),
    classes=tuple(str(digit) for digit in range(10)),
    opening=bytes((5, 0, 4, 1, 9, 2, 1, 3, 1, 4)),
)

FASHION_MNIST = IdxLayout(
    name="fashion-mnist",
    folders=("FashionMNIST/raw", "fashion-mnist", "."),
    remotes=_remotes(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    ),
    classes=(
        "t-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
    opening=bytes((9, 0, 0, 3, 0, 2, 7, 2, 5, 5)),
)


def unpacked(path: Path, limit: int) -> bytes:
    """Return at most ``limit`` bytes of ``path``, decompressed: what is too long is seen without unpacking it all."""
    parts: list[bytes] = []
    length = 0
    try:
        with open_regular(path) as file, gzip.open(file, "rb") if path.suffix == ".gz" else file as stream:
            while length < limit and (part := stream.read(min(1 << 20, limit - length))):
                parts.append(part)
                length += len(part)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} is damaged or cut off after {length:,} unpacked bytes ({reason(error)}); fetch it again"
        ) from error
    return b"".join(parts)


def idx_file(folder: Path, name: str) -> Path | None:
    """Return the file of this name in ``folder``, gzip-compressed or not; None where there is none."""
    for path in (folder / f"{name}.gz", folder / name, folder / name.replace("-idx", ".idx")):
        if is_file(path):
            return path
    return None
