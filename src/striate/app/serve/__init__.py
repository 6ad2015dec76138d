"""The local page: `striate serve` shows the runs and studies of a folder in a browser, alive.

What serving takes goes in, such as routes, guards, uploads and jobs; what the browser loads lies in `static`: one shell, one
stylesheet and plain modules, used as they are written. Nothing here computes: a route calls the function that the command of
the same purpose calls.
"""
