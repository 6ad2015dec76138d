"""ROOM families."""
