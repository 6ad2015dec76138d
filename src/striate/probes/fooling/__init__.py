"""ROOM fooling."""
