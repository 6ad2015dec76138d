"""Where the user cache is: ``$STRIATE_CACHE``, or else the place that the system has for it (``~/.cache/striate``)."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "STRIATE_CACHE"


def cache_folder() -> Path:
    """Return the folder of the user cache; it need not exist."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("striate"))


def decoded_folder() -> Path:
    """Return the folder of decoded images in it, which `striate list cache` lists; it need not exist."""
    return cache_folder() / "decoded"
