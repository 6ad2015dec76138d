"""ROOM readers."""
