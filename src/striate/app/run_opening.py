"""Commands that open a run folder, which may be a stranger's: what lets the code of its own net run.

--net my_net:net    the file of this name here, which must be as it was when the run was trained
--trust-code        the source that the run folder keeps; it is shown first, with its hashes
--changed-code      with --net: go on although the file is another one now
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "own_net": (
        Annotated[
            str | None,
            typer.Option(
                "--net", metavar="MODULE:CALLABLE", help="The run's own net, which may run from its file here."
            ),
        ],
        None,
    ),
    "trust_code": (
        Annotated[bool, typer.Option("--trust-code", help="Run the source that the run keeps, once it was shown.")],
        False,
    ),
    "changed_code": (
        Annotated[bool, typer.Option("--changed-code", help="Go on though the source of the net has changed.")],
        False,
    ),
}


def opens_run(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` the three options above, and trust what the person named before it begins."""

    @functools.wraps(command)
    def trusting(*args: Any, **options: Any) -> None:
        own, trusts, changed = (options.pop(name) for name in _OPTIONS)
        if own is not None:
            from striate.nets.custom.trust import trust

            trust(own)
        for folder in _run_folders([*args, *options.values()]):
            if trusts:
                _show_and_trust(folder)
            if changed:
                from striate.training.folder.own_code import accept_changes

                accept_changes(folder)
        command(*args, **options)

    signature = inspect.signature(command, eval_str=True)
    keyword = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter(name, keyword, default=default, annotation=kind) for name, (kind, default) in _OPTIONS.items()
    ]
    trusting.__annotations__ = {**command.__annotations__, **{name: kind for name, (kind, _) in _OPTIONS.items()}}
    trusting.__dict__["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), *added])
    return trusting


def _run_folders(values: Any) -> Iterator[Path]:
    for value in values:
        for word in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(word, (str, Path)) and (Path(word) / "recipe.json").is_file():
                yield Path(word)


def _show_and_trust(folder: Path) -> None:
    from striate.app.terminal.speech import say
    from striate.base.disk.files import digest
    from striate.base.errors import printable
    from striate.nets.custom.trust import trust_folder
    from striate.training.folder.own_code import kept_files

    for path, content in kept_files(folder).items():
        say(f"{path}  SHA-256 {digest(content)}")
        for line in content.decode("utf-8", "replace").splitlines():
            say(f"    {printable(line)}")
    trust_folder(folder)
