"""What every package needs: errors, shapes, seeds and safe files. A closed list of four."""
