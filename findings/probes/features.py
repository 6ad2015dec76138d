"""The published procedure for feature maps and three other rules on resnet20: which images they choose, and where they look.

python findings/probes/features.py WEIGHTS_FOLDER DATA_FOLDER    (writes features.json, features.png, maximize.png)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from striate.app.subject import open_subject
from striate.data import load
from striate.probes import probe
from striate.probes.features import RULES
from striate.reports.probe_colours import overlaid, scaled
from striate.reports.probe_pictures import Pixels, beside, bytes_of, patch

HERE = Path(__file__).parent
WANTED = {"conv1": (3, 8, 13), "layer2.1": (3, 8, 26), "layer3.2": (25, 51, 55)}
IMAGES = 100


def main(weights: Path, folder: Path) -> None:
    """Measure, draw and write."""
    subject = open_subject("resnet20", weights / "resnet20_cifar10.safetensors")
    cifar = load("cifar10", data_dir=folder)
    assert cifar.test is not None
    pixels = cifar.test.images[:IMAGES]
    record = probe.features(subject.net, subject.tensor(pixels), taps=list(WANTED), channels=WANTED)
    rows = record.facts["maps"]
    agreement = {
        rule: float(
            np.mean([len({f["image"] for f in row["published"]} & {f["image"] for f in row[rule]}) / 2 for row in rows])
        )
        for rule in RULES
    }
    told: dict[str, object] = {"images_shared_with_published": agreement, "maps": rows}
    lines = []
    for place, row in enumerate(rows):
        parts: list[Pixels] = []
        for rule in ("published", "local", "activation"):
            found = row[rule][0]
            values, _ = scaled(record.arrays[f"{rule}.heatmap"][place, 0].double().numpy())
            image = pixels[found["image"]]
            parts += [image, overlaid(image, values, signed=True), patch(image, found["window"], 32)]
        lines.append(beside(parts))
    sheet("features.png", lines, 2)
    made = probe.maximize(
        subject.net,
        subject.tensor(cifar.test.images[:500]),
        tap="layer2.1",
        channels=WANTED["layer2.1"],
        steps=128,
        top=7,
        mean=subject.inputs.mean,
        std=subject.inputs.std,
    )
    told["maximize"] = {k: made.facts[k] for k in ("tap", "channels", "steps", "largest")} | {
        "best_patch": [best[0]["value"] for best in made.facts["patches"]]
    }
    (HERE / "features.json").write_text(json.dumps(told, indent=1) + "\n")
    lines = []
    for place in range(3):
        cut = [patch(cifar.test.images[f["image"]], f["window"], 32) for f in made.facts["patches"][place]]
        lines.append(beside([bytes_of(made.arrays["pixels"][place].numpy()), *cut]))
    sheet("maximize.png", lines, 2)


def sheet(name: str, lines: list[Pixels], factor: int) -> None:
    """Write lines of pictures below each other, each pixel enlarged."""
    padded = [np.pad(line, ((0, 2), (0, 0), (0, 0)), constant_values=255) for line in lines]
    made = np.vstack(padded).repeat(factor, 0).repeat(factor, 1)
    Image.fromarray(made).quantize(128).save(HERE / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
