"""ROOM disk."""
