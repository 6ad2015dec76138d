"""The front doors: the command line, and what it shares with Python."""
