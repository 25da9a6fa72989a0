"""Phones' clocks against ours: a ledgered row whenever one jumped, drifted or changed its zone."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database

from .book import Read, Write
from .codes import from_micros, to_micros
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .rows import row_as
from .transaction import Transaction

JUMP_MS: Final = 2_000
"""A change below this is the way of the answer, not the clock."""
MOST_READINGS: Final = 100
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.PHONE_CLOCK].name
_LAST: Final = """
SELECT offset_ms, utc_offset_min FROM phone_clocks WHERE device_no = ? ORDER BY ledger_index DESC LIMIT 1"""
_READINGS: Final = """
SELECT read_at, offset_ms, utc_offset_min FROM phone_clocks
WHERE device_no = (SELECT device_no FROM devices WHERE serial = ?) ORDER BY ledger_index DESC LIMIT ?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """A phone's clock at one moment."""

    read_at: datetime
    """Ours."""
    offset_ms: int
    """The phone's minus ours."""
    utc_offset_min: int | None
    """The phone's local time minus UTC; None when it did not tell."""

    def differs_from(self, other: "ClockReading") -> bool:
        """Whether a jump, a drift of two seconds or another zone lies between."""
        is_moved = abs(self.offset_ms - other.offset_ms) >= JUMP_MS
        return is_moved or (self.utc_offset_min is not None and self.utc_offset_min != other.utc_offset_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockUnit:
    """A reading; kept when it differs from the last one that was kept. Returns whether it was."""

    serial: DeviceSerial
    reading: ClockReading
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> bool:
        """Write it."""
        database = transaction.database
        device_no = transaction.device(self.serial)
        row = database.fetch_one(_LAST, (device_no,))
        if row is not None:
            last = row_as(_Kept, row)
            before = ClockReading(
                read_at=self.reading.read_at, offset_ms=last.offset_ms, utc_offset_min=last.utc_offset_min
            )
            if not self.reading.differs_from(before):
                return False
        columns = (to_micros(self.reading.read_at), self.reading.offset_ms, self.reading.utc_offset_min)
        index = transaction.ledger.append_row(LedgerKind.PHONE_CLOCK, _NAME, self.serial, *columns)
        database.execute(
            "INSERT INTO phone_clocks (ledger_index, device_no, read_at, offset_ms, utc_offset_min) "
            "VALUES (?, ?, ?, ?, ?)",
            (index, device_no, *columns),
        )
        return True


class ClockBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def note(self, serial: DeviceSerial, reading: ClockReading) -> bool:
        """Keep a reading that differs from the last kept one; whether it did."""
        return await self._write(ClockUnit(serial=serial, reading=reading))

    async def readings(self, serial: DeviceSerial, limit: int = MOST_READINGS) -> tuple[ClockReading, ...]:
        """Newest first."""
        return await self._read(lambda database: _readings(database, serial, max(1, min(limit, MOST_READINGS))))


class _Kept(msgspec.Struct, array_like=True, frozen=True):
    offset_ms: int
    utc_offset_min: int | None


class _Reading(msgspec.Struct, array_like=True, frozen=True):
    read_at: int
    offset_ms: int
    utc_offset_min: int | None


def _readings(database: Database, serial: DeviceSerial, limit: int) -> tuple[ClockReading, ...]:
    rows = (row_as(_Reading, row) for row in database.execute(_READINGS, (serial, limit)))
    return tuple(
        ClockReading(read_at=from_micros(row.read_at), offset_ms=row.offset_ms, utc_offset_min=row.utc_offset_min)
        for row in rows
    )
