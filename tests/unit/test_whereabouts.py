"""A phone's new address takes the place of the old one, also when the change is interrupted."""

import asyncio
from pathlib import Path
from unittest.mock import Mock

import pytest

from adb_bridge.carrier import Carrier
from adb_bridge.records import TransportSerial
from daemon.archive.connections import KnownConnection
from daemon.whereabouts import Whereabouts
from tests.archive_kit import OTHER_PHONE, PHONE, archive_in

OLD, NEW = TransportSerial("127.0.0.1:40001"), TransportSerial("127.0.0.1:40002")


def at(name: TransportSerial) -> KnownConnection:
    return KnownConnection(name=name, serial=PHONE, carrier=Carrier.WIRELESS_DEBUGGING, install_mark=None)


class SlowLink:
    """Disconnecting waits until it is let."""

    configured: frozenset[TransportSerial] = frozenset()

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_end = asyncio.Event()

    async def disconnect(self, _address: str) -> None:
        self.asked.set()
        await self.may_end.wait()


async def test_what_an_interrupted_move_did_not_forget_is_forgotten_by_the_next(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        link, forgotten = SlowLink(), Mock()
        places = Whereabouts(archive.connections, link)  # type: ignore[arg-type]
        await places.answered(at(OLD))
        await places.answered(at(NEW))
        moving = asyncio.create_task(places.settle(at(NEW), frozenset({NEW}), forgotten))
        await link.asked.wait()
        moving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await moving
        assert places.owner_of(OLD) == PHONE
        forgotten.assert_not_called()
        link.may_end.set()
        await places.settle(at(NEW), frozenset({NEW}), forgotten)
        forgotten.assert_called_once_with(OLD)
        assert places.owner_of(OLD) is None
        assert [one.name for one in await archive.connections.known()] == [NEW]


async def test_who_answers_at_the_old_address_meanwhile_keeps_it(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        link, forgotten = SlowLink(), Mock()
        places = Whereabouts(archive.connections, link)  # type: ignore[arg-type]
        await places.answered(at(OLD))
        await places.answered(at(NEW))
        moving = asyncio.create_task(places.settle(at(NEW), frozenset({NEW}), forgotten))
        await link.asked.wait()
        other = KnownConnection(name=OLD, serial=OTHER_PHONE, carrier=Carrier.WIRELESS_DEBUGGING, install_mark=None)
        await places.answered(other)
        link.may_end.set()
        await moving
        forgotten.assert_not_called()
        assert places.owner_of(OLD) == OTHER_PHONE
