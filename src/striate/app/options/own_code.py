"""Commands that open a run folder, which may be a stranger's: what lets the code of its own net run.

--net my_net:net    the file of this name here, which must be as it was when the run was trained
--trust-code        the source that the run folder keeps; it is shown first, with its hashes
--changed-code      with --net: go on although the file is another one now
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer


@dataclass(frozen=True)
class OwnCode:
    """The three options above."""

    own_net: Annotated[
        str | None,
        typer.Option(
            "--net",
            metavar="MODULE:CALLABLE",
            help="The own net that the run trained; its code is run.",
        ),
    ] = None
    trust_code: Annotated[bool, typer.Option(help="Run the source that the run keeps, once it was shown.")] = False
    changed_code: Annotated[bool, typer.Option(help="Go on though the source of the net has changed.")] = False

    def let_in(self, *words: str | Path) -> None:
        """Trust what the person named, before a command begins; those of ``words`` count that are run folders."""
        if self.own_net is not None:
            from striate.nets.custom.trust import trust

            trust(self.own_net)
        for folder in (Path(word) for word in words if (Path(word) / "recipe.json").is_file()):
            if self.trust_code:
                _show_and_trust(folder)
            if self.changed_code:
                from striate.training.folder.own_code import accept_changes

                accept_changes(folder)


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
