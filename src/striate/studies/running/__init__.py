"""ROOM running."""
