"""A net as a file that other programs read, with the names of its classes and the normalization of its images in it.

    onnx          for ONNX Runtime and others (the extra ``export``); checked there against the net before it is written
    safetensors   the weights by name
    program       PyTorch's exported program (torch.export): computation and weights, without this package

Each holds one JSON text named ``striate``; images are float32 (N, C, H, W), and what comes out are logits (N, classes).
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.exporting.following import followed
from striate.app.inputs.installed import needed
from striate.app.inputs.metadata import metadata
from striate.base.catalog import Catalog
from striate.base.disk.outputs import MARK, claim, write_output
from striate.base.errors import NetError
from striate.base.inline import Inline
from striate.training.starting.exported import KEY

if TYPE_CHECKING:
    from torch import Tensor

    from striate.app.inputs.opened_net import Subject
    from striate.training.folder.run import Run

TOLERANCE = 1e-3  # of the largest logit: float32 sums in another order differ by far less


@dataclass(frozen=True)
class Exported(Inline):
    """``file`` of ``bytes`` bytes; ``difference`` of the logits of file and net, over the largest, None where nothing was run.

    ``checked`` says in words how it was compared with the net; ``untrained``: the weights were drawn at random.
    """

    CARD = "striate.app.exporting.cards:html"

    file: str
    format: str
    bytes: int
    difference: float | None
    checked: str
    untrained: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-able values by name; ``untrained`` only where it is so."""
        told = asdict(self)
        return told if self.untrained else {name: value for name, value in told.items() if name != "untrained"}


@dataclass(frozen=True)
class Format:
    """A form of file; ``content(subject, text)`` gives its bytes, and how far its logits are from the net's, of the largest."""

    name: str
    extension: str
    content: Callable[[Subject, str], tuple[bytes, float | None]]


def export(
    net: str | Path | Run,
    to: str = "onnx",
    out: str | Path | None = None,
    *,
    weights: str | Path | None = None,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    preprocessing: bool = False,
) -> Exported:
    """Write a run folder's net, or a net with ``weights``, as `write` does; ``trained_on`` are the data that weights know."""
    from striate.app.inputs.opened_net import open_subject

    file = None if weights is None else Path(weights)
    subject = open_subject(os.fspath(net), file, trained_on=trained_on, options=options, data_dir=data_dir)
    return write(subject, to, None if out is None else Path(out), preprocessing=preprocessing)


def write(subject: Subject, to: str, out: Path | None = None, *, preprocessing: bool = False) -> Exported:
    """Write the net of ``subject`` as ``to`` (onnx, safetensors, program), and return what was written.

    With ``preprocessing`` the ONNX file takes a photograph of any size, uint8 (H, W, C), and brings it to the net's by itself.
    Without ``out`` the file is named after the net, in the current folder. Raises NetError when the format is unknown,
    an extra is missing, PyTorch cannot follow the net, its logits are not finite, or the file computes something else.
    """
    form = FORMATS.entry(to)
    if preprocessing:
        _may_preprocess(subject, to)
    path = out or Path(f"{_stem(subject.name)}{form.extension}")
    make, said = form.content, metadata(subject)
    if preprocessing:
        from striate.app.exporting.photograph_graph import LAYOUT, photograph_graph

        make, said["input"]["layout"] = photograph_graph, LAYOUT
    claim(path)
    net, training = subject.net.cpu(), subject.net.training
    net.eval()
    try:
        content, difference = make(subject, json.dumps({"generator": MARK, **said}, ensure_ascii=False))
    finally:
        net.train(training)
    if difference is not None and not difference <= TOLERANCE:  # so that NaN is refused too
        raise NetError(
            f"the {to} file would not give the answers of {subject.name}: the logits differ by {difference:.2g} of the"
            f" largest, and {TOLERANCE:g} is allowed; nothing was written"
        )
    write_output(path, content)
    levels = 16 if subject.resizing.filter in ("bicubic", "lanczos") else 1
    checked = (
        f"photographs as Pillow resizes them, within {levels} of 255 levels"
        if preprocessing
        else "the weights as they are"
        if difference is None
        else f"logits within {difference:.1g} of the net's largest"
    )
    return Exported(str(path), to, len(content), difference, checked, subject.untrained)


def _may_preprocess(subject: Subject, to: str) -> None:
    height, width, channels = subject.inputs.image_shape
    if to != "onnx":
        raise NetError(f"{to} holds no graph that resizes; export with preprocessing to onnx")
    from striate.app.exporting.preprocessed import FILTERS

    if subject.resizing.filter not in FILTERS:
        raise NetError(
            f"the filter {subject.resizing.filter} of {subject.name} is not written in a graph, which would place its edges"
            f" elsewhere; {', '.join(FILTERS)} are, or leave the preprocessing out"
        )
    if height * width == 1 or channels not in (1, 3):
        raise NetError(
            f"{subject.name} takes {height}x{width}x{channels}, which is not an image; leave the preprocessing out"
        )


def _safetensors(subject: Subject, text: str) -> tuple[bytes, None]:
    from safetensors.torch import save

    state = {name: tensor.detach().clone().contiguous() for name, tensor in subject.net.state_dict().items()}
    return save(state, metadata={KEY: text}), None


def _onnx(subject: Subject, text: str) -> tuple[bytes, float]:
    needed("onnx", "onnxscript", "onnxruntime")
    import onnx
    import onnxruntime
    import torch

    with followed(subject, "onnx"):
        made: Any = torch.onnx.export(
            subject.net,
            (_images(subject, 2),),
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            input_names=["images"],
            output_names=["logits"],
            verbose=False,
        )
        made.model.metadata_props[KEY] = text
        # A message after another is merged into it: so the mark stands at the end, however large the weights are.
        mark = onnx.ModelProto(metadata_props=[onnx.StringStringEntryProto(key="generator", value=MARK)])
        content: bytes = made.model_proto.SerializeToString() + mark.SerializeToString()

    def run(images: Tensor) -> Tensor:
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        return torch.from_numpy(session.run(["logits"], {"images": images.numpy()})[0])

    return content, _difference(subject, "onnx", run)


def _program(subject: Subject, text: str) -> tuple[bytes, float]:
    import torch

    with followed(subject, "program"):
        made = torch.export.export(
            subject.net, (_images(subject, 2),), dynamic_shapes=({0: torch.export.Dim("batch")},)
        )
        buffer = io.BytesIO()
        torch.export.save(made, buffer, extra_files={KEY: text})
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.comment = MARK.encode()
        buffer.seek(0)
        module = torch.export.load(buffer).module()
    return buffer.getvalue(), _difference(subject, "program", module)


def _difference(subject: Subject, to: str, run: Any) -> float:
    """Return the largest difference of the logits of five images, over the largest logit; the net was traced with two."""
    import torch

    images = _images(subject, 5)
    with torch.no_grad():
        ours = subject.net(images)
        if not ours.isfinite().all():
            raise NetError(
                f"the logits of {subject.name} are not finite, so that no {to} file can be checked against them; nothing was "
                "written; give other weights, or train it again with a smaller learning rate"
            )
        with followed(subject, to):
            theirs = run(images)
    return float((ours - theirs).abs().max() / ours.abs().max().clamp_min(1e-12))


def _images(subject: Subject, count: int) -> Tensor:
    import torch

    height, width, channels = subject.inputs.image_shape
    return torch.randn(count, channels, height, width, generator=torch.Generator().manual_seed(0))


def _stem(name: str) -> str:
    words = "".join(c if c.isalnum() or c in "-_." else "-" for c in Path(name).name)
    return words.strip("-.") or "net"


FORMATS: Catalog[Format] = Catalog(
    "format",
    NetError,
    (
        Format("onnx", ".onnx", _onnx),
        Format("safetensors", ".safetensors", _safetensors),
        Format("program", ".pt2", _program),
    ),
)
