"""`striate serve`: the local page of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from striate.app.options.shared import AsJson, DataDir
from striate.app.terminal.speech import say, tell


def serve(
    folder: Annotated[Path, typer.Argument(help="The folder in which runs and studies lie.")] = Path("runs"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of this machine; 0 for any free one.")] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on; one that others reach needs --token.")] = "127.0.0.1",
    token: Annotated[str | None, typer.Option(help="The secret in the page's address.  [default: a new one]")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    net: Annotated[
        list[str] | None,
        typer.Option(metavar="MODULE:CALLABLE", help="An own net whose code the page may run; may be given again."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the runs and studies of a folder in the browser, live."""
    from striate.app.serve.place import Place
    from striate.base.disk.files import dump_json
    from striate.base.errors import NetError, RunError, printable

    if not folder.is_dir():
        raise RunError(f'"{printable(str(folder))}" is not a folder; give the one in which runs lie, or make it first')
    try:
        from striate.app.serve.server import prepared, run
        from striate.app.serve.views.own import named
    except ModuleNotFoundError as error:
        raise NetError('the page needs starlette and uvicorn; install them with: pip install ".[web]"') from error
    named(net or ())
    served = prepared(Place(folder, data_dir), host, port, token)

    def ready() -> None:
        address, _, secret = served.address.partition("?token=")
        tell(dump_json({"address": address, "token": secret}) if as_json else served.address, nl=not as_json)
        say("Press Ctrl-C to stop it.")
        if open_it:
            import webbrowser

            webbrowser.open(served.address)

    run(served, ready)
