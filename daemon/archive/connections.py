"""How phones are reached: addresses to connect to, and who was behind which connection. Not part of the ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from adb_bridge.carrier import Carrier
from adb_bridge.records import DeviceSerial, TransportSerial
from crypto.database import Database

from .book import Read, Write
from .codes import from_micros, to_micros
from .rows import row_as
from .transaction import Transaction

_CARRIER_CODES: Final = {Carrier.CABLE: 1, Carrier.NETWORK: 2, Carrier.WIRELESS_DEBUGGING: 3}
_CARRIERS: Final = {code: carrier for carrier, code in _CARRIER_CODES.items()}
MOST_OF_A_PHONE: Final = 16
"""A phone whose port changes every day would fill the table; the oldest are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownConnection:
    """A phone said who it is on this connection."""

    name: TransportSerial
    serial: DeviceSerial
    carrier: Carrier
    install_mark: str | None
    """Tells two phones with one serial apart; see `adb_bridge.identity`. None: not told."""
    last_used_at: datetime | None = None
    """None: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionUnit:
    """Somebody was there."""

    connection: KnownConnection
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it; the phone's oldest ones beyond the bound go."""
        known, database = self.connection, transaction.database
        device_no = transaction.device(known.serial)
        database.execute(
            "INSERT INTO connections (name, device_no, carrier, install_mark, last_used_at) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET device_no = excluded.device_no, carrier = excluded.carrier, "
            "install_mark = excluded.install_mark, last_used_at = excluded.last_used_at",
            (
                known.name,
                device_no,
                _CARRIER_CODES[known.carrier],
                known.install_mark,
                to_micros(known.last_used_at or transaction.now),
            ),
        )
        database.execute(
            "DELETE FROM connections WHERE device_no = ? AND name NOT IN "
            "(SELECT name FROM connections WHERE device_no = ? ORDER BY last_used_at DESC, name LIMIT ?)",
            (device_no, device_no, MOST_OF_A_PHONE),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetConnectionUnit:
    """Nobody is expected there any more."""

    name: str
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it; twice does nothing more."""
        transaction.database.execute("DELETE FROM connections WHERE name = ?", (self.name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressUnit:
    """An address to connect to, remembered or forgotten."""

    address: str
    is_wanted: bool
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it; twice does nothing more."""
        if self.is_wanted:
            sql = "INSERT OR IGNORE INTO addresses (address, added_at) VALUES (?, ?)"
            transaction.database.execute(sql, (self.address, to_micros(transaction.now)))
        else:
            transaction.database.execute("DELETE FROM addresses WHERE address = ?", (self.address,))


class ConnectionBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def remember_address(self, address: str) -> None:
        """Connect to it again after a restart."""
        await self._write(AddressUnit(address=address, is_wanted=True))

    async def forget_address(self, address: str) -> None:
        """Unknown addresses are no error."""
        await self._write(AddressUnit(address=address, is_wanted=False))

    async def addresses(self) -> tuple[str, ...]:
        """In the order they were remembered."""
        return await self._read(_addresses)

    async def remember(self, connection: KnownConnection) -> None:
        """Replaces what was known of this name."""
        await self._write(ConnectionUnit(connection=connection))

    async def forget(self, name: str) -> None:
        """Unknown names are no error."""
        await self._write(ForgetConnectionUnit(name=name))

    async def known(self) -> tuple[KnownConnection, ...]:
        """Oldest use first."""
        return await self._read(_known)


def _addresses(database: Database) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in database.execute("SELECT address FROM addresses ORDER BY added_at, address"))


class _ConnectionRow(msgspec.Struct, array_like=True, frozen=True):
    name: str
    serial: str
    carrier: int
    install_mark: str | None
    last_used_at: int


def _known(database: Database) -> tuple[KnownConnection, ...]:
    rows = database.execute(
        "SELECT c.name, d.serial, c.carrier, c.install_mark, c.last_used_at FROM connections c "
        "JOIN devices d ON d.device_no = c.device_no ORDER BY c.last_used_at, c.name"
    )
    return tuple(
        KnownConnection(
            name=TransportSerial(row.name),
            serial=DeviceSerial(row.serial),
            carrier=_CARRIERS.get(row.carrier, Carrier.NETWORK),
            install_mark=row.install_mark,
            last_used_at=from_micros(row.last_used_at),
        )
        for row in (row_as(_ConnectionRow, stored) for stored in rows)
    )
