"""ROOM places."""
