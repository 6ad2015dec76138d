"""Probes of single channels: which images, patches and made images excite one, and which pixels a cell sees."""
