"""ROOM claims."""
