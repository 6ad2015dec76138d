"""Results as cards in a notebook: one for each kind of thing that a cell may end with, from the parts that the pages have."""
