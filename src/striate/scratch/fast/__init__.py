"""ROOM fast."""
