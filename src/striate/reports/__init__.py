"""What is shown: pages, charts, figures and lists, a room for each kind of thing.

What draws or words a result goes into the room of its kind, and what all kinds need into `kit`; nothing here computes
science. What is printed to a terminal belongs in `striate.app.terminal`, and the document of a sheet in `striate.sheets`.
"""
