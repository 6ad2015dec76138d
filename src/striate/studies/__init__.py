"""ROOM studies."""
