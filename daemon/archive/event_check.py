"""Checking many events at once against their leaves. Nearly all records are events, so this loop decides how long
`verify` takes; it answers only "surely right" or "look closer", and `verify` looks closer with what serves all kinds.

What it compares is what `entry_content.opened` gives: phones and conversations are looked up in memory, not joined.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from crypto.database import Database, Row, SqlValue
from crypto.errors import CryptoError
from crypto.merkle import commit

from ..events import EventKind
from .codes import KIND_CODES
from .content import ContentKeys
from .ledger_kinds import EVENT_NAME, LedgerKind

_ROWS: Final = """
SELECT ledger_index, key_no, sealed, event_id, device_no, kind, source, source_key, occurred_at, received_at, direction,
       conversation_no, is_current, presence_change
FROM events WHERE ledger_index >= ? AND ledger_index < ? ORDER BY ledger_index"""
_PEERS: Final = "SELECT conversation_no, peer_key FROM conversations LIMIT ?"
"""What is beyond the limit is looked at closely, one by one."""
_ABSENCE: Final = KIND_CODES[EventKind.ABSENCE]
_EVENT: Final = int(LedgerKind.EVENT)
_MOST_CONVERSATIONS: Final = 2_000_000
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder().decode

Opener = Callable[[bytes, int], bytes]
"""Opens what is sealed for a place."""


class EventCheck:
    """One run over one snapshot of the database."""

    def __init__(self, database: Database, content: ContentKeys, *, old_key: bytes) -> None:
        """Reads phones and conversations at the first stretch."""
        self.marked = 0
        """So many events so far name a change of their presence."""
        self._database = database
        self._content = content
        self._old_key = old_key
        self._serials: dict[SqlValue, SqlValue] | None = None
        self._peers: dict[SqlValue, SqlValue] = {}
        self._openers: dict[SqlValue, Opener | None] = {}

    def check(self, start: int, end: int, leaves: Sequence[Row]) -> tuple[set[int], list[int]]:
        """Ledger indexes of the events from `start` to before `end`, and those that need a closer look.

        `leaves[n]` is the row of `start + n` as `verify` reads leaves: index, kind, commitment, opening, deleted_by.
        """
        serials, peers, openers, old_key = self._directories(), self._peers, self._openers, self._old_key
        sha256, encode, decode = hashlib.sha256, _encode, _decode
        doubtful: list[int] = []
        rows = self._database.fetch_all(_ROWS, (start, end))
        for (
            index, key_no, sealed, event_id, device_no, kind, source, source_key, occurred_at, received_at, direction,
            conversation_no, is_current, change,
        ) in rows:  # fmt: skip
            _, leaf_kind, commitment, ledger_opening, deleted_by = leaves[index - start]  # type: ignore[operator,index]
            try:
                open_sealed = openers[key_no]
            except KeyError:
                open_sealed = self._opener(key_no)
            try:
                opening, peer, body, attributes, text = decode(open_sealed(sealed, index))  # type: ignore[misc,arg-type]
                content = encode(
                    (
                        EVENT_NAME, event_id, serials[device_no], kind, source, source_key, occurred_at, received_at,
                        direction, peer, peers[conversation_no], body, attributes, text,
                    )
                )  # fmt: skip
                if ledger_opening is None:
                    is_committed = len(opening) == 16 and sha256(opening + content).digest() == commitment
                else:
                    is_committed = ledger_opening == b"" and commit(old_key, content) == commitment
            except (CryptoError, msgspec.MsgspecError, TypeError, ValueError, KeyError):
                doubtful.append(index)  # type: ignore[arg-type]
                continue
            is_odd = is_current != 0 or change is not None if kind == _ABSENCE else change is None and is_current != 1
            if not is_committed or is_odd or leaf_kind != _EVENT or deleted_by is not None:
                doubtful.append(index)  # type: ignore[arg-type]
        self.marked += sum(1 for row in rows if row[13] is not None)
        return {row[0] for row in rows}, doubtful  # type: ignore[misc]

    def _directories(self) -> dict[SqlValue, SqlValue]:
        if self._serials is None:
            self._serials = dict(_pairs(self._database, "SELECT device_no, serial FROM devices"))
            self._peers = {None: None}
            self._peers.update(_pairs(self._database, _PEERS, _MOST_CONVERSATIONS))
        return self._serials

    def _opener(self, key_no: SqlValue) -> Opener | None:
        opener: Opener | None = None
        if isinstance(key_no, int):
            try:
                opener = self._content.opener(key_no)
            except CryptoError:
                opener = None
        self._openers[key_no] = opener
        return opener


def _pairs(database: Database, sql: str, *parameters: SqlValue) -> Iterator[tuple[SqlValue, SqlValue]]:
    for row in database.execute(sql, parameters):
        yield row[0], row[1]
