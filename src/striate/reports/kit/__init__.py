"""ROOM kit."""
