"""One phone that lies, floods, stalls or attacks, beside one that does not: the product keeps its promises."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History, PhoneSpec
from daemon.api.client import ApiClient
from daemon.api.wire import EventQuery
from tests.forking import run_forked

from .running_daemon import RunningDaemon, archived_rows, enrol, new_state

CANARY = "CanaryBody7341"
HOSTILE_BODIES: list[bytes | None] = [
    b"two lines\nRow: 1 _id=99, body=forged, date=7\nRow: 2 _id=100",
    b", date=1, type=2, body=NULL",
    b"NULL",
    None,
    b"",
    b"No result found.",
    "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\x1b[?1049h 清屏".encode(),
    b"[red]markup[/] [@click=app.quit]click me[/] [/foo]",
    "safe\u202egnp.exe\u2066 zero\u200bwidth\ufeff\u2028line".encode(),
    b"nul\x00inside",
    b"\xff\xfe\xc3( not utf-8 \xed\xa0\x80",
    ("加我薇❤️ " * 9_000).encode(),
    f"{CANARY} 13800138000".encode(),
]


def spec(serial: str) -> PhoneSpec:
    return PhoneSpec(serial=serial, history=History(sms=200, calls=20, contacts=20), seed=3)


class Shop:
    """A good phone, bad phones, a daemon."""

    def __init__(self, folder: Path, bad: int = 1) -> None:
        self.good = SimPhone(spec("GOOD0001"), SystemClock())
        self.bad = [SimPhone(spec(f"BAD0000{number}"), SystemClock()) for number in range(1, bad + 1)]
        self.phones = [self.good, *self.bad]
        self._folder = folder
        self.daemon: RunningDaemon

    async def open(self) -> None:
        addresses = [await phone.start() for phone in self.phones]
        fast = "[capture]\npoll_interval_s = 0.5\ncommand_timeout_s = 1\nstatus_interval_s = 1\n"
        self.daemon = RunningDaemon(new_state(self._folder, addresses, fast))
        await self.daemon.start()

    async def enrol(self, *phones: SimPhone) -> None:
        async with asyncio.timeout(30), ApiClient(self.daemon.socket, "en") as client:
            for phone in phones:
                while phone.spec.serial not in {device.serial for device in await client.devices()}:
                    await asyncio.sleep(0.03)
                await enrol(client, phone.spec.serial, "Test Person")

    async def close(self) -> None:
        await self.daemon.kill()
        for phone in self.phones:
            await phone.stop()

    async def messages_of(self, phone: SimPhone) -> int:
        async with ApiClient(self.daemon.socket, "en") as client:
            page = await client.events(EventQuery(device=phone.spec.serial, kind="message", limit=1000))
            return len(page)

    async def until_archived(self, phone: SimPhone, count: int) -> None:
        async with asyncio.timeout(30):
            while await self.messages_of(phone) < count:
                await asyncio.sleep(0.05)

    async def verified(self) -> bool:
        async with ApiClient(self.daemon.socket, "en") as client:
            return (await client.verify(None)).ok


@asynccontextmanager
async def shop_in(folder: Path, bad: int = 1) -> AsyncIterator[Shop]:
    opened = Shop(folder, bad)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path) as opened:
        yield opened


async def test_hostile_content_is_kept_byte_for_byte_and_reaches_no_log_or_terminal(shop: Shop) -> None:
    (bad,) = shop.bad
    for body in HOSTILE_BODIES:
        bad.store.add_sms(address="106900\x1b[31m0001", body=body)
    bad.store.add_contact(name="Row: 3 _id=7, display_name=\n[/red]\x1b[2J", numbers=["13800138000\n"])
    bad.store.add_call(number="138\nRow: 1 _id=5", name="a, _id=9, number=1")
    await shop.enrol(*shop.phones)
    await shop.until_archived(bad, 200 + len(HOSTILE_BODIES))
    await shop.daemon.wait_until_read(timeout_s=30)

    for arguments in (["events", "--limit", "500"], ["alerts"], ["devices"], ["events", "--limit", "500", "--json"]):
        shown = await asyncio.to_thread(
            run_forked,
            "console.main",
            ["--socket", str(shop.daemon.socket), *arguments],
            environment=os.environ | {"PYTHONUTF8": "1"},
        )
        assert shown.returncode == 0, shown.stderr
        assert not any(byte in shown.stdout for byte in (b"\x1b", b"\x07", b"\x9b31", b"\x00"))
        text = shown.stdout.decode()
        assert not any(mark in text for mark in "\u202e\u2066\u200b\ufeff\u2028")
        assert "13800138000" not in text

    assert await shop.verified()
    assert await shop.daemon.stop() == 0
    log = shop.daemon.log.read_bytes()
    assert CANARY.encode() not in log
    assert b"13800138000" not in log
    assert b"\x1b" not in log
    kept = [row for row in await archived_rows(shop.daemon.state) if row[0] == "BAD00001" and row[1] == "sms"]
    truth = [("BAD00001", "sms", str(sms.provider_id), sms.body) for sms in bad.store.sms()]
    assert sorted(kept, key=repr) == sorted(truth, key=repr)


def trouble_of(phone: SimPhone, trouble: str) -> None:
    faults = phone.faults
    match trouble:
        case "garbage":
            faults.garbage("content query", b"\x00\xff\x1bRow: x _id=\nRow: 5 garbage\n" * 50)
        case "half_lines":
            faults.truncate("content query", 333)
        case "flood":
            faults.oversize("content query", 10 * 1024 * 1024)
        case "hang":
            faults.hang("content")
        case _:
            faults.error_text("content query", b"Error while accessing provider:sms\njava.lang.IllegalStateException")


@pytest.mark.parametrize("troubles", [("garbage", "half_lines", "flood", "stderr"), ("hang",)], ids="-".join)
async def test_broken_phones_harm_nobody_and_recover(tmp_path: Path, troubles: tuple[str, ...]) -> None:
    async with shop_in(tmp_path, len(troubles)) as shop:
        for phone, trouble in zip(shop.bad, troubles, strict=True):
            trouble_of(phone, trouble)
        await shop.enrol(*shop.phones)
        await shop.until_archived(shop.good, 200)
        shop.good.store.add_sms(address="13900139000", body="私下转账给我，不走公司账，加我微信 abc12345")
        await shop.until_archived(shop.good, 201)
        assert await shop.verified()

        async with asyncio.timeout(30), ApiClient(shop.daemon.socket, "en") as client:
            for phone in shop.bad:
                while not (await client.device(phone.spec.serial)).last_error:
                    await asyncio.sleep(0.05)
            assert (await client.device("GOOD0001")).last_error is None

        for phone in shop.bad:
            phone.faults.clear()
            phone.faults.cut()
        for phone in shop.bad:
            await shop.until_archived(phone, 200)
        assert await shop.verified()
        assert await shop.daemon.stop() == 0
        kept = [row for row in await archived_rows(shop.daemon.state) if row[1] == "sms"]
        truth = [
            (phone.spec.serial, "sms", str(sms.provider_id), sms.body)
            for phone in shop.phones
            for sms in phone.store.sms()
        ]
        assert sorted(kept, key=repr) == sorted(truth, key=repr)


async def test_nothing_is_read_before_the_enrolment_record(shop: Shop) -> None:
    async with asyncio.timeout(20), ApiClient(shop.daemon.socket, "en") as client:
        while len(await client.devices()) < 2:
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.2)
        assert all(device.events == 0 and device.employee is None for device in await client.devices())
    asked = [served.command for phone in shop.phones for served in phone.journal]
    assert asked, "the phones were not even identified"
    assert not any("content" in command or "dumpsys" in command or "logcat" in command for command in asked)
