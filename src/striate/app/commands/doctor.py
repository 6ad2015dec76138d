"""`striate doctor`: is this machine ready?"""

from __future__ import annotations

import typer

from striate.app.options.shared import AsJson, DataDir


def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Examine this machine: versions, processor, precision, data."""
    from striate.app.actions.machine import examine
    from striate.app.options.flags import in_flags
    from striate.app.terminal.rows import show_rows

    findings = examine(data_dir)
    rows = [("ok" if f.well else "fix", f.subject, in_flags(f.text)) for f in findings]
    show_rows(("state", "subject", "finding"), rows, as_json)
    if not all(f.well for f in findings):
        raise typer.Exit(1)
