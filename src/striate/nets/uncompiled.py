"""PyTorch's compiler left where it is: nothing of ours is compiled, and importing it takes as long as PyTorch itself.

Some methods of PyTorch's (of its optimizers, and of the modes that see each operation, such as the counter of
multiply-adds) ask the compiler, at their first call, for a form of themselves that it leaves alone. It keeps that form
beside the method and asks once. Here the method as it stands is put there, which is what runs without a compiler.
A net of one's own that compiles itself does so as before, but not while its operations are watched: the compiler would
take the watcher for a part of the net.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import torch
from torch.utils._python_dispatch import TorchDispatchMode

KEPT = "__dynamo_disable"  # where torch/_compile.py looks for it


def leave_compiler_out() -> None:
    """See that no optimizer, and no mode that is known by now, imports ``torch._dynamo``; another PyTorch is left as it is."""
    for kind in (torch.optim.Optimizer, *_under(TorchDispatchMode)):
        for method in vars(kind).values():
            asks = getattr(getattr(method, "__code__", None), "co_filename", "").endswith("_compile.py")
            if asks and not hasattr(method.__wrapped__, KEPT):
                setattr(method.__wrapped__, KEPT, method.__wrapped__)


@contextmanager
def uncompiled() -> Generator[None]:
    """While the block runs, what a net has compiled of itself runs as it is written; no compiler is loaded for it."""
    if "torch._dynamo" not in sys.modules:
        yield
        return
    with torch.compiler.set_stance("force_eager"), warnings.catch_warnings():
        # The counter of multiply-adds hooks every module; that it hears of a compiled one twice changes no count.
        warnings.filterwarnings("ignore", r"Using `torch\.compile\(module\)` when there are global hooks", UserWarning)
        yield


def _under(kind: type) -> Iterator[type]:
    for below in kind.__subclasses__():
        yield below
        yield from _under(below)


def take_step(optimizer: torch.optim.Optimizer) -> None:
    """Do ``optimizer.step()``, which would import the compiler to tell it where a graph ends; no hooks are called."""
    with torch.no_grad():
        inspect.unwrap(type(optimizer).step)(optimizer)
