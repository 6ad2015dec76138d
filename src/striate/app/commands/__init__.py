"""The commands, one file for each that has a body of its own: parse, call one function, print.

What a command does belongs in a function that Python and the page can call too; what it prints goes through
`striate.app.terminal`.
"""
