"""A Python file that someone names on the command line: a study, or a sheet of several. It is run, so it must be theirs."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from striate.base.errors import StudyError, reason


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
    try:
        spec.loader.exec_module(module)
    except StudyError:  # what it says of itself, as of a name given twice
        raise
    except Exception as error:
        raise StudyError(
            f'{kind} file "{path}" cannot be run ({reason(error, kind=True)}); correct it first'
        ) from error
    return module
