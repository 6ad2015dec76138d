"""Files that are whole or absent, folders that one process holds, and JSON within bounds.

Whoever writes or reads one of our own files does it through this room.
"""
