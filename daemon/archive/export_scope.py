"""What an export is of: filters that find the same records later as when it was asked for, less what was deleted."""

import hashlib
from array import array
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database, SqlValue

from ..events import EventKind
from .codes import KIND_CODES, to_micros
from .event_queries import Conditions
from .identifiers import CONVERSATION_PREFIX, unspell

_SELECT: Final = "SELECT e.ledger_index, e.device_no, e.conversation_no FROM events e"
_OF_EMPLOYEE: Final = """EXISTS (
  SELECT 1 FROM enrolments n LEFT JOIN enrolment_ends x ON x.ledger_index = n.end_index
  WHERE n.device_no = e.device_no AND n.employee = ? AND n.ledger_index <= ? AND e.received_at >= n.enrolled_at
    AND (x.at IS NULL OR e.received_at <= x.at))"""
_OF_PEER: Final = """(e.conversation_no IN (SELECT conversation_no FROM conversations WHERE peer_token = ?)
  OR e.ledger_index IN (SELECT event_index FROM contact_numbers WHERE token = ?))"""


class ExportScope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Filters joined by AND. Kept as JSON in the ledger."""

    up_to: int
    """Entries of the ledger when it was asked for; nothing later is in it."""
    device: str | None = None
    employee: str | None = None
    peer_token: str | None = None
    """Of a number under the store's key, hexadecimal."""
    peer_shown: str | None = None
    """The number, masked."""
    conversation: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeCount:
    """What was in scope."""

    records: int
    conversations: int
    phones: int
    indexes_sha256: bytes
    """Over the ledger indexes, ascending, 8 bytes each, big-endian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who had a phone from when to when, by the daemon's clock."""

    device: DeviceSerial
    employee: str
    since_us: int
    until_us: int | None


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(ExportScope).decode


def scope_text(scope: ExportScope) -> str:
    """Canonical JSON."""
    return _encode(scope).decode()


def scope_of(text: str) -> ExportScope:
    """The inverse."""
    return _decode(text)


def count_scope(database: Database, scope: ExportScope) -> ScopeCount:
    """Count without opening anything."""
    digest = hashlib.sha256()
    conversations: set[int] = set()
    phones: set[int] = set()
    records = 0
    for index, device_no, conversation_no in _rows(database, scope):
        digest.update(index.to_bytes(8, "big"))
        phones.add(device_no)
        if conversation_no is not None:
            conversations.add(conversation_no)
        records += 1
    return ScopeCount(
        records=records, conversations=len(conversations), phones=len(phones), indexes_sha256=digest.digest()
    )


def indexes_in(database: Database, scope: ExportScope) -> "array[int]":
    """Ledger indexes of what is there now, ascending."""
    return array("q", (index for index, _, _ in _rows(database, scope)))


def holders(database: Database) -> tuple[Holder, ...]:
    """Everybody who ever had a phone, oldest first."""
    sql = """
SELECT d.serial, e.employee, e.enrolled_at, x.at FROM enrolments e JOIN devices d ON d.device_no = e.device_no
LEFT JOIN enrolment_ends x ON x.ledger_index = e.end_index ORDER BY e.ledger_index"""
    found: list[Holder] = []
    for row in database.execute(sql):
        match row:
            case (str(serial), str(employee), int(since), (int() | None) as until):
                found.append(Holder(device=DeviceSerial(serial), employee=employee, since_us=since, until_us=until))
            case _:
                continue
    return tuple(found)


def _rows(database: Database, scope: ExportScope) -> "list[tuple[int, int, int | None]]":
    conditions = _conditions(scope)
    if conditions is None:
        return []
    sql = f"{_SELECT}{conditions.clause()} ORDER BY e.ledger_index"
    found: list[tuple[int, int, int | None]] = []
    for row in database.execute(sql, conditions.parameters):
        match row:
            case (int(index), int(device_no), (int() | None) as conversation_no):
                found.append((index, device_no, conversation_no))
            case _:
                continue
    return found


def _conditions(scope: ExportScope) -> Conditions | None:
    conditions = Conditions()
    conditions.add("e.ledger_index <= ?", scope.up_to)
    if scope.device is not None:
        conditions.add("e.device_no = (SELECT device_no FROM devices WHERE serial = ?)", scope.device)
    if scope.employee is not None:
        conditions.add(_OF_EMPLOYEE, scope.employee, scope.up_to)
    if scope.peer_token is not None:
        token: SqlValue = bytes.fromhex(scope.peer_token)
        conditions.add(_OF_PEER, token, token)
    if scope.conversation is not None:
        conversation = unspell(CONVERSATION_PREFIX, scope.conversation)
        if conversation is None:
            return None
        conditions.add("e.conversation_no = (SELECT conversation_no FROM conversations WHERE token = ?)", conversation)
    if scope.since is not None:
        conditions.add("e.occurred_at >= ?", to_micros(scope.since))
    if scope.until is not None:
        conditions.add("e.occurred_at < ?", to_micros(scope.until))
    if scope.kinds:
        conditions.add_one_of("e.kind", [KIND_CODES[EventKind(kind)] for kind in scope.kinds])
    return conditions
