"""Images that a list or a container names, row by row: one reader a form."""
