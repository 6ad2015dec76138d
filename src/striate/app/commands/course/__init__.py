"""`striate sheet` and `striate exercise`: what a course asks, answered, and what it has one write."""
