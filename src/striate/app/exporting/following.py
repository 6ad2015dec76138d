"""PyTorch's exporters, silent until they fail, and their failures in a sentence."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Generator
from typing import TYPE_CHECKING

from striate.base.errors import NetError, printable

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject


@contextlib.contextmanager
def followed(subject: Subject, to: str) -> Generator[None]:
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
