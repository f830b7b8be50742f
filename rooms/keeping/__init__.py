"""Founding rooms and looking after them."""
