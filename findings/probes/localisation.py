"""Localisation on published weights: CIFAR-10 nets on canvases with known boxes, MobileNet V1 on photographs of full size.

The photographs come with scikit-image. Scenes are four times as wide as an object, three objects of different classes in each.
python findings/probes/localisation.py WEIGHTS_FOLDER DATA_FOLDER    (writes localisation.json, scenes.png, photographs.png)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage import data as photographs

from striate.app.inputs.opened_net import Subject, open_subject
from striate.base.seeds import generator
from striate.data import load
from striate.probes import probe
from striate.probes.facts import json_of
from striate.probes.places.scenes import found, scenes
from striate.reports.kit.colours import overlaid, scaled
from striate.reports.kit.pictures import Pixels, beside, framed

HERE = Path(__file__).parent
SCENES = 100
TRUTH = (0, 200, 80)  # the colour of the true boxes
# Photograph, its class of ImageNet.
PHOTOGRAPHS = {
    "chelsea": (285, "Egyptian cat"),
    "coffee": (967, "espresso"),
    "rocket": (657, "missile"),
    "astronaut": (None, ""),
}


def main(weights: Path, folder: Path) -> None:
    """Measure, draw and write."""
    told: dict[str, object] = {"scenes": {}, "photographs": {}}
    cifar = load("cifar10", data_dir=folder)
    assert cifar.test is not None
    made = {
        b: scenes(cifar.test, generator(0, "evaluation"), count=SCENES, objects=3, background=b)
        for b in ("black", "mean", "noise")
    }
    for name in ("resnet20", "resnet56"):
        subject = open_subject(name, weights / f"{name}_cifar10.safetensors")
        backgrounds = made if name == "resnet20" else {"mean": made["mean"]}
        for background, each in backgrounds.items():
            seen = found(subject.net, subject.tensor(each.images), each, native=(32, 32))
            told["scenes"][f"{name}, {background}"] = json_of(seen)  # pyright: ignore[reportIndexIssue]
        if name == "resnet20":
            save("scenes.png", [drawn_scene(subject, made["mean"], i) for i in range(3)])
    subject = open_subject("mobilenet-v1", weights / "mobilenetv1_025_imagenet.safetensors")
    rows: list[list[Pixels]] = []
    for name, (target, _) in PHOTOGRAPHS.items():
        for scale in ((1.0,), (1.0, 2.0)):
            row, numbers = photograph(subject, name, target, scale)
            told["photographs"][f"{name}, scale {scale}"] = numbers  # pyright: ignore[reportIndexIssue]
            if scale == (1.0,):
                rows.append(row)
    save("photographs.png", rows)
    (HERE / "localisation.json").write_text(json.dumps(told, indent=1) + "\n")


def drawn_scene(subject: Subject, made: object, place: int) -> list[Pixels]:
    """Return a scene with its true boxes, and for each object the response with the box found and the true one."""
    pixels = made.images[place]  # pyright: ignore[reportAttributeAccessIssue]
    truths, labels = made.boxes[place].tolist(), made.labels[place].tolist()  # pyright: ignore[reportAttributeAccessIssue]
    x = subject.tensor(np.repeat(pixels[None], len(labels), 0))
    record = probe.localise(subject.net, x, target=labels, native=(32, 32))
    shown = pixels
    for truth in truths:
        shown = framed(shown, truth, TRUTH)
    return [shown, *(over(pixels, record, i, truths[i]) for i in range(len(labels)))]


def over(pixels: Pixels, record: object, place: int, truth: list[int] | None = None) -> Pixels:
    """Return the response over the picture, with its box, and the true one where it is known."""
    heatmap = record.heatmap[place].double().numpy()  # pyright: ignore[reportAttributeAccessIssue]
    values, _ = scaled((heatmap - np.median(heatmap)).clip(0))
    made = overlaid(pixels, values, signed=False)
    if truth is not None:
        made = framed(made, truth, TRUTH)
    return framed(made, record.facts.boxes[place])  # pyright: ignore[reportAttributeAccessIssue]


def photograph(
    subject: Subject, name: str, target: int | None, scale: tuple[float, ...]
) -> tuple[list[Pixels], object]:
    """Return the photograph and the response to a class, and the numbers."""
    pixels = np.asarray(getattr(photographs, name)())
    record = probe.localise(subject.net, subject.tensor(pixels[None]), target=target, scale=scale, native=(224, 224))
    score = record.scores[0]
    with torch.no_grad():
        whole = torch.softmax(subject.net(subject.tensor(pixels[None])), 1)[0]
    numbers = {
        "size": list(pixels.shape[:2]),
        "maps": record.facts.maps,
        "class": score.target,
        "probability_at_its_place": round(score.probability, 4),
        "best_class_at_its_place": score.predicted,
        "probability_of_the_whole": round(float(whole[score.target]), 4),
        "best_class_of_the_whole": int(whole.argmax()),
        "peak": record.arrays["peak"][0].tolist(),
        "box": record.facts.boxes[0],
    }
    return [framed(pixels, record.facts.boxes[0]), over(pixels, record, 0)], numbers


def save(name: str, rows: list[list[Pixels]]) -> None:
    """Write rows of pictures as one small sheet."""
    side = 160
    lines = []
    for row in rows:
        small = [np.asarray(Image.fromarray(p).resize((side * p.shape[1] // p.shape[0], side))) for p in row]
        lines.append(beside(small))
    width = max(line.shape[1] for line in lines)
    padded = [np.pad(line, ((0, 5), (0, width - line.shape[1]), (0, 0)), constant_values=255) for line in lines]
    Image.fromarray(np.vstack(padded)).quantize(128).save(HERE / name, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
