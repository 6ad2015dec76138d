"""The run folder, which is the source of truth of a run: its files, their seals, how a run is saved and opened again."""
