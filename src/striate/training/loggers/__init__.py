"""Programs that people follow their runs in: what the loop learns goes to them too, and nothing leaves the machine unasked."""
