"""Libraries that do an exercise for one: they can be imported in a learner's file, and using them is told."""

from __future__ import annotations

import importlib.machinery
import sys
from typing import Any

FOREIGN = ("torch", "torchvision", "tensorflow", "keras", "jax", "autograd")


class NotNumPy(Exception):
    """The file uses a library that does the exercise for it."""


class Absent:
    """Stands for a library that is not to be used, or what one would get from it: using it is told of the function that does.

    While the file is imported it may be called, as for a seed, a device or a decorator: that is no exercise.
    """

    graded = False  # whether the file has been imported

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}")

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Return what stands for the result, or raise NotNumPy once exercises are graded."""
        if not Absent.graded:
            return Absent(self._name)
        raise NotNumPy(self._name)

    def __instancecheck__(self, _: Any) -> bool:
        return False

    def __mro_entries__(self, _: Any) -> tuple[type, ...]:
        return ()

    def _used(self, *_: Any) -> Any:
        raise NotNumPy(self._name)

    def __bool__(self) -> bool:
        return False

    __getitem__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _used
    __matmul__ = __rmatmul__ = __pow__ = __neg__ = __float__ = __index__ = __iter__ = __array__ = _used


class Foreign:
    """Finds and loads the stand-ins of these libraries."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return where a library of this kind is loaded from: here."""
        if name.partition(".")[0] in FOREIGN:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: Any) -> Any:
        """Return the stand-in of a library."""
        module = type(sys)(spec.name)
        module.__dict__["__getattr__"] = Absent(spec.name).__getattr__
        return module

    def exec_module(self, module: Any) -> None:
        """Nothing is run."""
