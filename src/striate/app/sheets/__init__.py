"""A sheet made: its runs and studies done once, its parts turned into blocks, its document written."""
