"""The sealed part of records: what an event or an alert says, under the key of its class and week.

Sealed is the MessagePack array `[opening, field, ...]`. The opening hides what the ledger's commitment is to, so with
the row or the key it goes, and nobody can confirm a guess about what was there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.record_seal import RecordSeal
from crypto.vault_keys import VaultKeys

from .data_classes import DataClass, period_of

_encode: Final = msgspec.msgpack.Encoder().encode


class EventContent(msgspec.Struct, array_like=True, frozen=True):
    """Of an event."""

    opening: bytes
    peer: str | None
    body: bytes | None
    attributes: str
    text: str | None
    """None when it is `body` decoded."""


class AlertContent(msgspec.Struct, array_like=True, frozen=True):
    """Of an alert."""

    opening: bytes
    verdict: str


def encoded(content: EventContent) -> bytes:
    """What is sealed of an event."""
    return _encode(content)


_decode_event: Final = msgspec.msgpack.Decoder(EventContent).decode
_decode_alert: Final = msgspec.msgpack.Decoder(AlertContent).decode


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals records of one class and week, for one unit of work."""

    key_no: int
    seal: Callable[[bytes, int], bytes]
    """Of what `encoded` made, for its place."""

    def event(self, content: EventContent, ledger_index: int) -> bytes:
        """Sealed for its place."""
        return self.seal(_encode(content), ledger_index)

    def alert(self, content: AlertContent, ledger_index: int) -> bytes:
        """Sealed for its place."""
        return self.seal(_encode(content), ledger_index)


UNREADABLE_EVENT: Final = EventContent(b"", None, None, '{"unreadable":true}', "")
"""Stands in lists for what does not open: one damaged row must not hide all others. `verify` names it."""


class ContentKeys:
    """Seals and opens what records say. Safe for several threads."""

    def __init__(self, keys: VaultKeys) -> None:
        self._keys = keys
        self._seals: dict[int, RecordSeal] = {}

    def sealer(self, data_class: DataClass, received_at: datetime) -> Sealer:
        """For records of a class that were received then; its key is made if there is none. Errors of `period_key`."""
        key = self._keys.period_key(data_class.value, period_of(received_at))
        return Sealer(key.key_no, self._seal_of(key.key_no).sealing())

    def sealer_beside(self, key_no: int) -> Sealer:
        """For what is to go with a record that this key sealed. IntegrityError(SEALED_KEY_MISSING)."""
        return Sealer(key_no, self._seal_of(key_no).sealing())

    def event(self, key_no: int, ledger_index: int, sealed: bytes) -> EventContent:
        """What an event says.

        IntegrityError(SEALED_DAMAGED); SEALED_KEY_MISSING when its key was destroyed or is damaged.
        """
        return _decode_event(self._seal_of(key_no).open(sealed, ledger_index))

    def shown_event(self, key_no: int, ledger_index: int, sealed: bytes) -> EventContent:
        """`event`, or UNREADABLE_EVENT."""
        try:
            return self.event(key_no, ledger_index, sealed)
        except (IntegrityError, msgspec.MsgspecError):
            return UNREADABLE_EVENT

    def alert(self, key_no: int, ledger_index: int, sealed: bytes) -> AlertContent:
        """What an alert says. Raises as `event`."""
        return _decode_alert(self._seal_of(key_no).open(sealed, ledger_index))

    def opener(self, key_no: int) -> Callable[[bytes, int], bytes]:
        """Opens what this key sealed, given its ledger index. Raises as `event`, at once when the key is missing."""
        return self._seal_of(key_no).open

    def forget(self) -> None:
        """After keys were destroyed."""
        self._seals.clear()

    def _seal_of(self, key_no: int) -> RecordSeal:
        seal = self._seals.get(key_no)
        if seal is None:
            key = self._keys.by_no(key_no)
            if key is None:
                raise IntegrityError(CryptoErrorCode.SEALED_KEY_MISSING, f"key {key_no}")
            seal = self._seals[key_no] = RecordSeal(key.secret)
        return seal
