"""ROOM recipe."""
