"""The recipe, a frozen value that determines a run, and the rules by which its fields fit together."""
