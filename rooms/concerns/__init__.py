"""Concerns: children ask for help, report a message, tell a worry; the safeguarding team receives it."""
