"""Reactions: a few kind words that one press puts on a message."""
