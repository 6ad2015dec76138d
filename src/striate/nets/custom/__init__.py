"""ROOM custom."""
