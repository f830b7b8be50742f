"""Voices: short notes that are spoken, and messages that the device reads aloud."""
