"""What is shown: the figure of a net, charts, and the page of a study. Nothing here computes science."""
