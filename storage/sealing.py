"""Keeping a secret so that whoever has only the database cannot read it."""

import base64
import binascii
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_MARK: Final = "s1."  # which way it was sealed, should there ever be another


class Sealer:
    """Seals short texts with AES-256-GCM, by a key of one purpose that follows from the installation's secret.

    What was sealed for one purpose cannot be opened for another, nor with another installation's secret.
    """

    def __init__(self, secret: bytes, purpose: str) -> None:
        key = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"corridor {purpose}".encode()).derive(secret)
        self._cipher = AESGCM(key)

    def seal(self, text: str) -> str:
        """Printable ASCII, another each time."""
        nonce = os.urandom(NONCE_BYTES)
        return _MARK + base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        """The text again; ValueError if it was not sealed by this key for this purpose, or was changed since."""
        try:
            raw = base64.b64decode(sealed.removeprefix(_MARK), altchars=b"-_", validate=True)
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise ValueError("This was sealed with another secret, or changed since.") from None
