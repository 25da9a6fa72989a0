"""Shop-held PINs of phones: sealed outside, kept here as bytes. No row of the ledger has anything of a PIN.

A phone has at most one PIN that was proposed and one that is current. Whatever they replaced stays among the previous
ones, also what the phone is said to have refused: a lost PIN is a phone that nobody opens or wipes any more. Each
change writes its audit entry in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database, Row

from .audit_trail import AuditUnit
from .book import Read, Write
from .codes import from_micros, to_micros
from .drafts import AuditDraft
from .rows import row_as
from .transaction import Transaction

MOST_PREVIOUS: Final = 8
"""PINs of a phone that are kept beside its current and its proposed one; those that no phone ever had go first."""
_COLUMNS: Final = "pin_id, state, origin, is_doubtful, key_no, sealed, made_at, made_by, changed_at, verified_at"
_SELECT: Final = f"SELECT d.serial, {_COLUMNS} FROM pins p JOIN devices d ON d.device_no = p.device_no"  # noqa: S608
_OF_DEVICE: Final = _SELECT + " WHERE d.serial = ? ORDER BY p.state, p.changed_at DESC, p.pin_id"
_ALL: Final = _SELECT + " ORDER BY d.serial, p.state, p.changed_at DESC, p.pin_id"
_INSERT: Final = """
INSERT INTO pins (pin_id, device_no, state, origin, is_doubtful, key_no, sealed, made_at, made_by, changed_at)
VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)"""
_MOVE: Final = "UPDATE pins SET state = ?, is_doubtful = ?, changed_at = ?, verified_at = ? WHERE pin_id = ?"
_DELETE: Final = "DELETE FROM pins WHERE pin_id = ?"


class PinState(IntEnum):
    """Numbers are kept in files; by them they are tried in order."""

    PROPOSED = 1
    """Sent, or about to be: the phone may have it."""
    CURRENT = 2
    PREVIOUS = 3


class PinOrigin(IntEnum):
    """Where it came from. Numbers are kept in files."""

    DRAWN = 1
    TYPED = 2
    """A person chose it for the phone."""
    TOLD = 3
    """A person said that the phone has it."""


class PinOutcome(IntEnum):
    """What became of a proposed PIN on the phone."""

    TOOK = 1
    NOT = 2
    UNSURE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPin:
    """A PIN that nobody can read without its key."""

    pin_id: int
    """Random; the seal is bound to it."""
    key_no: int
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPin:
    """One PIN of a phone."""

    device: DeviceSerial
    state: PinState
    origin: PinOrigin
    is_doubtful: bool
    """Proposed, and nobody knows whether the phone has it."""
    pin: SealedPin
    made_at: datetime
    made_by: str
    changed_at: datetime
    verified_at: datetime | None
    """When the phone last said that it is this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPinUnit:
    """A new PIN. A drawn one is not needed by a phone that has a proposed one: that is what is returned."""

    device: DeviceSerial
    origin: PinOrigin
    pin: SealedPin
    audit: AuditDraft
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedPin:
        """Write it."""
        database, now = transaction.database, to_micros(transaction.now)
        proposed = _in_state(database, self.device, PinState.PROPOSED)
        if proposed is not None and self.origin is PinOrigin.DRAWN:
            return proposed
        AuditUnit(draft=self.audit).apply(transaction)
        state = PinState.PROPOSED
        _retire(database, proposed, now)
        if self.origin is PinOrigin.TOLD:
            state = PinState.CURRENT
            _retire(database, _in_state(database, self.device, PinState.CURRENT), now)
        device_no = transaction.device(self.device)
        made = (self.pin.key_no, self.pin.sealed, now, self.audit.actor, now)
        database.execute(_INSERT, (self.pin.pin_id, device_no, int(state), int(self.origin), *made))
        _drop_oldest(database, self.device)
        return _required(database, self.device, self.pin.pin_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlePinUnit:
    """What became of the proposed PIN; nothing when there is none. Returns whether there was one."""

    device: DeviceSerial
    outcome: PinOutcome
    audit: AuditDraft
    row_count: ClassVar[int] = 3
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> bool:
        """Write it."""
        database, now = transaction.database, to_micros(transaction.now)
        proposed = _in_state(database, self.device, PinState.PROPOSED)
        if proposed is None:
            return False
        AuditUnit(draft=self.audit).apply(transaction)
        pin_id = proposed.pin.pin_id
        match self.outcome:
            case PinOutcome.TOOK:
                _retire(database, _in_state(database, self.device, PinState.CURRENT), now)
                database.execute(_MOVE, (PinState.CURRENT, 0, now, now, pin_id))
            case PinOutcome.NOT:
                _retire(database, proposed, now)
            case PinOutcome.UNSURE:
                database.execute(_MOVE, (PinState.PROPOSED, 1, now, None, pin_id))
        _drop_oldest(database, self.device)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedPinUnit:
    """The phone has no PIN any more: what was current or proposed is previous. Returns how many that were."""

    device: DeviceSerial
    audit: AuditDraft
    row_count: ClassVar[int] = 3
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> int:
        """Write it."""
        database, now = transaction.database, to_micros(transaction.now)
        held = [one for one in pins_of(database, self.device) if one.state is not PinState.PREVIOUS]
        if held:
            AuditUnit(draft=self.audit).apply(transaction)
            for one in held:
                _retire(database, one, now)
            _drop_oldest(database, self.device)
        return len(held)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPinUnit:
    """The phone said that this PIN is its own: it is current from now on. False when it is not kept any more."""

    device: DeviceSerial
    pin_id: int
    audit: AuditDraft
    row_count: ClassVar[int] = 3
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> bool:
        """Write it. A proposed one beside it stays: it may be about to be sent."""
        database, now = transaction.database, to_micros(transaction.now)
        found = next((one for one in pins_of(database, self.device) if one.pin.pin_id == self.pin_id), None)
        if found is None:
            return False
        if found.state is not PinState.CURRENT:
            AuditUnit(draft=self.audit).apply(transaction)
            _retire(database, _in_state(database, self.device, PinState.CURRENT), now)
        database.execute(_MOVE, (PinState.CURRENT, 0, now, now, self.pin_id))
        _drop_oldest(database, self.device)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetPinsUnit:
    """All PINs of a phone go; the numbers of the keys that they were under."""

    device: DeviceSerial
    audit: AuditDraft
    row_count: ClassVar[int] = 4
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> tuple[int, ...]:
        """Write it."""
        AuditUnit(draft=self.audit).apply(transaction)
        held = pins_of(transaction.database, self.device)
        for one in held:
            transaction.database.execute(_DELETE, (one.pin.pin_id,))
        return tuple(sorted({one.pin.key_no for one in held}))


class PinBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def keep(self, device: DeviceSerial, origin: PinOrigin, pin: SealedPin, audit: AuditDraft) -> ArchivedPin:
        """On the disk when it returns. As `KeepPinUnit`."""
        return await self._write(KeepPinUnit(device=device, origin=origin, pin=pin, audit=audit))

    async def settle(self, device: DeviceSerial, outcome: PinOutcome, audit: AuditDraft) -> bool:
        """What became of the proposed one; False when there is none."""
        return await self._write(SettlePinUnit(device=device, outcome=outcome, audit=audit))

    async def cleared(self, device: DeviceSerial, audit: AuditDraft) -> int:
        """The phone has none any more."""
        return await self._write(ClearedPinUnit(device=device, audit=audit))

    async def verified(self, device: DeviceSerial, pin_id: int, audit: AuditDraft) -> bool:
        """The phone has this one."""
        return await self._write(VerifiedPinUnit(device=device, pin_id=pin_id, audit=audit))

    async def forget(self, device: DeviceSerial, audit: AuditDraft) -> tuple[int, ...]:
        """All of a phone go. The numbers of their keys, which have no further use."""
        return await self._write(ForgetPinsUnit(device=device, audit=audit))

    async def of(self, device: DeviceSerial) -> tuple[ArchivedPin, ...]:
        """In the order in which the phone may have them."""
        return await self._read(lambda database: pins_of(database, device))

    async def all(self) -> tuple[ArchivedPin, ...]:
        """Of every phone, by serial."""
        return await self._read(lambda database: _pins(database.fetch_all(_ALL)))


def pins_of(database: Database, device: DeviceSerial) -> tuple[ArchivedPin, ...]:
    """Of one phone: proposed, current, previous ones newest first."""
    return _pins(database.fetch_all(_OF_DEVICE, (device,)))


def _in_state(database: Database, device: DeviceSerial, state: PinState) -> ArchivedPin | None:
    return next((one for one in pins_of(database, device) if one.state is state), None)


def _required(database: Database, device: DeviceSerial, pin_id: int) -> ArchivedPin:
    return next(one for one in pins_of(database, device) if one.pin.pin_id == pin_id)


def _retire(database: Database, pin: ArchivedPin | None, now: int) -> None:
    if pin is not None:
        database.execute(_MOVE, (PinState.PREVIOUS, 0, now, _micros(pin.verified_at), pin.pin.pin_id))


def _drop_oldest(database: Database, device: DeviceSerial) -> None:
    previous = [one for one in pins_of(database, device) if one.state is PinState.PREVIOUS]
    previous.sort(key=lambda one: one.verified_at is None)  # stable: within each, newest first
    for one in previous[MOST_PREVIOUS:]:
        database.execute(_DELETE, (one.pin.pin_id,))


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


class _PinRow(msgspec.Struct, array_like=True, frozen=True):
    serial: str
    pin_id: int
    state: int
    origin: int
    is_doubtful: int
    key_no: int
    sealed: bytes
    made_at: int
    made_by: str
    changed_at: int
    verified_at: int | None


def _pins(rows: Sequence[Row]) -> tuple[ArchivedPin, ...]:
    return tuple(_pin(row_as(_PinRow, row)) for row in rows)


def _pin(row: _PinRow) -> ArchivedPin:
    return ArchivedPin(
        device=DeviceSerial(row.serial),
        state=PinState(row.state),
        origin=PinOrigin(row.origin),
        is_doubtful=bool(row.is_doubtful),
        pin=SealedPin(pin_id=row.pin_id, key_no=row.key_no, sealed=row.sealed),
        made_at=from_micros(row.made_at),
        made_by=row.made_by,
        changed_at=from_micros(row.changed_at),
        verified_at=None if row.verified_at is None else from_micros(row.verified_at),
    )
