"""ROOM terminal."""
