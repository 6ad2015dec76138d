"""ROOM published."""
