"""What became of a sticky, for its author: whether a device of the reader has it, and whether it was read."""
