"""Peers and floors: each file is a program of its own, as small as its library allows."""
