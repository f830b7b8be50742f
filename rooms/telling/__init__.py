"""Telling people of stickies that wait for them: in the page, on their devices, and by e-mail, as they wish it."""
