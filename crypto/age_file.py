"""The age format (C2SP age v1) for one X25519 recipient, over OpenSSL: what pyrage makes and opens, three times faster.

pyrage keeps the interpreter lock while it works and has no ChaCha20 for this machine's vector units. Everything here is
an ordinary age file: pyrage and the `age` tool open it. `open_into` knows only headers of the shape that `make_into`
writes; others are pyrage's. Both work in buffers that are used again: fresh memory costs more than the cipher.

    age-encryption.org/v1
    -> X25519 SHARE        ephemeral public key
    WRAPPED                file key (16 bytes) under ChaCha20-Poly1305
    --- MAC                HMAC-SHA256 of the header
    NONCE CHUNK…           16 bytes; 64 KiB chunks, each with its number and whether it is the last
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_CHUNK_BYTES: Final = 64 * 1024
_TAG_BYTES: Final = 16
_FILE_KEY_BYTES: Final = 16
_NONCE_BYTES: Final = 16
_ZERO_NONCE: Final = bytes(12)
_OVERHEAD_BYTES: Final = 184
"""Header and nonce."""
_WRAP_INFO: Final = b"age-encryption.org/v1/X25519"
_HEADER: Final = re.compile(
    rb"(age-encryption\.org/v1\n-> X25519 ([A-Za-z0-9+/]{43})\n([A-Za-z0-9+/]{43})\n---) ([A-Za-z0-9+/]{43})\n"
)


Buffer = bytes | bytearray | memoryview


class NotOpenedError(Exception):
    """The file was changed, cut, or sealed for somebody else."""


def sealed_bytes(plain_bytes: int) -> int:
    """The size of the age file of so many bytes."""
    return _OVERHEAD_BYTES + plain_bytes + _TAG_BYTES * max(-(-plain_bytes // _CHUNK_BYTES), 1)


def make_into(plain: Buffer, recipient: bytes, out: memoryview) -> None:
    """An age file for the X25519 public key `recipient` (32 bytes), into `out` of exactly `sealed_bytes`.

    ValueError for a key that agrees on nothing and for an `out` of another size.
    """
    view = memoryview(plain)
    file_key, nonce = secrets.token_bytes(_FILE_KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    wrap = _wrap_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient)), share, recipient)
    wrapped = ChaCha20Poly1305(wrap).encrypt(_ZERO_NONCE, file_key, None)
    head = b"age-encryption.org/v1\n-> X25519 %b\n%b\n---" % (_spell(share), _spell(wrapped))
    out[:_OVERHEAD_BYTES] = b"".join((head, b" ", _spell(_mac(file_key, head)), b"\n", nonce))
    cipher = ChaCha20Poly1305(_expand(file_key, nonce, b"payload"))
    at = _OVERHEAD_BYTES
    for number, start, end in _chunks(len(view), _CHUNK_BYTES):
        at += cipher.encrypt_into(number, view[start:end], None, out[at : at + _CHUNK_BYTES + _TAG_BYTES])


def is_ours(sealed: Buffer) -> bool:
    """Whether the header has the one shape that `open_into` knows."""
    return _HEADER.match(sealed) is not None


def open_into(sealed: Buffer, identity: bytes, out: bytearray) -> int:
    """The plain content for the X25519 private key `identity` (32 bytes), into `out`, which grows when it is too small.

    Returns the content's size; what was in `out` behind it stays. NotOpenedError; then `out` may hold chunks that were
    true.
    """
    match = _HEADER.match(sealed)
    if match is None:
        raise NotOpenedError
    head, share, wrapped, mac = match[1], _read(match[2]), _read(match[3]), _read(match[4])
    private = X25519PrivateKey.from_private_bytes(identity)
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(share))
        wrap = _wrap_key(shared, share, private.public_key().public_bytes_raw())
        file_key = ChaCha20Poly1305(wrap).decrypt(_ZERO_NONCE, wrapped, None)
    except (InvalidTag, ValueError):
        raise NotOpenedError from None
    if len(file_key) != _FILE_KEY_BYTES or not hmac.compare_digest(mac, _mac(file_key, head)):
        raise NotOpenedError
    payload = memoryview(sealed)[match.end() :]
    nonce, stored = bytes(payload[:_NONCE_BYTES]), payload[_NONCE_BYTES:]
    whole, left = divmod(len(stored), _CHUNK_BYTES + _TAG_BYTES)
    # an empty chunk is only allowed as the only one
    if len(nonce) != _NONCE_BYTES or 0 < left < _TAG_BYTES + (whole > 0) or not len(stored):
        raise NotOpenedError
    cipher = ChaCha20Poly1305(_expand(file_key, nonce, b"payload"))
    size_bytes = len(stored) - _TAG_BYTES * (whole + (left > 0))
    out.extend(bytes(max(size_bytes - len(out), 0)))
    at = 0
    try:
        with memoryview(out) as view:
            for number, start, end in _chunks(len(stored), _CHUNK_BYTES + _TAG_BYTES):
                piece = stored[start:end]
                at += cipher.decrypt_into(number, piece, None, view[at : at + len(piece) - _TAG_BYTES])
    except InvalidTag:
        raise NotOpenedError from None
    return size_bytes


def _chunks(size_bytes: int, chunk_bytes: int) -> Iterator[tuple[bytes, int, int]]:
    """Nonce, start and end of each chunk; one empty chunk for nothing."""
    last = max(-(-size_bytes // chunk_bytes) - 1, 0)
    for number in range(last + 1):
        start = number * chunk_bytes
        yield number.to_bytes(11, "big") + bytes((number == last,)), start, start + chunk_bytes


def _wrap_key(shared: bytes, share: bytes, recipient: bytes) -> bytes:
    return _expand(shared, share + recipient, _WRAP_INFO)


def _expand(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_expand(file_key, b"", b"header"), head, hashlib.sha256)


def _spell(content: bytes) -> bytes:
    """Base64 without padding."""
    return base64.b64encode(content).rstrip(b"=")


def _read(text: bytes) -> bytes:
    """43 characters back to 32 bytes; one spelling for each content."""
    content = binascii.a2b_base64(text + b"=")
    if _spell(content) != text:
        raise NotOpenedError
    return content
