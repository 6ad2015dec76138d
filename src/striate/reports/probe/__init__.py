"""ROOM probe."""
