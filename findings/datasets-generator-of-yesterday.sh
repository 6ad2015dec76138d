#!/usr/bin/env bash
# datasets 5.2.0: Dataset.from_generator gives the images of the first time, also when the folder that it reads has others.
#
# What a generator yields is kept in a cache, under a fingerprint of its code and of what it is called with. What it reads is in
# neither, so one would have guessed that the generator is asked anew by each program. But the same program, begun again after
# one image has been moved to the class where it belongs and two were added, trains on the set as it was. With the same folder
# load_dataset("imagefolder") sees the change, and so does Dataset.from_list. Nothing is said. Seen:
#
#     first program: from_generator cat cat dog, imagefolder cat cat dog, from_list cat cat dog
#     folder changed: from_generator cat cat dog, imagefolder cat dog dog dog dog, from_list cat dog dog dog dog
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check datasets==5.2.0 pillow==12.3.0
cat > "$work/run.py" <<'PYTHON'
import sys
from collections.abc import Iterator
from pathlib import Path

import datasets

datasets.disable_progress_bars()


def images(folder: Path) -> Iterator[dict[str, str]]:
    for file in sorted(folder.glob("*/*.png")):
        yield {"image": str(file), "label": file.parent.name}


folder = Path(sys.argv[1])
named = datasets.load_dataset("imagefolder", data_dir=str(folder))["train"]
print(
    "from_generator",
    *datasets.Dataset.from_generator(images, gen_kwargs={"folder": folder})["label"],
    "imagefolder",
    *named.features["label"].int2str(list(named["label"])),
    "from_list",
    *datasets.Dataset.from_list(list(images(folder)))["label"],
)
PYTHON
cat > "$work/draw.py" <<'PYTHON'
import sys
from pathlib import Path

from PIL import Image

for number, path in enumerate(sys.argv[1:]):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), (20 * number, 0, 0)).save(path)
PYTHON
export HF_HUB_OFFLINE=1 HF_HOME="$work/home"
python="$work/env/bin/python" pets="$work/pets"
"$python" "$work/draw.py" "$pets"/{cat/1,cat/2,dog/3}.png
first=$("$python" "$work/run.py" "$pets")
mv "$pets/cat/2.png" "$pets/dog/2.png"
"$python" "$work/draw.py" "$pets"/dog/{4,5}.png
second=$("$python" "$work/run.py" "$pets")
seen=$(printf 'first program: %s\nfolder changed: %s' "$first" "$second" |
    sed 's/ imagefolder/, imagefolder/; s/ from_list/, from_list/')
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
