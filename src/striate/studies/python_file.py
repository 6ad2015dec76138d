"""A Python file that someone names on the command line: a study, or a sheet of several. It is run, so it must be theirs."""

from __future__ import annotations

import inspect
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from striate.base.errors import StudyError, reason

if TYPE_CHECKING:
    from striate.studies.question import Question
    from striate.training.recipe.recipe import Recipe


def run_file(path: Path, kind: str, others: str) -> ModuleType:
    """Return the module that the file at ``path`` makes; raises StudyError where it makes none.

    ``kind`` is what the file should hold, and ``others`` what there is to name in place of a file.
    """
    if not path.is_file():
        raise StudyError(f'{kind} file "{path}" does not exist; name a file, or one of striate list {others}')
    spec = spec_from_file_location(f"striate_{kind}_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise StudyError(f'{kind} file "{path}" is not a Python file; its name must end in .py')
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    # What lies beside it can be imported, after all else, so that no name of theirs takes the place of a library's.
    beside = str(path.absolute().parent)
    sys.path.append(beside)
    try:
        spec.loader.exec_module(module)
    except StudyError:  # what it says of itself, as of a name given twice
        raise
    except (Exception, SystemExit) as error:
        raise StudyError(
            f'{kind} file "{path}" cannot be run ({reason(error, kind=True)}); correct it first'
        ) from error
    finally:
        sys.path.reverse()
        sys.path.remove(beside)  # the last of that name
        sys.path.reverse()
    return module


def question_from_file(path: Path) -> Question:
    """Return the question of a user's own study file; raises StudyError when it does not hold one.

    The file is Python and is run: open only what you trust.
    """
    from striate.studies.question import Question  # a sheet, which is listed without it, is a file too
    from striate.training.recipe.recipe import Recipe

    module = run_file(path, "study", "studies")
    base: object = getattr(module, "BASE", None)
    make: Any = getattr(module, "study", None)
    if not isinstance(base, Recipe) or not isinstance(make, FunctionType):
        raise StudyError(
            f'study file "{path}" needs BASE = Recipe(...) and a function study(base) that returns a Study'
        )
    try:
        inspect.signature(make).bind(base)
    except TypeError as error:
        raise StudyError(
            f'study file "{path}": study{inspect.signature(make)} cannot be called with the base recipe alone'
            f" ({reason(error)}); give its other parameters defaults"
        ) from error

    def made(base: Recipe) -> object:
        try:
            return make(base)
        except SystemExit as error:
            raise StudyError(
                f'study file "{path}": its function study ended the program (SystemExit: {error}); have it return a Study'
            ) from error

    return Question(path.stem, (module.__doc__ or "").strip().partition("\n")[0], base, made)
