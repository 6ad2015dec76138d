"""The commands: each parses, calls one function and prints what that returns.

A new command is a module here and a row in `catalog`; commands of one group share a folder, and none imports another. What a
command does goes into `striate.app.actions` or lower, what it prints through `striate.app.terminal`, and an option that two
commands have into `striate.app.options`.
"""
