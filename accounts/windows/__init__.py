"""Times of opening: a school's own windows, what holds for once, and the week that comes of it."""
