"""ROOM engines."""
