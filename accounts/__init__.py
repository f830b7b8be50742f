"""Schools, people, sessions, and who may do what."""
