"""A key that only a passphrase opens: scrypt and AES-256-GCM."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lookalike.errors import InvalidParameter, SecretsUnreadable

# 128 MB and some 0.3 s for every guess (OWASP's Password Storage Cheat Sheet: N = 2^17, r = 8).
_COST, _BLOCK, _PARALLEL = 2**17, 8, 1
_SALT, _NONCE, _KEY = 16, 12, 32
# Said with it, so that nothing else that was sealed so passes for it.
_WHAT = b"lookalike backup: secret.key"
_SHORTEST = 12


def check(passphrase: str) -> None:
    """
    Raises:
        InvalidParameter: it is too short to keep anything secret.
    """
    if len(passphrase) < _SHORTEST:
        raise InvalidParameter(
            f"A passphrase of {len(passphrase)} characters is not allowed; it must have "
            f"{_SHORTEST} at least."
        )


def sealed(secret: bytes, passphrase: str) -> bytes:
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    return salt + nonce + _cipher(passphrase, salt).encrypt(nonce, secret, _WHAT)


def opened(data: bytes, passphrase: str) -> bytes:
    """
    Raises:
        SecretsUnreadable: it was sealed with another passphrase.
    """
    salt, nonce, secret = data[:_SALT], data[_SALT : _SALT + _NONCE], data[_SALT + _NONCE :]
    try:
        return _cipher(passphrase, salt).decrypt(nonce, secret, _WHAT)
    except (InvalidTag, ValueError):
        raise SecretsUnreadable(
            "The passphrase is not the one that the key of this backup was sealed with; nothing "
            "was changed."
        ) from None


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    derived = Scrypt(salt=salt, length=_KEY, n=_COST, r=_BLOCK, p=_PARALLEL)
    return AESGCM(derived.derive(passphrase.encode()))
