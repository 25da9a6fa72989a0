"""What is announced on the network is a claim, and bounded."""

import asyncio
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.announced import MOST_KEPT, AdbService, Announced, Announcement, Withdrawal, read_announcement
from adb_bridge.records import AdbState, TransportSerial, Untrusted
from adb_bridge.shell_batch import Section
from adb_bridge.wireless import parse_inet
from daemon.cables import Cables
from daemon.phone_link import PhoneLink


def announced(service: AdbService, instance: str, port: int = 1) -> Announcement:
    return Announcement(service=service, instance=Untrusted(instance), address="192.168.1.7", port=port)


@pytest.mark.parametrize(
    ("service", "instance", "serial"),
    [
        (AdbService.TLS_CONNECT, "adb-R58M123456A-AbC12x", "R58M123456A"),
        (AdbService.TLS_CONNECT, "adb-R58-M12-AbC12x (2)", "R58-M12"),
        (AdbService.TLS_CONNECT, "adb-R58M123456A", None),
        (AdbService.TLS_PAIRING, "adb-R58M-AbC12x", "R58M"),
        (AdbService.TLS_PAIRING, "shopwarden-abcdefghij", None),
        (AdbService.PLAIN, "adb-R58M123456A", "R58M123456A"),
        (AdbService.PLAIN, "printer", None),
        (AdbService.TLS_CONNECT, "adb-a b-AbC12x", None),
    ],
)
def test_the_serial_in_a_name(service: AdbService, instance: str, serial: str | None) -> None:
    assert announced(service, instance).claimed_serial == serial


@given(st.text(max_size=90), st.lists(st.text(max_size=20), max_size=3), st.none() | st.integers())
def test_any_announcement(name: str, addresses: list[str], port: int | None) -> None:
    for service in AdbService:
        found = read_announcement(service, f"{name}.{service.value}", addresses, port)
        if found is not None:
            assert found.instance.isprintable() and len(found.instance) <= 63 and 0 < found.port < 65536
            assert found.claimed_serial is None or found.claimed_serial in found.instance


@pytest.mark.parametrize("address", ["8.8.8.8", "224.0.0.251", "0.0.0.0", "255.255.255.255", "fe80::1", "localhost"])
def test_an_announcement_leads_nowhere_but_into_the_local_network(address: str) -> None:
    name = f"adb-X-AbCdEf.{AdbService.TLS_CONNECT.value}"
    assert read_announcement(AdbService.TLS_CONNECT, name, [address], 37123) is None
    assert read_announcement(AdbService.TLS_CONNECT, name, [address, "10.1.2.3"], 37123) is not None


def test_a_loud_network_is_forgotten_not_remembered() -> None:
    register = Announced()
    for number in range(MOST_KEPT + 50):
        assert register.take(announced(AdbService.PLAIN, f"adb-{number}")) is None
    assert len(register.all()) == MOST_KEPT
    last = announced(AdbService.PLAIN, f"adb-{MOST_KEPT + 49}")
    moved = announced(AdbService.PLAIN, f"adb-{MOST_KEPT + 49}", port=2)
    assert register.take(moved) == last
    assert register.find(AdbService.PLAIN, str(moved.instance)) == moved
    assert register.take(Withdrawal(service=AdbService.PLAIN, instance=moved.instance)) == moved
    assert register.find(AdbService.PLAIN, str(moved.instance)) is None


@pytest.mark.parametrize(
    ("printed", "address"),
    [
        (b"24: wlan0: <UP>\n    inet 192.168.1.20/24 brd 192.168.1.255 scope global wlan0\n", "192.168.1.20"),
        (b"    inet 999.168.1.20/24", None),
        (b'Device "wlan0" does not exist.\n', None),
        (b"/system/bin/sh: ip: inaccessible or not found\n", None),
    ],
)
def test_the_phones_own_address(printed: bytes, address: str | None) -> None:
    assert parse_inet(Section(output=printed, status=0)) == address


async def test_only_cables_that_stay_offline_are_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.cables.PATIENCE_S", 0.05)
    resets: list[TransportSerial] = []

    class Link:
        async def reset(self, transport: TransportSerial) -> None:
            resets.append(transport)

    cable, other, lan = map(TransportSerial, ("R58M1", "R58M2", "192.168.1.20:5555"))
    cables = Cables(cast(PhoneLink, Link()))
    cables.take(dict.fromkeys((cable, other, lan), AdbState.OFFLINE))
    cables.take({cable: AdbState.OFFLINE, other: AdbState.DEVICE, lan: AdbState.OFFLINE})
    await asyncio.sleep(0.2)
    await cables.close()
    assert resets == [cable]
