"""The nets by hand that have a name, and the door to them: `complete` checks their options, `build` makes them.

Naming them loads no NumPy; their layers are loaded when one is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from math import isfinite, prod
from typing import TYPE_CHECKING, Any, cast

from striate.base.catalog import Catalog, unknown
from striate.base.errors import NetError, sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike

    from striate.scratch.models import Model

Test = Callable[[Any], bool]
Shape = tuple[int, int, int]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _real(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def _option(default: Any, accepted: str, test: Test) -> Any:
    """Return a field with what it accepts, in words and as a test."""
    return field(default=default, metadata={"accepted": accepted, "test": test})


def _scale() -> Any:
    accepted = "a number above 0, or none for sqrt(2 / inputs of a unit)"
    return _option(None, accepted, lambda value: value is None or (_real(value) and value > 0))


@dataclass(frozen=True)
class DenseOptions:
    """What a classifier of rows is made of: ``hidden`` units (0: none) and the deviation of the first weights."""

    hidden: int | None = _option(
        0, "a whole number from 0 to 100000", lambda value: value is None or (_whole(value) and 0 <= value <= 100_000)
    )
    weight_scale: float | None = _scale()


@dataclass(frozen=True)
class ConvNetOptions:
    """What the convolutional net is made of; ``dropout`` is the probability of dropping a hidden unit."""

    filters: int = _option(32, "a whole number from 1 to 4096", lambda value: _whole(value) and 1 <= value <= 4096)
    filter_size: int = _option(7, "a whole number from 1 to 64", lambda value: _whole(value) and 1 <= value <= 64)
    hidden: int = _option(100, "a whole number from 1 to 100000", lambda value: _whole(value) and 1 <= value <= 100_000)
    batch_norm: bool = _option(False, "true or false", lambda value: isinstance(value, bool))
    dropout: float = _option(0.0, "a number from 0 to below 1", lambda value: _real(value) and 0 <= value < 1)
    weight_scale: float | None = _scale()


Options = DenseOptions | ConvNetOptions


@dataclass(frozen=True)
class Entry:
    """One net: what it is, the type of its options, and how it is made from (options, (H, W, C), classes, rng, dtype)."""

    name: str
    summary: str
    options: type[Options]
    make: Callable[[Any, Shape, int, np.random.Generator, DTypeLike], Model]


def _softmax(o: DenseOptions, shape: Shape, classes: int, rng: np.random.Generator, dtype: DTypeLike) -> Model:
    from striate.scratch.models import SoftmaxClassifier

    return SoftmaxClassifier(prod(shape), o.hidden or None, classes, o.weight_scale, rng=rng, dtype=dtype)


def _logistic(o: DenseOptions, shape: Shape, classes: int, rng: np.random.Generator, dtype: DTypeLike) -> Model:
    from striate.scratch.models import LogisticClassifier

    _two("logistic", classes)
    return LogisticClassifier(prod(shape), o.hidden or None, o.weight_scale, rng=rng, dtype=dtype)


def _svm(o: DenseOptions, shape: Shape, classes: int, rng: np.random.Generator, dtype: DTypeLike) -> Model:
    from striate.scratch.models import SVM

    _two("svm", classes)
    return SVM(prod(shape), o.hidden or None, o.weight_scale, rng=rng, dtype=dtype)


def _convnet(o: ConvNetOptions, shape: Shape, classes: int, rng: np.random.Generator, dtype: DTypeLike) -> Model:
    from striate.scratch.convnet import ConvNet

    sizes = ((shape[2], shape[0], shape[1]), o.filters, o.filter_size, o.hidden, classes, o.weight_scale)
    return ConvNet(*sizes, batch_norm=o.batch_norm, dropout=o.dropout, rng=rng, dtype=dtype)


def _two(name: str, classes: int) -> None:
    if classes != 2:
        raise NetError(f"{name} tells two classes apart, and the data have {classes}; choose softmax or convnet")


_ALL = (
    Entry("softmax", "dense, or dense-relu-dense with hidden units; softmax loss", DenseOptions, _softmax),
    Entry("logistic", "the same for two classes, by the logistic loss", DenseOptions, _logistic),
    Entry("svm", "the same for two classes, by the hinge loss", DenseOptions, _svm),
    Entry("convnet", "conv-[batch norm]-relu-pool-dense-relu-[dropout]-dense", ConvNetOptions, _convnet),
)
ENTRIES: Catalog[Entry] = Catalog("net of the engine scratch", NetError, _ALL)


def names() -> tuple[str, ...]:
    """Return the names that `build` knows."""
    return ENTRIES.names


def entry(name: str) -> Entry:
    """Return the entry; raises NetError for an unknown name, with the nearest valid one."""
    return ENTRIES.entry(name)


def option_fields(name: str) -> tuple[str, ...]:
    """Return the names of the options of the net ``name``."""
    return tuple(option.name for option in fields(entry(name).options))


def complete(name: str, options: Mapping[str, Any]) -> Options:
    """Return the options with the defaults filled in; raises one NetError listing every unknown or unacceptable one."""
    kind = entry(name).options
    known: dict[str, Field[Any]] = {option.name: option for option in fields(kind)}
    faults = [unknown("option", given, known) for given in options if given not in known]
    for given, option in known.items():
        test = cast(Test, option.metadata["test"])
        if given in options and not test(options[given]):
            faults.append(f"{given} is {options[given]!r}, and must be {option.metadata['accepted']}")
    if faults:
        raise NetError(f"net {name}: {sentence(faults)}")
    return kind(**options)


def build(
    name: str,
    options: Mapping[str, Any],
    image_shape: Shape,
    classes: int,
    rng: np.random.Generator,
    dtype: DTypeLike = "float32",
) -> Model:
    """Return the net for images of ``image_shape`` (H, W, C), or rows of D features as (1, 1, D), with first weights.

    ``rng`` draws the weights, alike for both float types. Raises NetError for options, shapes and numbers of classes that
    the net does not accept.
    """
    if classes < 2:
        raise NetError(f"net {name} needs at least two classes, and the data have {classes}")
    return entry(name).make(complete(name, options), image_shape, classes, rng, dtype)
