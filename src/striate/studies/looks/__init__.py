"""Looking more than once: at which levels, until when, and what was seen each time."""
