"""What the archive keeps of connections."""

from datetime import UTC, datetime
from pathlib import Path

from adb_bridge.carrier import Carrier
from adb_bridge.records import DeviceSerial, TransportSerial
from daemon.archive.connections import KnownConnection
from tests.archive_kit import archive_in


async def test_who_was_behind_which_connection(tmp_path: Path) -> None:
    def known(name: str, serial: str, minute: int, carrier: Carrier = Carrier.NETWORK) -> KnownConnection:
        return KnownConnection(
            name=TransportSerial(name), serial=DeviceSerial(serial), carrier=carrier, install_mark="ab" * 8,
            last_used_at=datetime(2026, 3, 1, 9, minute, tzinfo=UTC),
        )  # fmt: skip

    cable = known("USB1", "SN1", 1, Carrier.CABLE)
    moved = known("192.0.2.7:37123", "SN2", 3, Carrier.WIRELESS_DEBUGGING)
    async with archive_in(tmp_path) as archive:
        book = archive.connections
        await book.remember(known("192.0.2.7:37123", "SN1", 2))
        await book.remember(cable)
        await book.remember(moved)
        assert await book.known() == (cable, moved)
        await book.forget("USB1")
        for minute in range(10, 40):
            await book.remember(known(f"192.0.2.9:{minute}000", "SN3", minute))
        names = [one.name for one in await book.known() if one.serial == "SN3"]
        assert names == [f"192.0.2.9:{minute}000" for minute in range(24, 40)]
    async with archive_in(tmp_path) as archive:
        assert (await archive.connections.known())[0] == moved
