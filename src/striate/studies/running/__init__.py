"""From a study to its runs and verdicts: which runs are due, who does them, and when they are judged."""
