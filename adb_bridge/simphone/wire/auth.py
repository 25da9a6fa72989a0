"""Which hosts a phone trusts: the classic AUTH exchange with the host's RSA key really checked.

Source: `adb_auth.cpp`, libcrypto_utils `android_pubkey.cpp` (the 524-byte key structure). The signature is PKCS#1 v1.5
over the 20-byte token taken as a SHA-1 digest.
"""

import base64
import binascii
import hmac
import secrets
import struct
from dataclasses import dataclass
from typing import Final

TOKEN_SIZE: Final = 20
_MODULUS_SIZE: Final = 256
_STRUCT_SIZE: Final = 4 + 4 + _MODULUS_SIZE + _MODULUS_SIZE + 4
_SHA1_DIGEST_INFO: Final = bytes.fromhex("3021300906052b0e03021a05000414")


@dataclass(frozen=True, slots=True)
class HostKey:
    """A 2048-bit RSA public key of an adb host."""

    modulus: int
    exponent: int


def parse_host_key(payload: bytes) -> HostKey:
    """Read the AUTH(3) payload `base64 user@host NUL`. Raise `ValueError` when it is not a 2048-bit key."""
    encoded = payload.rstrip(b"\0").split(b" ", 1)[0]
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("host key is not base64") from error
    if len(raw) != _STRUCT_SIZE:
        raise ValueError("host key has the wrong size")
    words, _n0inv = struct.unpack_from("<2I", raw, 0)
    if words * 4 != _MODULUS_SIZE:
        raise ValueError("host key is not 2048 bits")
    modulus = int.from_bytes(raw[8 : 8 + _MODULUS_SIZE], "little")
    (exponent,) = struct.unpack_from("<I", raw, 8 + 2 * _MODULUS_SIZE)
    if modulus.bit_length() != _MODULUS_SIZE * 8 or exponent not in (3, 65537):
        raise ValueError("host key is not an adb key")
    return HostKey(modulus=modulus, exponent=exponent)


def new_token() -> bytes:
    """A fresh challenge."""
    return secrets.token_bytes(TOKEN_SIZE)


def is_signed_by(key: HostKey, token: bytes, signature: bytes) -> bool:
    """Whether `signature` (256 bytes, big endian) is the key's signature of `token`."""
    if len(signature) != _MODULUS_SIZE:
        return False
    number = int.from_bytes(signature, "big")
    if number >= key.modulus:
        return False
    opened = pow(number, key.exponent, key.modulus).to_bytes(_MODULUS_SIZE, "big")
    tail = b"\x00" + _SHA1_DIGEST_INFO + token
    expected = b"\x00\x01" + b"\xff" * (_MODULUS_SIZE - 2 - len(tail)) + tail
    return hmac.compare_digest(opened, expected)
