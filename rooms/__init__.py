"""Rooms: places with members and a log."""
