"""ROOM study."""
