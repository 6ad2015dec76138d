"""An ONNX graph that takes a photograph of any size: the net with its resizing and normalization, checked against Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from striate.app.exporting.following import followed
from striate.app.inputs.installed import needed
from striate.base.disk.outputs import MARK
from striate.base.errors import NetError
from striate.training.starting.exported import KEY

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject

LAYOUT = "uint8 photograph (height, width, channels) of any size, upright; the graph resizes and normalizes it"
OVERSHOOTING, OVERSHOOT = ("bicubic", "lanczos"), 16  # filters, and by how many levels the order of the axes may matter
SIZES = ((211, 317), (317, 211), (3, 2))  # of the photographs that are compared


def photograph_graph(subject: Subject, text: str) -> tuple[bytes, float]:
    """Return the graph as bytes and the largest difference of its logits from those of the net, over the largest logit.

    Raises NetError where a photograph becomes another image than Pillow makes of it, by more than a level of 255, or 16 by
    a filter that overshoots, on noise.
    """
    needed("onnx", "onnxscript", "onnxruntime")
    import onnx
    import onnxruntime
    import torch

    from striate.app.exporting.preprocessed import Preprocessed

    height, width, channels = subject.inputs.image_shape
    taken = torch.zeros((2 * height + 3, 2 * width + 5, channels), dtype=torch.uint8)
    with followed(subject, "onnx"):
        made: Any = torch.onnx.export(
            Preprocessed(subject).eval(),
            (taken,),
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("height", min=1), 1: torch.export.Dim("width", min=1)},),
            input_names=["photograph"],
            output_names=["logits", "images"],
            verbose=False,
        )
        made.model.metadata_props[KEY] = text
        mark = onnx.ModelProto(metadata_props=[onnx.StringStringEntryProto(key="generator", value=MARK)])
        content: bytes = made.model_proto.SerializeToString() + mark.SerializeToString()
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    worst = 0.0
    for size in (*SIZES, (height, width)):
        photograph = rng.integers(0, 256, (*size, channels), dtype=np.uint8)
        with followed(subject, "onnx"):
            logits, images = (np.asarray(out) for out in session.run(["logits", "images"], {"photograph": photograph}))
        _same_picture(subject, photograph, images, size)
        with torch.no_grad():
            ours = subject.net(torch.from_numpy(images)).numpy()
        worst = max(worst, float(np.abs(ours - logits).max() / max(np.abs(ours).max(), 1e-12)))
    return content, worst


def _same_picture(subject: Subject, photograph: Any, images: Any, size: tuple[int, int]) -> None:
    """Raise NetError where the graph's images are not those of Pillow, within the rounding of two passes."""
    height, width, channels = subject.inputs.image_shape
    given = photograph[..., 0] if channels == 1 else photograph
    pillow = subject.resizing(given, height, width).reshape(1, height, width, channels)
    levels = OVERSHOOT if subject.resizing.filter in OVERSHOOTING else 1
    theirs = subject.tensor(subject.arranged(pillow)).numpy()
    if subject.inputs.per_image:
        level = levels / 255 / max(float(np.std(pillow / 255)), (height * width * channels) ** -0.5) * 1.5
    else:
        level = 1.01 * levels / 255 / min(subject.inputs.std)
    if not np.abs(theirs - images).max() <= level:
        raise NetError(
            f"the graph would make another image of a photograph of {size[1]} x {size[0]} pixels than Pillow does; nothing was"
            " written"
        )
