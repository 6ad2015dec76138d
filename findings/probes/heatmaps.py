"""The heatmap probes on published weights: one strip of pictures for each net, and what the checks say of each map.

resnet20 on the first test images of CIFAR-10, MobileNet V1 (width 0.25) on photographs that come with scikit-image.
python findings/probes/heatmaps.py WEIGHTS_FOLDER DATA_FOLDER [resnet20|mobilenet-v1]
(writes heatmaps-NET.png, heatmaps-NET.json and filters.png)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data as photographs

from striate.app.inputs.images import pictures
from striate.app.inputs.opened_net import Subject, open_subject
from striate.data.photos.picture import Picture, all_fitted
from striate.probes import probe
from striate.probes.checks.sanity import checked
from striate.probes.facts import Facts, json_of
from striate.probes.record import Record
from striate.reports.kit.colours import overlaid, scaled

HERE = Path(__file__).parent
PHOTOGRAPHS = ("cat", "coffee")
TESTS = 20  # images of CIFAR-10 that the checks are asked of
SHOWN = 4
Probe = Callable[..., Record[Facts]]


def methods(side: int) -> dict[str, Probe]:
    """Return the maps to compare; occlusion by patches of a quarter of the edge, every eighth."""
    samples, steps = (25, 50) if side == 32 else (10, 20)
    return {
        "gradient": probe.saliency,
        "smoothgrad": partial(probe.saliency, method="smoothgrad", samples=samples),
        "integrated": partial(probe.saliency, method="integrated", steps=steps),
        "gradcam": probe.gradcam,
        "occlusion": partial(probe.occlusion, window=side // 4, stride=side // 8),
    }


def look(subject: Subject, seen: list[Picture], edge: int) -> dict[str, object]:
    """Write the strip of pictures, one row for each image, and return the numbers of the checks."""
    images = all_fitted(seen, subject.inputs.image_shape)
    x = subject.tensor(images)
    columns = [list(images[:SHOWN])]
    told: dict[str, object] = {}
    for name, run in methods(x.shape[2]).items():
        record = run(subject.net, x)
        checks = json_of(checked(record, subject.net, x, run).checks[""])
        told[name] = {
            "stages": checks["cascade"]["stages"],
            "rank_correlations": [round(value, 3) for value in checks["cascade"]["means"]],
            "areas": {key: round(value, 3) for key, value in checks["curves"]["areas"].items()},
            "conclusions": checks["conclusions"],
        }
        share = 0.99 if record.probe == "saliency" else 1.0
        maps = [scaled(heat.double().numpy(), share)[0] for heat in record.heatmap[:SHOWN]]
        columns.append([overlaid(i, m, signed=record.signed) for i, m in zip(images[:SHOWN], maps, strict=True)])
        classes = [subject.inputs.classes[s.target] if subject.inputs.classes else s.target for s in record.scores]
        told["explained"] = classes[:SHOWN]
        sys.stdout.write(f"{subject.name} {name} {json.dumps(told[name])}\n")
    write([list(row) for row in zip(*columns, strict=True)], edge, HERE / f"heatmaps-{subject.name}.png")
    return told


def write(rows: list[list[np.ndarray]], edge: int, path: Path) -> None:
    """Write pictures in rows, each ``edge`` pixels wide, 6 apart on white."""
    resample = Image.Resampling.NEAREST if rows[0][0].shape[0] < edge else Image.Resampling.LANCZOS
    sheet = Image.new("RGB", (len(rows[0]) * (edge + 6) - 6, len(rows) * (edge + 6) - 6), "white")
    for y, row in enumerate(rows):
        for x, pixels in enumerate(row):
            sheet.paste(Image.fromarray(pixels).resize((edge, edge), resample), (x * (edge + 6), y * (edge + 6)))
    sheet.quantize(192, method=Image.Quantize.MEDIANCUT).save(path, optimize=True)


def filters(subjects: list[Subject]) -> None:
    """Write the first-layer filters of both nets, strongest first."""
    rows = []
    for subject in subjects:
        record = probe.filters(subject.net)
        weights, norms = (record.arrays[key].numpy() for key in ("filters", "norms"))
        largest = np.abs(weights).max()
        order = np.argsort(-norms, kind="stable")
        rows += [[np.round((weights[k] / largest + 1).transpose(1, 2, 0) * 127.5).astype(np.uint8) for k in order[:8]]]
    write(rows, 48, HERE / "filters.png")


def main() -> None:
    """Look, and write."""
    weights, data = Path(sys.argv[1]), Path(sys.argv[2])
    small = open_subject("resnet20", weights / "resnet20_cifar10.safetensors")
    options = {"width": 0.25}
    large = open_subject("mobilenet-v1", weights / "mobilenetv1_025_imagenet.safetensors", options=options)
    tests = pictures([f"cifar10:{place}" for place in range(TESTS)], data)
    photos = [Picture(name, getattr(photographs, name)(), name) for name in PHOTOGRAPHS]
    filters([small, large])
    for subject, seen, edge in ((small, tests, 128), (large, photos, 160)):
        if subject.name in (sys.argv[3:] or [subject.name]):
            told = look(subject, seen, edge)
            (HERE / f"heatmaps-{subject.name}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()
