"""Small changes of an image that change a net's answer, and whether they fool other nets too."""
