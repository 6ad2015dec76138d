"""ROOM proof."""
