"""The school's own list of its people, groups and terms, read from a file and carried into Corridor."""
