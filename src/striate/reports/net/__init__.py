"""ROOM net."""
