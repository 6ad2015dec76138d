"""Files that are whole or absent, folders that one process holds, and JSON within bounds.

Whoever writes or reads one of our own files does it through this room, so that no crash and no stranger's file does harm.
What a file means stays with the package that owns it, and formats of data are read in `striate.data.readers`.
"""
