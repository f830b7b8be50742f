"""A person's card: what the viewer may see of them, and may do."""
