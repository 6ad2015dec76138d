"""ROOM trials."""
