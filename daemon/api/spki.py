"""The public key inside a certificate, found without a library for certificates: a client of the API needs no more."""

import hashlib
from typing import Final

_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_BEFORE_KEY: Final = 5
"""Serial number, algorithm, issuer, validity, subject (RFC 5280, 4.1)."""


def spki_hash(certificate: bytes) -> bytes:
    """SHA-256 of the SubjectPublicKeyInfo of a certificate (DER). ValueError when it is none. Total on any input."""
    outer = _content(certificate, 0, _SEQUENCE)
    start, end = _content(certificate, outer[0], _SEQUENCE)
    at = start
    if at < end and certificate[at] == _VERSION:
        at = _element(certificate, at)[1]
    for _ in range(_BEFORE_KEY):
        at = _element(certificate, at)[1]
    _content(certificate, at, _SEQUENCE)
    after = _element(certificate, at)[1]
    if after > end:
        raise ValueError("not a certificate")
    return hashlib.sha256(certificate[at:after]).digest()


def _content(data: bytes, at: int, tag: int) -> tuple[int, int]:
    start, end = _element(data, at)
    if data[at] != tag:
        raise ValueError("not a certificate")
    return start, end


def _element(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends."""
    if at + 2 > len(data):
        raise ValueError("not a certificate")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 3 or start + count > len(data):
            raise ValueError("not a certificate")
        length, start = int.from_bytes(data[start : start + count]), start + count
    if start + length > len(data):
        raise ValueError("not a certificate")
    return start, start + length
