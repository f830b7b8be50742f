"""Pins: the few messages of a room that stay in sight above the others."""
