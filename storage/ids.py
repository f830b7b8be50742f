"""Identifiers: a letter for the kind and 50 random bits, so that counting them tells nothing."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_LENGTH = 10


def new_id(kind: str) -> str:
    """`new_id("r")` → `"r4k2c9m1xq0"`."""
    bits = secrets.randbits(5 * _LENGTH)
    return kind + "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(_LENGTH))
