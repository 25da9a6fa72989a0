"""Which recording is of which call: every decision a ledgered row, the last one of a recording holds."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adb_bridge.records import DeviceSerial
from crypto.database import Database, SqlValue

from ..events import EventKind
from .book import Read, Write
from .codes import KIND_CODES, to_micros
from .content import ContentKeys
from .errors import UnitRefusedError
from .event_queries import SELECT_EVENTS, event_of
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind, PresenceChange
from .presence import change_presence
from .records import ArchivedEvent
from .transaction import Transaction

MOST_RECORDINGS: Final = 5_000
MOST_CALLS: Final = 50_000
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.RECORDING_PAIRED].name
_CALL: Final = KIND_CODES[EventKind.CALL]
_RECORDING: Final = KIND_CODES[EventKind.RECORDING]

_LAST: Final = "SELECT call_index FROM recording_pairs WHERE recording_index = ? ORDER BY ledger_index DESC LIMIT 1"
_SUBJECT: Final = "SELECT device_no, kind FROM events WHERE ledger_index = ?"
_INSERT: Final = """
INSERT INTO recording_pairs (ledger_index, recording_index, call_index, score, decided_at, method)
VALUES (?, ?, ?, ?, ?, ?)"""
_OF_KIND: Final = "\n".join(
    (
        SELECT_EVENTS,
        "WHERE e.kind = ? AND e.device_no = (SELECT device_no FROM devices WHERE serial = ?)",
        "AND e.{column} BETWEEN ? AND ? AND (p.change IS NULL OR p.change <> ?)",
        "ORDER BY e.ledger_index DESC LIMIT ?",
    )
)
_RECORDINGS: Final = _OF_KIND.format(column="received_at")
_CALLS: Final = _OF_KIND.format(column="occurred_at")
_HOLDING: Final = """
SELECT recording_index, call_index FROM recording_pairs p WHERE call_index IS NOT NULL AND {column} IN (
  SELECT value FROM json_each(?)
) AND ledger_index = (SELECT max(ledger_index) FROM recording_pairs q WHERE q.recording_index = p.recording_index)"""
_OF_RECORDINGS: Final = _HOLDING.format(column="recording_index")
_OF_CALLS: Final = "\n".join(
    (
        _HOLDING.format(column="call_index"),
        "AND NOT EXISTS (SELECT 1 FROM events e JOIN presence_changes c ON c.ledger_index = e.presence_change",
        "WHERE e.ledger_index = p.recording_index AND c.change = ?)",
    )
)
"""A recording that was written anew leaves its call to what it is now."""
_NEWS: Final = """
SELECT DISTINCT d.serial FROM events e JOIN devices d ON d.device_no = e.device_no
WHERE e.ledger_index > ? AND e.kind IN (?, ?)"""
_ALL_TIME: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDecision:
    """A recording's call from now on. Indexes are the events' ledger indexes."""

    recording: int
    call: int | None
    """None: unpaired, what was decided before does not hold any more."""
    score: int
    """0 to 1,000; 0 when unpaired or concluded."""
    method: str
    """Which rules decided."""
    stands_in: int | None = None
    """A call that was concluded from the recording and is `call` now, which a log tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingSituation:
    """What pairs of one phone are decided by. Rows that became others on the phone are left out."""

    recordings: tuple[ArchivedEvent, ...]
    calls: tuple[ArchivedEvent, ...]
    """Without those that belong to other recordings than these."""
    held: dict[int, int]
    """Call by recording, ledger indexes, as decided last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairUnit:
    """Decisions about recordings of one phone. Returns how many were kept: those that say something new."""

    device: DeviceSerial
    decisions: tuple[PairDecision, ...]

    @property
    def row_count(self) -> int:
        """Decisions."""
        return len(self.decisions)

    @property
    def is_collected(self) -> bool:
        """They can be decided again."""
        return True

    def apply(self, transaction: Transaction) -> int:
        """Write them. UnitRefusedError for what is no recording or call of this phone."""
        return sum(self._decide(transaction, decision) for decision in self.decisions)

    def _decide(self, transaction: Transaction, decision: PairDecision) -> int:
        database = transaction.database
        device_no = transaction.device(self.device)
        _require(database, decision.recording, (device_no, _RECORDING))
        if decision.call is not None:
            _require(database, decision.call, (device_no, _CALL))
        if database.fetch_value(_LAST, (decision.recording,)) == decision.call:
            return 0
        now_us = to_micros(transaction.now)
        columns = (decision.recording, decision.call, decision.score, now_us, decision.method)
        index = transaction.ledger.append_row(LedgerKind.RECORDING_PAIRED, _NAME, *columns)
        database.execute(_INSERT, (index, *columns))
        if decision.stands_in is not None:
            _require(database, decision.stands_in, (device_no, _CALL))
            change_presence(
                transaction, decision.stands_in, PresenceChange.REPLACED, at_us=now_us, replaced_by=decision.call
            )
        return 1


class PairBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read, content: ContentKeys) -> None:
        self._write = write
        self._read = read
        self._content = content

    async def decide(self, device: DeviceSerial, decisions: tuple[PairDecision, ...]) -> int:
        """Keep what is new of these; how many."""
        return await self._write(PairUnit(device=device, decisions=decisions))

    async def recordings(self, device: DeviceSerial, received_since: datetime) -> tuple[ArchivedEvent, ...]:
        """Newest first."""
        return await self._read(
            lambda database: _events(
                database,
                self._content,
                _RECORDINGS,
                _RECORDING,
                device,
                to_micros(received_since),
                _ALL_TIME,
                MOST_RECORDINGS,
            )
        )

    async def situation(
        self, device: DeviceSerial, recordings: tuple[ArchivedEvent, ...], first: datetime, last: datetime
    ) -> PairingSituation:
        """These recordings with all calls that began in a time."""
        return await self._read(lambda database: _situation(database, self._content, device, recordings, first, last))

    async def devices_with_news(self, after: int) -> frozenset[DeviceSerial]:
        """Phones with calls or recordings whose ledger index is larger than `after`."""
        rows = await self._read(lambda database: database.fetch_all(_NEWS, (after, _CALL, _RECORDING)))
        return frozenset(DeviceSerial(str(serial)) for (serial,) in rows)


def _situation(
    database: Database,
    content: ContentKeys,
    device: DeviceSerial,
    recordings: tuple[ArchivedEvent, ...],
    first: datetime,
    last: datetime,
) -> PairingSituation:
    ours = {one.ledger_index for one in recordings}
    calls = _events(database, content, _CALLS, _CALL, device, to_micros(first), to_micros(last), MOST_CALLS)
    taken = {
        call
        for recording, call in _held(
            database, _OF_CALLS, (one.ledger_index for one in calls), int(PresenceChange.REPLACED)
        )
        if recording not in ours
    }
    return PairingSituation(
        recordings=recordings,
        calls=tuple(one for one in calls if one.ledger_index not in taken),
        held=dict(_held(database, _OF_RECORDINGS, ours)),
    )


def _events(
    database: Database, content: ContentKeys, sql: str, kind: int, device: DeviceSerial, low: int, high: int, limit: int
) -> tuple[ArchivedEvent, ...]:
    parameters: tuple[SqlValue, ...] = (kind, device, low, high, int(PresenceChange.REPLACED), limit)
    return tuple(event_of(row, content) for row in database.execute(sql, parameters))


def _held(database: Database, sql: str, indexes: Iterable[int], *more: SqlValue) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for row in database.execute(sql, (json.dumps(list(indexes)), *more)):
        match row:
            case (int(recording), int(call)):
                found.append((recording, call))
            case _:
                continue
    return found


def _require(database: Database, index: int, wanted: tuple[int, int]) -> None:
    if database.fetch_one(_SUBJECT, (index,)) != wanted:
        raise UnitRefusedError("a pair is a recording and a call of one phone")
