"""Sealing what was archived before records were sealed: the step of migration 5 that SQL cannot take.

Runs inside the migration's transaction, in chunks: memory does not grow with the archive.
"""

from typing import Final

import msgspec

from crypto.database import Database
from crypto.record_seal import new_opening

from .codes import KINDS, SOURCES, from_micros
from .content import AlertContent, ContentKeys, EventContent
from .data_classes import class_of
from .transaction import Tokens

SCHEMA_VERSION: Final = 5
_CHUNK: Final = 2_000
_EVENTS: Final = """
SELECT ledger_index, kind, source, received_at, peer, body, attributes, text FROM events
WHERE ledger_index > ? ORDER BY ledger_index LIMIT ?"""
_ALERTS: Final = """
SELECT a.ledger_index, e.kind, e.source, e.received_at, a.verdict
FROM alerts a JOIN events e ON e.ledger_index = a.event_index
WHERE a.ledger_index > ? ORDER BY a.ledger_index LIMIT ?"""
_DROP_PLAIN: Final = """
ALTER TABLE events DROP COLUMN peer;
ALTER TABLE events DROP COLUMN body;
ALTER TABLE events DROP COLUMN attributes;
ALTER TABLE events DROP COLUMN text;
ALTER TABLE alerts DROP COLUMN verdict;
"""


class _File(msgspec.Struct):
    sha256: str | None = None


class _Files(msgspec.Struct):
    attachments: tuple[_File, ...] = ()


_files: Final = msgspec.json.Decoder(_Files).decode


def seal_existing(database: Database, content: ContentKeys, tokens: Tokens) -> None:
    """Seal every event and alert, index the files of events, and drop the plain columns."""
    _seal_events(database, content, tokens)
    _seal_alerts(database, content)
    database.execute_script(_DROP_PLAIN)


def files_in(attributes: str) -> frozenset[str]:
    """SHA-256 of the attachments that an event's attributes name, 64 hexadecimal digits each."""
    if '"sha256"' not in attributes:
        return frozenset()
    try:
        return frozenset(one.sha256 for one in _files(attributes).attachments if one.sha256)
    except msgspec.MsgspecError:
        return frozenset()


def _seal_events(database: Database, content: ContentKeys, tokens: Tokens) -> None:
    last = 0
    while rows := database.fetch_all(_EVENTS, (last, _CHUNK)):
        sealed: list[tuple[int, bytes, int]] = []
        files: list[tuple[bytes, int]] = []
        for row in rows:
            index, kind, source, received_at, *said = row
            assert isinstance(index, int) and isinstance(kind, int)
            assert isinstance(source, int) and isinstance(received_at, int)
            sealer = content.sealer(class_of(KINDS[kind], SOURCES[source]), from_micros(received_at))
            opened = msgspec.convert((new_opening(), *said), EventContent)
            sealed.append((sealer.key_no, sealer.event(opened, index), index))
            files += [(tokens.of_file(one), index) for one in files_in(opened.attributes)]
            last = index
        database.executemany("UPDATE events SET key_no = ?, sealed = ? WHERE ledger_index = ?", sealed)
        database.executemany("INSERT INTO event_files (token, event_index) VALUES (?, ?)", files)


def _seal_alerts(database: Database, content: ContentKeys) -> None:
    last = 0
    while rows := database.fetch_all(_ALERTS, (last, _CHUNK)):
        sealed: list[tuple[int, bytes, int]] = []
        for row in rows:
            index, kind, source, received_at, verdict = row
            assert isinstance(index, int) and isinstance(kind, int) and isinstance(verdict, str)
            assert isinstance(source, int) and isinstance(received_at, int)
            sealer = content.sealer(class_of(KINDS[kind], SOURCES[source]), from_micros(received_at))
            sealed.append((sealer.key_no, sealer.alert(AlertContent(new_opening(), verdict), index), index))
            last = index
        database.executemany("UPDATE alerts SET key_no = ?, sealed = ? WHERE ledger_index = ?", sealed)
