"""ROOM weights."""
