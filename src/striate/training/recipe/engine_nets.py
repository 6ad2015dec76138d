"""Which nets an engine can train: PyTorch those of `striate.nets`, the layers by hand those of `striate.scratch`.

A twin is a net of the latter, from the same initial weights and dropout masks, which PyTorch computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Literal, get_args

from striate.base.errors import NetError
from striate.nets import catalog as torch_nets
from striate.nets.custom.naming import is_own
from striate.nets.custom.trust import is_trusted
from striate.scratch import catalog as scratch_nets

EngineName = Literal["torch", "scratch", "twin"]
# Fields that the layers by hand do not know, with what they accept there.
_TORCH_ONLY: dict[str, tuple[Any, ...]] = {
    "precision": ("auto", "float32", "float64"),
    "optimizer": ("sgd", "rmsprop", "adam"),
    "nesterov": (False,),
    "label_smoothing": (0, 0.0),
    "mixup": (0, 0.0),
    "cutmix": (0, 0.0),
    "test_flips": (False,),
    "start": (None,),
    "freeze": (None,),
    "fixed_statistics": ("frozen",),
    "start_lr_factor": (1, 1.0),
}


def _catalog(engine: object) -> ModuleType:
    return scratch_nets if engine in ("scratch", "twin") else torch_nets


def net_names(engine: object) -> tuple[str, ...]:
    """Return the names of the nets that ``engine`` trains."""
    return tuple(_catalog(engine).names())


def options_of(engine: object, net: str) -> tuple[str, ...]:
    """Return the names of the options of ``net``; raises NetError when the engine has no such net."""
    return tuple(_catalog(engine).option_fields(net))


def complete(engine: object, net: str, options: Mapping[str, Any]) -> Any:
    """Return the full options of ``net``; raises NetError listing every fault."""
    return _catalog(engine).complete(net, options)


def engine_faults(values: Mapping[str, Any]) -> list[str]:
    """Return one clause for each field of a recipe that its engine does not know."""
    engine = values["engine"]
    if engine not in ("scratch", "twin"):
        return []
    faults = [
        f"{field} is {values[field]}, and engine {engine} accepts {' or '.join(str(a) for a in dict.fromkeys(accepted))}"
        for field, accepted in _TORCH_ONLY.items()
        if values[field] not in accepted
    ]
    if engine == "twin" and values["net"] == "svm":
        faults.append("engine twin knows no hinge loss, which net svm has; choose engine scratch, or net logistic")
    return faults


def net_faults(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the net of a recipe and its options, as one clause or none."""
    name, options = values["net"], values["net_options"]
    if not isinstance(name, str) or not isinstance(options, Mapping):
        return []  # the field's own type check says it better
    if values["engine"] not in get_args(EngineName) or (is_own(name) and not is_trusted(name)):
        return []
    try:
        complete(values["engine"], name, options)
    except NetError as error:
        elsewhere = [e for e in ("torch", "scratch") if e != values["engine"] and name in net_names(e)]
        foreign = elsewhere and name not in net_names(values["engine"])
        return [f'net "{name}" belongs to `engine={elsewhere[0]}`'] if foreign else [str(error)]
    return []
