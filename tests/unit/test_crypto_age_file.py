"""The age format over OpenSSL, against pyrage as the independent implementation, in both directions."""

import hashlib

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crypto.age_file import NotOpenedError, is_ours, make_into, open_into, sealed_bytes
from crypto.keys import RootKey, StoreId
from crypto.sealed_keys import MediaKeys, SealRecipient

CHUNK = 65_536
KEYS = MediaKeys(RootKey(b"\5" * 32, store_id=StoreId("5" * 32), generation=1))
PRIVATE = b"\x77" * 32
PUBLIC = X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()


def made(plain: bytes) -> bytes:
    out = bytearray(sealed_bytes(len(plain)))
    make_into(plain, PUBLIC, memoryview(out))
    return bytes(out)


def opened(sealed: bytes, identity: bytes = PRIVATE) -> bytes:
    out = bytearray(b"what was here before")
    size_bytes = open_into(sealed, identity, out)
    return bytes(out[:size_bytes])


def pyrage_identity() -> pyrage.x25519.Identity:
    told: list[str] = []
    KEYS.for_age_tool(told.append)
    return pyrage.x25519.Identity.from_str(told[0])


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17])
def test_both_implementations_open_what_either_seals(size: int) -> None:
    plain = hashlib.shake_128(b"age").digest(size)
    ours = KEYS.recipient.seal(plain)
    assert is_ours(ours)
    assert pyrage.decrypt(ours, [pyrage_identity()]) == plain == KEYS.unseal(ours)
    theirs = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(KEYS.recipient.public)])
    assert KEYS.unseal(theirs) == plain
    assert opened(made(plain)) == plain


@pytest.mark.parametrize("size", [0, 5, CHUNK, CHUNK + 5])
def test_every_cut_and_addition_is_refused(size: int) -> None:
    sealed = made(bytes(size))
    cuts = {*range(min(len(sealed), 260)), *range(max(0, len(sealed) - 40), len(sealed)), 184 + CHUNK + 16}
    for cut in (cut for cut in cuts if cut < len(sealed)):
        with pytest.raises(NotOpenedError):
            opened(sealed[:cut])
    for more in (b"\0", bytes(16), bytes(CHUNK + 16)):
        with pytest.raises(NotOpenedError):
            opened(sealed + more)


def test_every_flipped_bit_is_refused() -> None:
    sealed = made(b"three")
    for place in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(NotOpenedError):
            opened(bytes(flipped))


def test_chunks_cannot_change_places_and_a_stranger_opens_nothing() -> None:
    sealed = made(bytes(2 * CHUNK + 1))
    head, first, second = 184, 184 + CHUNK + 16, 184 + 2 * (CHUNK + 16)
    swapped = sealed[:head] + sealed[first:second] + sealed[head:first] + sealed[second:]
    assert len(swapped) == len(sealed)
    with pytest.raises(NotOpenedError):
        opened(swapped)
    with pytest.raises(NotOpenedError):
        opened(sealed, b"\x33" * 32)


def test_a_share_that_agrees_on_nothing_is_refused() -> None:
    sealed = made(b"")
    line = sealed.split(b"\n")[1]
    with pytest.raises(NotOpenedError):
        opened(sealed.replace(line, b"-> X25519 " + b"A" * 43))
    with pytest.raises(ValueError, match=r".*"):
        make_into(b"", bytes(32), memoryview(bytearray(sealed_bytes(0))))


def test_the_public_half_is_read_from_its_spelling() -> None:
    sealed = bytearray()
    size_bytes = SealRecipient(KEYS.recipient.public).seal_into(memoryview(b"plain"), sealed)
    assert KEYS.unseal(bytes(sealed[:size_bytes])) == b"plain"
