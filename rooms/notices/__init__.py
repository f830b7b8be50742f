"""Notices that must be read: who is asked to, who has, one nudge, and an end."""
