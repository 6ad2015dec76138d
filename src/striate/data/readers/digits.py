"""The handwritten digits that scikit-learn carries: 1,797 grey images of 8 x 8, ten classes, no network needed.

Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI 1998 (its test part, as scikit-learn ships
it). A pixel counts the inked cells of a 4 x 4 patch, 0 to 16, and is scaled here to 0 to 255.
The set has no test split of its own; a fixed stratified fifth is set aside: `holdout` with fraction 0.2 and seed 0.

scikit-learn's file is read without importing scikit-learn: 0.01 s instead of 5 s (one run each, 2-core x86 server),
which every worker of a study would pay again. A test holds the result against ``sklearn.datasets.load_digits``.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import importlib.util
import zlib
from pathlib import Path

import numpy as np

from striate.base.errors import DataError, reason
from striate.data.imageset import Images, ImageSet, Labels, Split, holdout, image_set

TEST_FRACTION = 0.2
TEST_SEED = 0
_IMAGES = 1797


def load_digits() -> ImageSet:
    """Return the set: 1,438 train and 359 test images, uint8 (N, 8, 8, 1); no val.

    Raises DataError when scikit-learn, or the file in it, is absent or damaged.
    """
    images, labels = read_digits(locate())
    train, test = holdout(labels, TEST_FRACTION, TEST_SEED)
    return image_set(
        "digits",
        tuple(str(digit) for digit in range(10)),
        train=Split(images[train], labels[train]),
        test=Split(images[test], labels[test]),
        origin=f"scikit-learn {importlib.metadata.version('scikit-learn')}, digits.csv.gz",
        notes=("digits has no test split of its own: a fixed stratified fifth was set aside",),
    )


def locate() -> Path:
    """Return the path of the file inside the installed scikit-learn; raises DataError when that is not installed."""
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise DataError("digits comes with scikit-learn, which is not installed; install it with pip")
    return Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"


def read_digits(path: Path) -> tuple[Images, Labels]:
    """Return images uint8 (1797, 8, 8, 1) and labels int64 (1797,): each line is 64 pixels of 0..16 and a label."""
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            table = np.loadtxt(file, delimiter=",")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path} is absent or damaged ({reason(error)}); install scikit-learn again") from error
    right = table.shape == (_IMAGES, 65) and table.min() >= 0 and table[:, :64].max() <= 16 and table[:, 64].max() <= 9
    if not right:
        raise DataError(
            f"{path} holds {table.shape} values, and {(_IMAGES, 65)} with pixels from 0 to 16 and labels from 0 to 9"
            " are expected; install scikit-learn again"
        )
    pixels = np.rint(table[:, :64] * (255 / 16)).astype(np.uint8)
    return pixels.reshape(_IMAGES, 8, 8, 1), table[:, 64].astype(np.int64)
