"""How far work is, shown to the person who waits for it: as a bar on a terminal or in a notebook, or as lines in a log.

Library functions only call a watcher, and never know what draws. A watcher belongs here, with the functions of Python that
bring one of their own in a notebook; what a command prints once the work is done belongs in `striate.app.terminal`.
"""
