"""Links by which somebody chooses a first password, once."""
