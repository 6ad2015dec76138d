"""Photographs as files: found, decoded at the size that is needed, put into one array."""
