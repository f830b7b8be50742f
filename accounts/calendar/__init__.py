"""When it is school: terms, half-terms, training days, bank holidays and the hours of a day."""
