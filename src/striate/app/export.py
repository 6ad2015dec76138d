"""A net as a file that other programs read, with the names of its classes and the normalization of its images in it.

    onnx          for ONNX Runtime and others (the extra ``export``); checked there against the net before it is written
    safetensors   the weights by name
    program       PyTorch's exported program (torch.export): computation and weights, without this package

Each holds one JSON text named ``striate``; images are float32 (N, C, H, W), and what comes out are logits (N, classes).
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import zipfile
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.inputs.exported import KEY
from striate.app.inputs.metadata import metadata
from striate.base.catalog import unknown
from striate.base.disk.outputs import MARK, claim, write_output
from striate.base.errors import NetError, printable

if TYPE_CHECKING:
    from torch import Tensor

    from striate.app.inputs.opened_net import Subject

FORMATS = {"onnx": ".onnx", "safetensors": ".safetensors", "program": ".pt2"}
TOLERANCE = 1e-3  # of the largest logit: float32 sums in another order differ by far less


@dataclass(frozen=True)
class Exported:
    """``file`` of ``bytes`` bytes; ``difference`` of the logits of file and net, over the largest, None where nothing was run.

    ``checked`` says in words how it was compared with the net; ``untrained``: the weights were drawn at random.
    """

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


def export(
    net: str | Path,
    to: str = "onnx",
    out: str | Path | None = None,
    *,
    weights: str | Path | None = None,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
) -> Exported:
    """Write a run folder's net, or a net with ``weights``, as `write` does; ``trained_on`` are the data that weights know."""
    from striate.app.inputs.opened_net import open_subject

    file = None if weights is None else Path(weights)
    subject = open_subject(str(net), file, trained_on=trained_on, options=options, data_dir=data_dir)
    return write(subject, to, None if out is None else Path(out))


def write(subject: Subject, to: str, out: Path | None = None) -> Exported:
    """Write the net of ``subject`` as ``to`` (onnx, safetensors, program), and return what was written.

    Without ``out`` the file is named after the net, in the current folder. Raises NetError when the format is unknown,
    an extra is missing, PyTorch cannot follow the net, its logits are not finite, or the file computes something else.
    """
    if to not in FORMATS:
        raise NetError(unknown("format", to, FORMATS))
    path = out or Path(f"{_stem(subject.name)}{FORMATS[to]}")
    make = {"onnx": _onnx, "safetensors": _safetensors, "program": _program}[to]
    claim(path)
    net, training = subject.net.cpu(), subject.net.training
    net.eval()
    try:
        content, difference = make(subject, json.dumps({"generator": MARK, **metadata(subject)}, ensure_ascii=False))
    finally:
        net.train(training)
    if difference is not None and not difference <= TOLERANCE:  # so that NaN is refused too
        raise NetError(
            f"the {to} file would answer otherwise than {subject.name}: the logits differ by {difference:.2g} of the largest, "
            f"and {TOLERANCE:g} is allowed; nothing was written"
        )
    write_output(path, content)
    checked = (
        "the weights as they are" if difference is None else f"logits within {difference:.1g} of the net's largest"
    )
    return Exported(str(path), to, len(content), difference, checked, subject.untrained)


def _safetensors(subject: Subject, text: str) -> tuple[bytes, None]:
    from safetensors.torch import save

    state = {name: tensor.detach().clone().contiguous() for name, tensor in subject.net.state_dict().items()}
    return save(state, metadata={KEY: text}), None


def _onnx(subject: Subject, text: str) -> tuple[bytes, float]:
    _needed("onnx", "onnxscript", "onnxruntime")
    import onnx
    import onnxruntime
    import torch

    with _followed(subject, "onnx"):
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

    with _followed(subject, "program"):
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
        with _followed(subject, to):
            theirs = run(images)
    return float((ours - theirs).abs().max() / ours.abs().max().clamp_min(1e-12))


def _images(subject: Subject, count: int) -> Tensor:
    import torch

    height, width, channels = subject.inputs.image_shape
    return torch.randn(count, channels, height, width, generator=torch.Generator().manual_seed(0))


def _needed(*modules: str) -> None:
    missing: list[str] = []
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if missing:
        raise NetError(
            f"the format onnx needs {', '.join(missing)}; install what is missing, in the folder of striate's source, with: pip"
            ' install ".[export]"'
        )


@contextlib.contextmanager
def _followed(subject: Subject, to: str) -> Generator[None]:
    """While the block runs, the exporter's remarks about itself are not printed; NetError, should PyTorch not manage."""
    names = ("torch.onnx", "torch.export", "torch.fx", "torch._dynamo", "onnxscript", "onnx_ir")
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        unheard = io.StringIO()  # a graph that cannot be finished is printed, whatever the loggers are told
        with contextlib.redirect_stdout(unheard), contextlib.redirect_stderr(unheard):
            yield
    except Exception as error:  # the exporters raise whatever the net's own code leads them to
        first: BaseException = error
        while first.__cause__ is not None:  # PyTorch's own advice about ONNX hides what could not be followed
            first = first.__cause__
        reason = printable(str(first).strip().partition("\n")[0]).rstrip(".")
        raise NetError(
            f"{subject.name} cannot be written as {to} ({type(first).__name__}: {reason}); keep forward free of decisions "
            "that depend on the numbers in a tensor or on how many images there are, or export it with `to=safetensors`"
        ) from error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _stem(name: str) -> str:
    words = "".join(c if c.isalnum() or c in "-_." else "-" for c in Path(name).name)
    return words.strip("-.") or "net"
