"""The version of Striate, for whoever writes it down: runs, records and `striate --version`."""

from __future__ import annotations

VERSION = "0.1.0"
