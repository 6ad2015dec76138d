"""The published procedure for feature maps and three other rules: which images they choose, and where they look.

python findings/probes/features.py WEIGHTS_FOLDER DATA_FOLDER          resnet20 (features.json, features.png, maximize.png)
python findings/probes/features.py WEIGHTS_FOLDER DATA_FOLDER RUN      the net of a run, which has the taps conv1, conv2 and
                                                                       conv4 (features-convnet.json, features-convnet.png)
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from striate.app.inputs.opened_net import Subject, open_subject
from striate.data import load
from striate.data.imageset import Images
from striate.probes import probe
from striate.probes.channels.features import RULES
from striate.probes.checks.sanity import checked_features
from striate.probes.facts import json_of
from striate.reports.kit.colours import overlaid, scaled
from striate.reports.kit.pictures import Pixels, beside, bytes_of, patch

HERE = Path(__file__).parent
WANTED = {"conv1": (3, 8, 13), "layer2.1": (3, 8, 26), "layer3.2": (25, 51, 55)}
PUBLISHED = {"conv1": (3, 8, 26), "conv2": (3, 37, 49), "conv4": (25, 51, 55)}  # the channels that the solution shows
IMAGES = 100


def main(weights: Path, folder: Path, run: str = "") -> None:
    """Measure, draw and write."""
    cifar = load("cifar10", data_dir=folder)
    assert cifar.test is not None
    pixels = cifar.test.images
    if run:
        told = look(open_subject(run), PUBLISHED, pixels[:IMAGES], "features-convnet.png")
        (HERE / "features-convnet.json").write_text(json.dumps(told, indent=1) + "\n")
        return
    subject = open_subject("resnet20", weights / "resnet20_cifar10.safetensors")
    told = look(subject, WANTED, pixels[:IMAGES], "features.png")
    told["maximize"] = climb(subject, pixels[:500])
    (HERE / "features.json").write_text(json.dumps(told, indent=1) + "\n")


def look(subject: Subject, wanted: dict[str, tuple[int, ...]], pixels: Images, picture: str) -> dict[str, object]:
    """Draw the first image of each map under three rules, and return the choices of all rules and the checks of their maps."""
    x = subject.tensor(pixels)
    record = checked_features(probe.features(subject.net, x, taps=list(wanted), channels=wanted), subject.net, x)
    rows = record.facts.maps
    agreement = {
        rule: float(
            np.mean(
                [
                    len({f.image for f in row.rules["published"]} & {f.image for f in row.rules[rule]}) / 2
                    for row in rows
                ]
            )
        )
        for rule in RULES
    }
    lines = []
    for place, row in enumerate(rows):
        parts: list[Pixels] = []
        for rule in ("published", "local", "activation"):
            found = row.rules[rule][0]
            values, _ = scaled(record.arrays[f"{rule}.heatmap"][place, 0].double().numpy())
            image = pixels[found.image]
            parts += [image, overlaid(image, values, signed=True), patch(image, found.window, 32)]
        lines.append(beside(parts))
    sheet(picture, lines, 2)
    checks = {rule: asdict(made.conclusions) for rule, made in record.checks.items()}
    return {"images_shared_with_published": agreement, "checks": checks, "maps": json_of(rows)}


def climb(subject: Subject, pixels: Images) -> dict[str, object]:
    """Draw what excites three channels of layer2.1 beside the best patches, and return how much each does."""
    made = probe.maximize(
        subject.net,
        subject.tensor(pixels),
        tap="layer2.1",
        channels=WANTED["layer2.1"],
        steps=128,
        top=7,
        mean=subject.inputs.mean,
        std=subject.inputs.std,
    )
    lines = []
    for place in range(3):
        cut = [patch(pixels[f.image], f.window, 32) for f in (made.facts.patches or ())[place]]
        lines.append(beside([bytes_of(made.arrays["pixels"][place].numpy()), *cut]))
    sheet("maximize.png", lines, 2)
    told: dict[str, object] = {k: getattr(made.facts, k) for k in ("tap", "channels", "steps", "largest")}
    return told | {"best_patch": [best[0].value for best in made.facts.patches or ()]}


def sheet(name: str, lines: list[Pixels], factor: int) -> None:
    """Write lines of pictures below each other, each pixel enlarged."""
    padded = [np.pad(line, ((0, 2), (0, 0), (0, 0)), constant_values=255) for line in lines]
    made = np.vstack(padded).repeat(factor, 0).repeat(factor, 1)
    Image.fromarray(made).quantize(128).save(HERE / name, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
