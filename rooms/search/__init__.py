"""Search: messages, and whatever else features put in, by their words."""
