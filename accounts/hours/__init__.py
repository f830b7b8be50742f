"""Quiet hours, and who is away: when somebody is likely to read what is written to them."""
