"""What a school's administrators do with people, groups and settings."""
