"""ROOM statements."""
