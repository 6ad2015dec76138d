"""ROOM folder."""
