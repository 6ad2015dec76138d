"""ROOM layers."""
