"""Stickies: private threads between a few people, begun from somebody's picture."""
