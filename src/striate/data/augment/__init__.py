"""ROOM augment."""
