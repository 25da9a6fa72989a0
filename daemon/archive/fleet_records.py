"""What is kept of phones beside their content: last profile and status, figures. Not part of the ledger."""

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceProfile, DeviceSerial, DeviceStatus, Source
from crypto.database import Database, Row
from policies.model import Severity

from .codes import SEVERITY_CODES, SOURCES, from_micros, to_micros
from .records import Counts, DeviceCounts, DeviceRecord, SeverityCount
from .rows import row_as
from .transaction import Transaction

_DEVICES: Final = "SELECT serial, profile, status, last_seen_at, notice_posted FROM devices"

OPEN_ALERTS: Final = """
SELECT severity, device_no, count(*) FROM alerts INDEXED BY alerts_open WHERE status = 1 GROUP BY severity, device_no"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDeviceUnit:
    """The whole record of a phone; fields that are None leave what is kept."""

    record: DeviceRecord
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it."""
        record = self.record
        transaction.database.execute(
            "UPDATE devices SET profile = coalesce(?, profile), status = coalesce(?, status), "
            "last_seen_at = coalesce(?, last_seen_at), notice_posted = coalesce(?, notice_posted) WHERE device_no = ?",
            (
                None if record.profile is None else msgspec.json.encode(record.profile).decode(),
                None if record.status is None else msgspec.json.encode(record.status).decode(),
                None if record.last_seen_at is None else to_micros(record.last_seen_at),
                None if record.notice_posted is None else int(record.notice_posted),
                transaction.device(record.serial),
            ),
        )


def all_devices(database: Database) -> tuple[DeviceRecord, ...]:
    """By serial."""
    return tuple(_device(row) for row in database.execute(_DEVICES + " ORDER BY serial"))


def one_device(database: Database, serial: DeviceSerial) -> DeviceRecord | None:
    """None when nothing was ever known of it."""
    row = database.fetch_one(_DEVICES + " WHERE serial = ?", (serial,))
    return None if row is None else _device(row)


def sources_read_to_end(database: Database, serial: DeviceSerial) -> frozenset[Source]:
    """Sources that were caught up at least once."""
    sql = (
        "SELECT c.source FROM cursors c JOIN devices d ON d.device_no = c.device_no "
        "WHERE d.serial = ? AND c.first_caught_up_at IS NOT NULL"
    )
    return frozenset(SOURCES[row[0]] for row in database.execute(sql, (serial,)) if isinstance(row[0], int))


def count(database: Database) -> Counts:
    """From maintained counters and the index of open alerts: its cost does not grow with history."""
    ledger_size = database.fetch_value("SELECT ledger_size FROM archive_state")
    open_by_severity: dict[int, int] = defaultdict(int)
    open_by_device: dict[int, int] = defaultdict(int)
    for row in database.execute(OPEN_ALERTS):
        match row:
            case (int(severity), int(device_no), int(number)):
                open_by_severity[severity] += number
                open_by_device[device_no] += number
            case _:
                continue
    read_to_end: dict[int, set[Source]] = defaultdict(set)
    for row in database.execute("SELECT device_no, source FROM cursors WHERE first_caught_up_at IS NOT NULL"):
        match row:
            case (int(device_no), int(source)):
                read_to_end[device_no].add(SOURCES[source])
            case _:
                continue
    devices: list[DeviceCounts] = []
    for row in database.execute("SELECT device_no, serial, event_count FROM devices ORDER BY serial"):
        match row:
            case (int(device_no), str(serial), int(events)):
                devices.append(
                    DeviceCounts(
                        serial=DeviceSerial(serial),
                        events=events,
                        open_alerts=open_by_device[device_no],
                        sources_read_to_end=frozenset(read_to_end[device_no]),
                    )
                )
            case _:
                continue
    return Counts(
        events=sum(device.events for device in devices),
        ledger_size=ledger_size if isinstance(ledger_size, int) else 0,
        devices=tuple(devices),
        open_alerts=tuple(
            SeverityCount(severity=severity, count=open_by_severity[SEVERITY_CODES[severity]]) for severity in Severity
        ),
    )


class _DeviceRow(msgspec.Struct, array_like=True, frozen=True):
    serial: str
    profile: str | None
    status: str | None
    last_seen_at: int | None
    notice_posted: int | None


def _device(stored: Row) -> DeviceRecord:
    row = row_as(_DeviceRow, stored)
    return DeviceRecord(
        serial=DeviceSerial(row.serial),
        profile=None if row.profile is None else msgspec.json.decode(row.profile, type=DeviceProfile),
        status=None if row.status is None else msgspec.json.decode(row.status, type=DeviceStatus),
        last_seen_at=None if row.last_seen_at is None else from_micros(row.last_seen_at),
        notice_posted=None if row.notice_posted is None else bool(row.notice_posted),
    )
