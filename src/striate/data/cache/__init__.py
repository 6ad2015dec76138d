"""Decoded images that are kept in the user cache, mapped into memory and shared by all processes."""
