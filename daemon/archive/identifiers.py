"""Identifiers as people see them (`ev_` + 26 base32 characters) and as the archive keeps them (16 bytes)."""

import hashlib
from typing import NewType

import msgspec

from adb_bridge.records import DeviceSerial, Source

from ..events import EventId, RowToken

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_SHIFTS = tuple(range(120, -1, -10))
_TO_INT_DIGITS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_encode_tuple = msgspec.msgpack.Encoder().encode

EVENT_PREFIX = "ev_"
ALERT_PREFIX = "al_"
CONVERSATION_PREFIX = "cv_"


EventToken = NewType("EventToken", bytes)
"""16 bytes that an event is called by in the archive: `Tokens.of_row`, or the RowToken itself where a version before
archived it."""


def spell(prefix: str, token: bytes) -> str:
    """`prefix` + RFC 4648 base32 of 16 bytes, lower case, without padding: 26 characters."""
    number = int.from_bytes(token, "big") << 2
    return prefix + "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])


def unspell(prefix: str, identifier: str) -> bytes | None:
    """The 16 bytes behind an identifier; None when it is not one of `prefix`'s."""
    body = identifier[len(prefix) :]
    if not identifier.startswith(prefix) or len(body) != 26 or body.strip(_ALPHABET):
        return None
    number = int(body.translate(_TO_INT_DIGITS), 32)
    return None if number & 3 else (number >> 2).to_bytes(16, "big")


def row_token(device: DeviceSerial, source: Source, source_key: str, content_hash: bytes) -> RowToken:
    """The same row of the same phone gives the same token however often it is collected."""
    digest = hashlib.sha256(_encode_tuple(("event", device, source.value, source_key, content_hash))).digest()
    return RowToken(digest[:16])


def event_id(token: EventToken) -> EventId:
    """As people see it."""
    return EventId(spell(EVENT_PREFIX, token))


def alert_id(event: EventId, rule_id: str) -> str:
    """One alert for one rule on one event."""
    return spell(ALERT_PREFIX, hashlib.sha256(_encode_tuple(("alert", event, rule_id))).digest()[:16])
