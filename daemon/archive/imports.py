"""What of an import the archive holds already: by its key, or by what it says, from whatever source."""

import json
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from adb_bridge.records import DeviceSerial, Source
from crypto.database import Database

from ..events import Direction, EventKind
from .book import Read
from .codes import DIRECTIONS, KIND_CODES, SOURCE_CODES, SOURCES, to_micros
from .content import ContentKeys
from .rows import row_as
from .transaction import Tokens

MOST_AT_A_TIME: Final = 500
"""Events of a phone within the exactness of one time; a phone has a few."""
_IMPORTED: Final = SOURCE_CODES[Source.IMPORTED]
_BY_KEY: Final = """
SELECT source_key FROM events WHERE device_no = ? AND source = ?
  AND source_key IN (SELECT value FROM json_each(?))"""
_BY_TIME: Final = """
SELECT e.ledger_index, e.source, e.direction, c.peer_key, e.key_no, e.sealed
FROM events e INDEXED BY events_by_time LEFT JOIN conversations c ON c.conversation_no = e.conversation_no
WHERE e.occurred_at BETWEEN ? AND ? AND e.device_no = ? AND e.kind = ? ORDER BY e.ledger_index LIMIT ?"""
_BY_FILE: Final = """
SELECT e.ledger_index, e.source, e.direction, NULL, e.key_no, e.sealed
FROM event_files f JOIN events e ON e.ledger_index = f.event_index
WHERE f.token = ? AND e.device_no = ? AND e.kind = ? ORDER BY e.ledger_index LIMIT ?"""
_LAYOUT: Final = "application/smil"
_NOBODY: Final = frozenset({"", "-1", "-2", "-3", "null"})
"""What providers and backups write for a number that is not shown."""


class Known(StrEnum):
    """Where a record is already."""

    NOWHERE = "nowhere"
    IMPORTED = "imported"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProbe:
    """What an imported record says, to be looked for."""

    source_key: str
    kind: EventKind
    earliest: datetime
    latest: datetime
    """Its time may be any from `earliest` to this, inclusive."""
    peer: str | None
    peer_keys: frozenset[str]
    """Of everybody it may be filed under; empty when unknown."""
    direction: Direction | None
    """None: any."""
    body: bytes | None
    duration_s: int | None
    """Of a call; None: any."""
    files: frozenset[str]
    """SHA-256 of its attachments, 64 hexadecimal digits each."""
    is_exact: bool
    """Its time is exact: two that say the same are one."""


@dataclass(frozen=True, slots=True)
class ImportLookup:
    """Answers for one batch, in its order."""

    known: tuple[Known, ...]
    taken: frozenset[int]
    """Ledger indexes that stand for a record of this batch, and for no later one of the same file."""


class ImportBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, read: Read, content: ContentKeys, tokens: Tokens) -> None:
        self._read = read
        self._content = content
        self._tokens = tokens

    async def look_up(
        self, device: DeviceSerial, probes: Sequence[ImportProbe], *, provenance: str, taken: AbstractSet[int]
    ) -> ImportLookup:
        """Which of these the archive holds. An event of the same file (`provenance`) stands for its own row only, one
        of `taken` for no other.
        """
        return await self._read(
            lambda database: _LookUp(database, self._content, self._tokens).run(device, probes, provenance, taken)
        )


class _Row(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    source: int
    direction: int
    peer_key: str | None
    key_no: int
    sealed: bytes


class _File(msgspec.Struct):
    content_type: str = ""
    sha256: str | None = None


class _Attributes(msgspec.Struct):
    provenance: str | None = None
    duration_s: int | None = None
    attachments: tuple[_File, ...] = ()


_decode = msgspec.json.Decoder(_Attributes).decode


def files_of(files: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """What tells attachments apart: content types with SHA-256, without layouts and unread parts."""
    return frozenset(sha256 for content_type, sha256 in files if sha256 is not None and content_type != _LAYOUT)


@dataclass(frozen=True, slots=True)
class _Held:
    """An event that may say the same."""

    ledger_index: int
    source: int
    direction: int
    peer: str | None
    peer_key: str | None
    body: bytes | None
    attributes: _Attributes


@dataclass(frozen=True, slots=True)
class _LookUp:
    database: Database
    content: ContentKeys
    tokens: Tokens

    def run(
        self, device: DeviceSerial, probes: Sequence[ImportProbe], provenance: str, taken: AbstractSet[int]
    ) -> ImportLookup:
        device_no = self.database.fetch_value("SELECT device_no FROM devices WHERE serial = ?", (device,))
        if not isinstance(device_no, int):
            return ImportLookup((Known.NOWHERE,) * len(probes), frozenset())
        keys = json.dumps([probe.source_key for probe in probes])
        by_key = {str(row[0]) for row in self.database.execute(_BY_KEY, (device_no, _IMPORTED, keys))}
        known: list[Known] = []
        newly_taken: set[int] = set()
        for probe in probes:
            if probe.source_key in by_key:
                known.append(Known.IMPORTED)
                continue
            match = self._match(device_no, probe, provenance, taken | newly_taken)
            if match is None:
                known.append(Known.NOWHERE)
                continue
            if not probe.is_exact:
                newly_taken.add(match.ledger_index)
            known.append(Known.IMPORTED if SOURCES[match.source] is Source.IMPORTED else Known.ARCHIVED)
        return ImportLookup(tuple(known), frozenset(newly_taken))

    def _match(self, device_no: int, probe: ImportProbe, provenance: str, taken: AbstractSet[int]) -> _Held | None:
        """The phone's own records first."""
        kind = KIND_CODES[probe.kind]
        if probe.kind is EventKind.RECORDING:
            (sha256,) = probe.files or {"-"}
            token = self.tokens.of_file(sha256)
            stored = self.database.fetch_all(_BY_FILE, (token, device_no, kind, MOST_AT_A_TIME))
        else:
            times = (to_micros(probe.earliest), to_micros(probe.latest))
            stored = self.database.fetch_all(_BY_TIME, (*times, device_no, kind, MOST_AT_A_TIME))
        rows = [row_as(_Row, one) for one in stored]
        for row in sorted(rows, key=lambda one: one.source == _IMPORTED):
            if row.ledger_index in taken:
                continue
            held = self._open(row)
            if held is not None and _says_the_same(held, probe, provenance):
                return held
        return None

    def _open(self, row: _Row) -> _Held | None:
        said = self.content.event(row.key_no, row.ledger_index, row.sealed)
        try:
            attributes = _decode(said.attributes)
        except msgspec.MsgspecError:
            return None
        return _Held(row.ledger_index, row.source, row.direction, said.peer, row.peer_key, said.body, attributes)


def _says_the_same(row: _Held, probe: ImportProbe, provenance: str) -> bool:
    attributes = row.attributes
    if attributes.provenance == provenance:
        return False
    files = files_of((one.content_type, one.sha256) for one in attributes.attachments)
    if probe.kind is EventKind.RECORDING:
        return probe.files <= files
    if probe.direction is not None and DIRECTIONS[row.direction] is not probe.direction:
        return False
    if not _is_same_peer(row, probe) or files != probe.files:
        return False
    if probe.kind is EventKind.CALL:
        return probe.duration_s is None or attributes.duration_s == probe.duration_s
    return _text(row.body) == _text(probe.body)


def _is_same_peer(row: _Held, probe: ImportProbe) -> bool:
    if row.peer_key is not None and probe.peer_keys:
        return row.peer_key in probe.peer_keys
    ours, theirs = probe.peer or "", row.peer or ""
    return ours == theirs or (ours in _NOBODY and theirs in _NOBODY)


def _text(body: bytes | None) -> bytes:
    """A backup writes `null` for no text."""
    return b"" if body is None or body == b"null" else body
