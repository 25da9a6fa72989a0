"""Legal holds: what may not be deleted, why, and until when. Each hold and each end is a ledgered row."""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database, Row

from .book import Read, Write
from .codes import KINDS, SOURCES, from_micros, to_micros
from .data_classes import DataClass, class_of
from .errors import IllegalTransitionError, RecordNotFoundError, UnitRefusedError
from .identifiers import CONVERSATION_PREFIX, unspell
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .rows import row_as
from .transaction import Transaction

_NAME: Final = KINDS_OF_ENTRY[LedgerKind.HOLD].name
_END_NAME: Final = KINDS_OF_ENTRY[LedgerKind.HOLD_ENDED].name
_INSERT: Final = """
INSERT INTO holds (ledger_index, hold_id, at, actor, reason, until, device, conversation, peer_token, peer_shown,
                   employee, data_class, received_from, received_to)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ROWS: Final = """
SELECT ledger_index, device_no, conversation_no, received_at, kind, source FROM events
WHERE ledger_index IN (SELECT value FROM json_each(?))"""
_SELECT: Final = """
SELECT h.ledger_index, h.hold_id, h.at, h.actor, h.reason, h.until, h.device, h.conversation, h.peer_token,
       h.peer_shown, h.employee, h.data_class, h.received_from, h.received_to, x.at, x.actor, x.reason
FROM holds h LEFT JOIN hold_ends x ON x.ledger_index = h.end_index"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldScope:
    """What a hold covers: records that fit every field that is given. Without any field it covers everything."""

    device: DeviceSerial | None = None
    conversation: str | None = None
    """`cv_…`."""
    peer_token: bytes | None = None
    """A number on every phone: `Tokens.of_number`. What was said with it, and contacts that have it."""
    peer_shown: str | None = None
    """The number masked, for people."""
    employee: str | None = None
    """What was received while this employee had the phone."""
    data_class: DataClass | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    """Not included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDraft:
    """A hold to be put on."""

    scope: HoldScope
    reason: str
    actor: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedHold:
    """A hold as it is kept."""

    ledger_index: int
    hold_id: str
    scope: HoldScope
    reason: str
    actor: str
    placed_at: datetime
    until: datetime
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None

    def is_active(self, now: datetime) -> bool:
        """Neither ended nor run out."""
        return self.ended_at is None and now < self.until


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What of an event decides whether it is held."""

    ledger_index: int
    device_no: int
    conversation_no: int | None
    received_at: int
    data_class: DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHoldUnit:
    """A new hold. UnitRefusedError when it has ended before it begins."""

    draft: HoldDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedHold:
        """Write it."""
        draft, scope = self.draft, self.draft.scope
        if draft.until <= transaction.now:
            raise UnitRefusedError("a hold ends in the future")
        hold_id = f"hold_{secrets.token_hex(6)}"
        columns = (
            hold_id, to_micros(transaction.now), draft.actor, draft.reason, to_micros(draft.until), scope.device,
            scope.conversation, scope.peer_token, scope.peer_shown, scope.employee,
            None if scope.data_class is None else scope.data_class.value, _micros(scope.received_from),
            _micros(scope.received_to),
        )  # fmt: skip
        index = transaction.ledger.append_row(LedgerKind.HOLD, _NAME, *columns)
        transaction.database.execute(_INSERT, (index, *columns))
        return _one(transaction.database, hold_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndHoldUnit:
    """The end of a hold before its time. RecordNotFoundError; IllegalTransitionError when it was ended before."""

    hold_id: str
    actor: str
    reason: str
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedHold:
        """Write it."""
        hold = _one(transaction.database, self.hold_id)
        if hold.ended_at is not None:
            raise IllegalTransitionError(current="ended", to="ended")
        columns = (hold.ledger_index, to_micros(transaction.now), self.actor, self.reason)
        index = transaction.ledger.append_row(LedgerKind.HOLD_ENDED, _END_NAME, *columns)
        sql = "INSERT INTO hold_ends (ledger_index, hold_index, at, actor, reason) VALUES (?, ?, ?, ?, ?)"
        transaction.database.execute(sql, (index, *columns))
        transaction.database.execute(
            "UPDATE holds SET end_index = ? WHERE ledger_index = ?", (index, hold.ledger_index)
        )
        return _one(transaction.database, self.hold_id)


class HoldBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def place(self, draft: HoldDraft) -> ArchivedHold:
        """Nothing it covers is deleted from its commit on. UnitRefusedError when it has ended before it begins."""
        return await self._write(PlaceHoldUnit(draft=draft))

    async def end(self, hold_id: str, *, actor: str, reason: str) -> ArchivedHold:
        """RecordNotFoundError; IllegalTransitionError when it was ended before."""
        return await self._write(EndHoldUnit(hold_id=hold_id, actor=actor, reason=reason))

    async def all(self) -> tuple[ArchivedHold, ...]:
        """Ended ones too, newest first."""
        return await self._read(all_holds)

    async def is_conversation(self, name: str) -> bool:
        """Whether anything was ever said in it."""
        return bool(await self._read(lambda database: _conversation(database, name)))

    async def covering(self, indexes: Sequence[int], now: datetime) -> dict[int, str]:
        """Of these events, those that are held, with the id of a hold that covers them."""
        return await self._read(lambda database: Holds.at(database, now).covering(rows_of(database, indexes)))


class Holds:
    """The holds that are active at one moment, ready to be asked about many events."""

    def __init__(self, matchers: tuple["_Matcher", ...]) -> None:
        self._matchers = matchers

    @classmethod
    def at(cls, database: Database, now: datetime) -> "Holds":
        """As the database says."""
        return cls(tuple(_matcher(database, hold) for hold in all_holds(database) if hold.is_active(now)))

    def on_class(self, data_class: DataClass) -> bool:
        """Whether a hold covers a class of what is no event, alone or with everything else.

        Such rows are of no phone's conversation; a time in the hold's scope is taken as the whole of it.
        """
        return any(matcher.is_on_class(data_class) for matcher in self._matchers)

    def covering(self, rows: Iterable[HeldRow]) -> dict[int, str]:
        """Ledger index to the id of the first hold that covers it."""
        found: dict[int, str] = {}
        for row in rows:
            hold_id = next((one.hold_id for one in self._matchers if one.covers(row)), None)
            if hold_id is not None:
                found[row.ledger_index] = hold_id
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Peer:
    """A number, as events have it."""

    conversations: frozenset[int]
    contacts: frozenset[int]
    """Ledger indexes of contacts with the number: they are of no conversation."""

    def has(self, row: HeldRow) -> bool:
        return row.conversation_no in self.conversations or row.ledger_index in self.contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matcher:
    hold_id: str
    device_no: int | None
    conversation: frozenset[int] | None
    """Its number, or none when it is unknown."""
    peer: _Peer | None
    terms: tuple[tuple[int, int, int], ...] | None
    """Phone, from, to: when an employee had it."""
    data_class: DataClass | None
    received_from: int
    received_to: int

    def is_on_class(self, data_class: DataClass) -> bool:
        """Without a phone, a conversation or an employee."""
        is_of_events = (self.device_no, self.conversation, self.peer, self.terms) != (None, None, None, None)
        return not is_of_events and self.data_class in (None, data_class)

    def covers(self, row: HeldRow) -> bool:
        return (
            (self.device_no is None or row.device_no == self.device_no)
            and (self.conversation is None or row.conversation_no in self.conversation)
            and (self.peer is None or self.peer.has(row))
            and (self.data_class is None or row.data_class is self.data_class)
            and self.received_from <= row.received_at < self.received_to
            and (self.terms is None or any(_is_within(row, term) for term in self.terms))
        )


_ALWAYS: Final = 2**62
_NO_DEVICE: Final = -1


def all_holds(database: Database) -> tuple[ArchivedHold, ...]:
    """Newest first."""
    rows = database.fetch_all(_SELECT + " ORDER BY h.ledger_index DESC")
    return tuple(_hold(row_as(_HoldRow, row)) for row in rows)


def rows_of(database: Database, indexes: Iterable[int]) -> tuple[HeldRow, ...]:
    """Events as holds look at them; unknown indexes are left out."""
    return tuple(held_row(row) for row in database.execute(_ROWS, (json.dumps(list(indexes)),)))


def held_row(row: Row) -> HeldRow:
    """A row of ledger index, phone, conversation, time of receipt, kind and source."""
    match row:
        case (int(index), int(device_no), (int() | None) as conversation_no, int(received_at), int(kind), int(source)):
            data_class = class_of(KINDS[kind], SOURCES[source])
            return HeldRow(index, device_no, conversation_no, received_at, data_class)
        case _:
            raise UnitRefusedError("not a row of an event")


def _matcher(database: Database, hold: ArchivedHold) -> _Matcher:
    scope = hold.scope
    return _Matcher(
        hold_id=hold.hold_id,
        device_no=None if scope.device is None else _device_no(database, scope.device),
        conversation=None if scope.conversation is None else _conversation(database, scope.conversation),
        peer=None if scope.peer_token is None else _peer(database, scope.peer_token),
        terms=None if scope.employee is None else _terms(database, scope.employee),
        data_class=scope.data_class,
        received_from=-_ALWAYS if scope.received_from is None else to_micros(scope.received_from),
        received_to=_ALWAYS if scope.received_to is None else to_micros(scope.received_to),
    )


def _device_no(database: Database, serial: DeviceSerial) -> int:
    found = database.fetch_value("SELECT device_no FROM devices WHERE serial = ?", (serial,))
    return found if isinstance(found, int) else _NO_DEVICE


def _conversation(database: Database, name: str) -> frozenset[int]:
    token = unspell(CONVERSATION_PREFIX, name) or b""
    return _numbers(database, "SELECT conversation_no FROM conversations WHERE token = ?", token)


def _peer(database: Database, token: bytes) -> _Peer:
    return _Peer(
        conversations=_numbers(database, "SELECT conversation_no FROM conversations WHERE peer_token = ?", token),
        contacts=_numbers(database, "SELECT event_index FROM contact_numbers WHERE token = ?", token),
    )


def _numbers(database: Database, sql: str, token: bytes) -> frozenset[int]:
    return frozenset(number for (number,) in database.execute(sql, (token,)) if isinstance(number, int))


def _terms(database: Database, employee: str) -> tuple[tuple[int, int, int], ...]:
    sql = """
SELECT e.device_no, e.enrolled_at, coalesce(x.at, ?) FROM enrolments e
LEFT JOIN enrolment_ends x ON x.ledger_index = e.end_index WHERE e.employee = ?"""
    return tuple(
        (device_no, start, end)
        for device_no, start, end in database.execute(sql, (_ALWAYS, employee))
        if isinstance(device_no, int) and isinstance(start, int) and isinstance(end, int)
    )


def _is_within(row: HeldRow, term: tuple[int, int, int]) -> bool:
    device_no, start, end = term
    return row.device_no == device_no and start <= row.received_at <= end


class _HoldRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    hold_id: str
    at: int
    actor: str
    reason: str
    until: int
    device: str | None
    conversation: str | None
    peer_token: bytes | None
    peer_shown: str | None
    employee: str | None
    data_class: str | None
    received_from: int | None
    received_to: int | None
    ended_at: int | None
    ended_by: str | None
    end_reason: str | None


def _hold(row: _HoldRow) -> ArchivedHold:
    return ArchivedHold(
        ledger_index=row.ledger_index,
        hold_id=row.hold_id,
        scope=HoldScope(
            device=None if row.device is None else DeviceSerial(row.device),
            conversation=row.conversation,
            peer_token=row.peer_token,
            peer_shown=row.peer_shown,
            employee=row.employee,
            data_class=None if row.data_class is None else DataClass(row.data_class),
            received_from=_moment(row.received_from),
            received_to=_moment(row.received_to),
        ),
        reason=row.reason,
        actor=row.actor,
        placed_at=from_micros(row.at),
        until=from_micros(row.until),
        ended_at=_moment(row.ended_at),
        ended_by=row.ended_by,
        end_reason=row.end_reason,
    )


def _one(database: Database, hold_id: str) -> ArchivedHold:
    row = database.fetch_one(_SELECT + " WHERE h.hold_id = ?", (hold_id,))
    if row is None:
        raise RecordNotFoundError("hold")
    return _hold(row_as(_HoldRow, row))


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
