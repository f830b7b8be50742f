"""What somebody has not read yet, in all their rooms at once."""
