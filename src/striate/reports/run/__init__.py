"""Runs as pages and lists, and the chart of a range test."""
