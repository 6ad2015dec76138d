"""ROOM measure."""
