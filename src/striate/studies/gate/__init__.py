"""A gate: two commands of anyone's, run with seeds, and the verdict on what they print: keep the change, or discard it."""
