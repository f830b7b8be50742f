"""The log of who did what, which cannot be altered unnoticed, and the log of what learners opened."""
