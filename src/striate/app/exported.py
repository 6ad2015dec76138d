"""What an exported file says by itself, beside the weights: the other end of `striate.app.metadata`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

KEY = "striate"  # under which the file of any format holds it, as JSON


def metadata_of(path: Path | None) -> dict[str, Any]:
    """Return what `striate export` wrote into a safetensors file beside the weights; empty where it wrote nothing."""
    from safetensors import SafetensorError, safe_open

    if path is None or path.suffix != ".safetensors":
        return {}
    try:
        with safe_open(path, "pt") as file:
            told = json.loads((file.metadata() or {}).get(KEY, "{}"))
    except (SafetensorError, OSError, ValueError):
        return {}  # who reads the weights says better what is wrong
    return told if isinstance(told, dict) and told.get("format") == 1 else {}
