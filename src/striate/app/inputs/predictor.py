"""A net that only answers: a run, a net with weights, or an exported file, which says by itself what goes into it.

    runs/first, resnet20, timm:NAME     as `open_subject` opens them
    net.safetensors                     built again by the name of its net in the catalogue; a net of one's own is refused
    net.onnx                            run by ONNX Runtime, which computes and reads nothing beside the file

Nothing that a file says is imported or called.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.inputs.opened_net import Subject, open_subject
from striate.base.disk.foreign import kind_of
from striate.base.errors import NetError, printable, reason
from striate.nets.custom.calling import in_mode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from striate.data.imageset import Images
    from striate.training.starting.exported import Told

MOST_BYTES = 2**31
"""Of an ONNX file: its format holds no more in one."""


@dataclass(frozen=True, eq=False)
class Predictor:
    """``logits(images)`` takes arranged uint8 (N, H, W, C) of the subject's size, and returns float64 (N, K).

    The net of ``subject`` is empty where a file of another program computes.
    """

    subject: Subject
    logits: Callable[[Images], NDArray[Any]]


def open_predictor(
    text: str,
    weights: Path | None = None,
    *,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    warn: Callable[[str], None] = warnings.warn,
) -> Predictor:
    """Return what ``text`` names; raises NetError or RunError where it cannot be had, and says what is accepted."""
    path = Path(text)
    if path.suffix == ".onnx":
        if weights is not None or trained_on is not None or options:
            raise NetError(
                f'"{printable(text)}" has weights and options of its own; leave `weights`, `trained_on` and `settings` out'
            )
        return _of_onnx(path)
    if path.suffix == ".safetensors" and weights is None:
        from striate.training.starting.exported import metadata_of

        told = metadata_of(path)
        if told is None or told.built_as is None:
            what = (
                "there is no such file" if kind_of(path) == "absent" else "it does not say of what net its weights are"
            )
            raise NetError(
                f'"{printable(text)}" cannot answer alone ({what}); name the net, and the file with `weights`'
            )
        return _of_subject(_of_catalogue(told, path, options, data_dir))
    return _of_subject(
        open_subject(text, weights, trained_on=trained_on, options=options, data_dir=data_dir, warn=warn)
    )


def _of_catalogue(told: Told, path: Path, options: Mapping[str, Any] | None, data_dir: str | Path | None) -> Subject:
    from striate.nets.custom.naming import is_own

    built = told.built_as
    assert built is not None
    if built.engine != "torch" or is_own(built.net):
        kind = f"engine {built.engine}" if built.engine != "torch" else "a net of one's own, which is code"
        raise NetError(
            f'"{printable(str(path))}" holds weights of "{printable(built.net)}" ({printable(kind)}), which a file does not'
            " bring; give the run, or export it to onnx"
        )
    return open_subject(built.net, path, options=options, data_dir=data_dir)


def _of_subject(subject: Subject) -> Predictor:
    def logits(images: Images) -> NDArray[Any]:
        import numpy as np
        import torch

        with torch.no_grad():
            parts = [
                subject.net(subject.tensor(images[at : at + 64])).double().numpy() for at in range(0, len(images), 64)
            ]
        return np.concatenate(parts)

    return Predictor(replace(subject, net=in_mode(subject.net.float().cpu())), logits)


def _of_onnx(path: Path) -> Predictor:
    from striate.app.inputs.installed import needed
    from striate.training.folder.labels import levels_told
    from striate.training.starting.exported import KEY, Resize, inputs_told, told_of

    shown = printable(str(path))
    if (kind := kind_of(path)) != "file":
        raise NetError(f'there is no file "{shown}"' if kind == "absent" else f'"{shown}" is not a file ({kind})')
    if path.stat().st_size > MOST_BYTES:
        raise NetError(f'"{shown}" has more than {MOST_BYTES:,} bytes, and no ONNX file has; export it again')
    needed("onnxruntime")
    import onnxruntime
    from torch import nn

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        # From bytes, so that no data file beside it is looked for.
        session: Any = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        text: Any = session.get_modelmeta().custom_metadata_map.get(KEY)
    except Exception as error:  # the runtime raises whatever the bytes lead it to
        raise NetError(f'"{shown}" is not a whole ONNX file ({reason(error)[:200]}); export it again') from error
    if text is None:
        raise NetError(
            f'"{shown}" does not say what goes into it (another program wrote it); export the net with striate'
        )
    told = told_of(path, text)
    size = told.input
    subject = Subject(
        nn.Identity(),
        inputs_told(told),
        str(path),
        levels_told(size.levels),
        resizing=(size.resize or Resize()).resizing(),
    )
    whole = [each.name for each in session.get_inputs()] == ["photograph"]

    def logits(images: Images) -> NDArray[Any]:
        import numpy as np

        try:
            if whole:  # it normalizes by itself, and takes one at a time
                parts = [session.run(["logits"], {"photograph": image})[0] for image in images]
            else:
                x = subject.tensor(images).numpy()
                parts = [session.run(["logits"], {"images": x[at : at + 64]})[0] for at in range(0, len(x), 64)]
        except Exception as error:
            raise NetError(f'"{shown}" does not answer as it says ({reason(error)[:200]}); export it again') from error
        found = np.concatenate(parts).astype(np.float64)
        if found.shape != (len(images), len(subject.inputs.classes)):
            raise NetError(
                f'"{shown}" answers {found.shape} for {len(images)} images of {len(subject.inputs.classes)} classes'
            )
        return found

    return Predictor(subject, logits)
