"""A group of options as one parameter of a command: a frozen dataclass whose fields are the options.

    @dataclass(frozen=True)
    class Source:
        weights: Annotated[Path | None, typer.Option(help="...")] = None

    def export(net: Net, source: Source) -> None: ...       # has --weights, and gets a Source

`spliced` turns such a function into one that Typer can read: in its signature the fields stand in the group's place. A field
may be a group itself.
Options that are made from something else, as the fields of a recipe, are a `Group` in the annotation of their parameter:
``Annotated[Changes, RecipeFields("lr")]``.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Protocol, get_args, get_origin, get_type_hints, runtime_checkable

from typer.models import OptionInfo

from striate.app.options.flags import flag


@runtime_checkable
class Group(Protocol):
    """What one parameter of a command stands for: several options, and the value that is made of theirs."""

    def parameters(self) -> Sequence[inspect.Parameter]:
        """Return one parameter for each option, with its default and a type that Typer knows."""
        ...

    def value(self, given: Mapping[str, Any]) -> Any:
        """Return what the command gets, of the values of all its parameters by name."""
        ...


@dataclasses.dataclass(frozen=True)
class _Fields:
    """The group that is the frozen dataclass ``kind``."""

    kind: type[Any]

    def parameters(self) -> Sequence[inspect.Parameter]:
        return [one for several in self._options().values() for one in several]

    def value(self, given: Mapping[str, Any]) -> Any:
        groups = self._groups()
        parts = {name: {one.name: given[one.name] for one in several} for name, several in self._options().items()}
        return self.kind(
            **{name: groups[name].value(part) if name in groups else part[name] for name, part in parts.items()}
        )

    def _groups(self) -> dict[str, Group]:
        """Return the fields that are groups themselves."""
        hints = get_type_hints(self.kind, include_extras=True)
        return {name: group for name, hint in hints.items() if (group := _group(hint)) is not None}

    def _options(self) -> dict[str, Sequence[inspect.Parameter]]:
        """Return field -> its options: one, or those of the group that it is."""
        hints, groups = get_type_hints(self.kind, include_extras=True), self._groups()
        return {
            field.name: groups[field.name].parameters()
            if field.name in groups
            else [option(field.name, hints[field.name], field.default)]
            for field in dataclasses.fields(self.kind)
        }


def option(name: str, kind: Any, default: Any) -> inspect.Parameter:
    """Return one parameter of a command; without a default it has to be given."""
    missing = inspect.Parameter.empty if default is dataclasses.MISSING else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=missing, annotation=kind)


def spliced(command: Callable[..., None]) -> Callable[..., None]:
    """Return ``command`` with the options of each group in the group's place; a switch that is off has no ``--no-`` form.

    Raises TypeError where two groups have an option of one name.
    """
    own = inspect.signature(command, eval_str=True).parameters
    groups = {name: group for name, parameter in own.items() if (group := _group(parameter.annotation)) is not None}
    options = {name: groups[name].parameters() if name in groups else [own[name]] for name in own}
    flat = [
        _switch(one).replace(kind=inspect.Parameter.KEYWORD_ONLY) for several in options.values() for one in several
    ]
    names = [one.name for one in flat]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise TypeError(f"{command.__name__} takes {', '.join(twice)} twice")

    @functools.wraps(command)
    def called(**values: Any) -> None:
        given = {name: {one.name: values[one.name] for one in several} for name, several in options.items()}
        command(**{name: groups[name].value(part) if name in groups else part[name] for name, part in given.items()})

    called.__annotations__ = {one.name: one.annotation for one in flat}
    called.__dict__["__signature__"] = inspect.Signature(flat)
    return called


def _group(annotation: Any) -> Group | None:
    """Return the group that a parameter stands for; None where it is one option."""
    found = next((extra for extra in _extras(annotation) if isinstance(extra, Group)), None)
    return _Fields(annotation) if dataclasses.is_dataclass(annotation) and isinstance(annotation, type) else found


def _switch(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return the parameter with its flag written out where it is off until it is given: Typer adds ``--no-NAME`` if not."""
    infos = [extra for extra in _extras(parameter.annotation) if isinstance(extra, OptionInfo)]
    if parameter.default is not False or not infos or _named(infos[0]):
        return parameter
    info = copy.copy(infos[0])
    info.param_decls = (flag(parameter.name),)
    return parameter.replace(annotation=Annotated[bool, info])


def _named(info: OptionInfo) -> bool:
    """Return whether the option says its own flag; Typer takes the first flag for a default until it reads the function."""
    return bool(info.param_decls) or info.default is not ...


def _extras(annotation: Any) -> Iterator[Any]:
    yield from get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
