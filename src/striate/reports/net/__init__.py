"""The figure of a net and its description in words, made from its anatomy."""
