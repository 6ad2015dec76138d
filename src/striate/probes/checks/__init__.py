"""ROOM checks."""
