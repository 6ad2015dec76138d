"""ROOM feed."""
