"""ROOM parts."""
