#!/usr/bin/env bash
# datasets 5.2.0: of two parquet files with their own class names, both are read with the names of the first: the test set's cats
# become birds, and its dogs become cats.
#
# Dataset.to_parquet writes the names of the classes into the file. A test set without a single bird, made from folders, has the
# classes cat and dog, numbers 0 and 1, where the training set has bird, cat and dog. One would have guessed that each split is
# read with the names in its own file, or that the two are refused, as concatenate_datasets does with them. Instead the names of
# the first file are given to all. Nothing is said, and a perfect net is right on no image of this test set. Seen:
#
#     the test file alone: cat dog, numbers 0 1 of ['cat', 'dog']
#     beside the training file: bird cat, numbers 0 1 of ['bird', 'cat', 'dog']
#     both as shards of one split: bird cat dog bird cat
#     concatenate_datasets: refused, ValueError
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check datasets==5.2.0
cat > "$work/run.py" <<'PYTHON'
import sys
from pathlib import Path

import datasets

datasets.disable_progress_bars()
work = Path(sys.argv[1])


def write(name: str, classes: list[str]) -> datasets.Dataset:
    """A file of one row a class."""
    features = datasets.Features({"label": datasets.ClassLabel(names=classes)})
    made = datasets.Dataset.from_dict({"label": list(range(len(classes)))}, features=features)
    made.to_parquet(work / f"{name}.parquet")
    return made


def names(split: datasets.Dataset) -> str:
    return " ".join(split.features["label"].int2str(list(split["label"])))


def told(split: datasets.Dataset) -> str:
    return f"{names(split)}, numbers {' '.join(map(str, split['label']))} of {split.features['label'].names}"


def read(files: object) -> datasets.DatasetDict:
    return datasets.load_dataset("parquet", data_files=files, cache_dir=str(work / "cache"))


both = [write("train", ["bird", "cat", "dog"]), write("test", ["cat", "dog"])]
train, test = (str(work / f"{name}.parquet") for name in ("train", "test"))
print("the test file alone:", told(read({"test": test})["test"]))
print("beside the training file:", told(read({"train": train, "test": test})["test"]))
print("both as shards of one split:", names(read([train, test])["train"]))
try:
    print("concatenate_datasets:", names(datasets.concatenate_datasets(both)))
except ValueError as error:
    print("concatenate_datasets: refused,", type(error).__name__)
PYTHON
seen=$(HF_HUB_OFFLINE=1 HF_HOME="$work/home" "$work/env/bin/python" "$work/run.py" "$work")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
