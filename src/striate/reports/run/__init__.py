"""ROOM run."""
