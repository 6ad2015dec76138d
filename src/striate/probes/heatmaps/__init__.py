"""ROOM heatmaps."""
