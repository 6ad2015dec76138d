"""Formats that hold arrays of decoded images: one reader each, and what they share."""
