"""The questions that Striate ships, one a file, in the form of a user's own study file."""
