"""The sheets of four courses, a module each: their questions in our own words, and the parts of every answer."""
