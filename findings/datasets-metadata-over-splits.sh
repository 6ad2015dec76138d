#!/usr/bin/env bash
# datasets 5.2.0: of an imagefolder with one metadata.csv above train/ and test/, the labels of that file are lost.
#
# The documentation knows a metadata.csv (file_name, and any columns) beside the images, and folders train/ and test/ for the
# splits. Here both are used, with one table for the whole, in whose column `label` are the classes. One would have guessed that
# the table is read for both splits, as it is where it lies inside each of them. Instead the column `label` becomes a class of
# its own, whose names are the folders ("test", "train"), and each image of the split train has the label None. Nothing is said.
# With a table in each folder the labels are those that it has. Seen:
#
#     one table above:   label ClassLabel(names=['test', 'train']), first row None
#     a table in each:   label Value('large_string'), first row cat
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pillow==12.3.0
cat > "$work/run.py" <<'PYTHON'
import csv
import sys
from pathlib import Path

import datasets
from PIL import Image

datasets.disable_progress_bars()


def write(folder: Path, rows: list[list[str]]) -> None:
    with (folder / "metadata.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["file_name", "label"], *rows])


def told(root: Path) -> str:
    train = datasets.load_dataset("imagefolder", data_dir=str(root), cache_dir=str(root.with_suffix(".cache")))["train"]
    return f"label {train.features['label']}, first row {train[0]['label']}"


work = Path(sys.argv[1])
for name in ("above", "each"):
    rows = {"train": [], "test": []}
    for split, several in rows.items():
        (work / name / split).mkdir(parents=True)
        for number, label in enumerate(("cat", "dog") * 2):
            Image.new("RGB", (8, 8), (40 * number, 0, 0)).save(work / name / split / f"{number}.png")
            several.append([f"{split}/{number}.png" if name == "above" else f"{number}.png", label])
        if name == "each":
            write(work / name / split, several)
    if name == "above":
        write(work / name, rows["train"] + rows["test"])
print("one table above:", told(work / "above"))
print("a table in each:", told(work / "each"))
PYTHON
seen=$(HF_HUB_OFFLINE=1 HF_HOME="$work/home" "$work/env/bin/python" "$work/run.py" "$work")
echo "$seen"
expected=$'one table above: label ClassLabel(names=[\'test\', \'train\']), first row None\na table in each: label Value(\'large_string\'), first row cat'
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
