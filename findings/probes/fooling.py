"""From what `striate probe fool` wrote, twice, to one small finding: figures, the pairs that transfer, and a sheet of pictures.

python findings/probes/fooling.py BARELY.json SURELY.json BARELY.npz PAGE_FOLDER    (writes fooling.json, fooling.png)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
PAIRS = ("02", "04", "06", "12", "20")
PANELS = ("original", "fooled", "difference", "magnified")


def main(barely: Path, surely: Path, arrays: Path, page: Path) -> None:
    """Collect and write."""
    told: dict[str, object] = {}
    for file in (barely, surely):
        facts = json.loads(file.read_text(encoding="utf-8"))["facts"]
        told[f"confidence {facts['confidence']:g}"] = facts
    with np.load(arrays, allow_pickle=False) as found:
        hits = found["hits"][1:].sum(0)
        transfer = facts["transfer"]
        places = np.argsort(-hits, axis=None, kind="stable")[:6]
        told["pairs_that_transfer_most"] = [
            {
                "source": transfer["sources"][p // hits.shape[1]],
                "target": transfer["targets"][p % hits.shape[1]],
                "hits": int(n),
            }
            for p, n in zip(places.tolist(), hits.flatten()[places].tolist(), strict=True)
            if n
        ]
    (HERE / "fooling.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    rows = [np.hstack([panel(page, pair, name) for name in PANELS]) for pair in PAIRS]
    Image.fromarray(np.vstack(rows)).quantize(128).save(HERE / "fooling.png", optimize=True)


def panel(page: Path, pair: str, name: str) -> np.ndarray:
    """Return one picture of a page at 64 pixels, with a thin frame."""
    (file,) = page.glob(f"{pair}-*-{name}.png")
    with Image.open(file) as picture:
        small = np.asarray(picture.convert("RGB").resize((64, 64), Image.Resampling.NEAREST))
    return np.pad(small, ((0, 2), (0, 2), (0, 0)), constant_values=255)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:5]))
