"""Codes: from an app (RFC 6238), and those kept in a drawer. Pure."""

import hmac
import unicodedata
from typing import Final

import pyotp

STEP_S: Final = 30  # how long an app shows a code
DRIFT: Final = 1  # steps by which a phone's clock may be wrong, either way
DIGITS: Final = 6
TICKET_S: Final = 300  # from the password to the second step
CODES: Final = 10  # recovery codes a person is given
CODE_LENGTH: Final = 10  # characters of 5 bits: nobody guesses one of 2^50
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32
MOST_PASSKEYS: Final = 10  # of one person
_READ_AS: Final = str.maketrans({"o": "0", "i": "1", "l": "1"})  # what a hand writes and an eye mistakes


def fold_code(code: str) -> str:
    """What was typed, without spaces and hyphens; figures of any script as 0 to 9: `"١٢٣ 456"` → `"123456"`."""
    text = unicodedata.normalize("NFKC", code[:60]).casefold()
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text if each.isalnum())


def is_app_code(folded: str) -> bool:
    return len(folded) == DIGITS and folded.isascii() and folded.isdecimal()


def fold_recovery(folded: str) -> str:
    """A folded recovery code with the letters that look like figures read as such."""
    return folded.translate(_READ_AS)


def show_recovery(code: str) -> str:
    """`"a1b2c3d4e5"` → `"a1b2c-3d4e5"`, which is easier to copy."""
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def step_at(now_ms: int) -> int:
    return now_ms // 1000 // STEP_S


def step_of(key: str, code: str, now_ms: int, after: int) -> int | None:
    """The time step whose code this is, if it is near enough to now and later than `after`; else None.

    `key` is base32, `code` folded. Whoever looked over a shoulder has nothing of a step that was used.
    """
    now = step_at(now_ms)
    made = pyotp.TOTP(key, digits=DIGITS, interval=STEP_S)
    near = range(max(now - DRIFT, after + 1), now + DRIFT + 1)
    return next((step for step in near if hmac.compare_digest(made.generate_otp(step), code)), None)
