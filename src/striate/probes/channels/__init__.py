"""ROOM channels."""
