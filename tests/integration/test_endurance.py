"""Trouble that does not end: phones that hang, flood and come and go, an adb that is gone. Bounded, and told."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History, PhoneSpec
from daemon.api.client import ApiClient

from .running_daemon import RunningDaemon, enrol_phones, new_state

MIB = 1024 * 1024


def usage(pid: int) -> tuple[int, int, int]:
    """Resident MiB, threads, open files."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) // 1024, int(status["Threads"]), len(os.listdir(f"/proc/{pid}/fd"))


@asynccontextmanager
async def shop(folder: Path, config: str, *serials: str) -> AsyncIterator[tuple[RunningDaemon, list[SimPhone]]]:
    """A daemon that has read these phones once."""
    phones = [SimPhone(PhoneSpec(serial=one, history=History(sms=100), seed=1), SystemClock()) for one in serials]
    daemon = RunningDaemon(new_state(folder, [await phone.start() for phone in phones], config))
    try:
        await daemon.start()
        await enrol_phones(daemon, phones)
        await daemon.wait_until_read(timeout_s=20)
        yield daemon, phones
    finally:
        await daemon.kill()
        for phone in phones:
            await phone.stop()


async def archived_within(client: ApiClient, phone: SimPhone, limit_s: float) -> None:
    before = (await client.device(phone.spec.serial)).events
    phone.store.add_sms(address="13900139000", body="on time?")
    async with asyncio.timeout(limit_s):
        while (await client.device(phone.spec.serial)).events == before:
            await asyncio.sleep(0.02)


async def adb_check(client: ApiClient) -> tuple[str, str, str | None]:
    check = next(one for one in (await client.health()).checks if one.name == "adb")
    return check.status, check.detail, check.advice


async def test_three_bad_phones_cost_a_good_one_nothing_and_the_daemon_little(tmp_path: Path) -> None:
    config = "[capture]\ncommand_timeout_s = 2\nstatus_interval_s = 1\npoll_interval_s = 2\n"
    async with shop(tmp_path, config, "GOOD0001", "HANG0001", "FLOOD001", "LOOP0001") as (daemon, phones):
        good, hanging, flooding, looping = phones
        async with ApiClient(daemon.socket, "en") as client:
            await archived_within(client, good, 3)
            memory, threads, files = usage(daemon.pid)
            hanging.faults.hang("")
            flooding.faults.oversize("", 10 * MIB)
            for _ in range(2):
                hanging.faults.cut()
                flooding.faults.cut()
                for _ in range(20):
                    looping.faults.cut()
                    for _ in range(2_000):
                        good.handset.emit("notification_enqueue", "[1000,1,com.android.mms,1,NULL,x]")
                    await asyncio.sleep(0.05)
                await archived_within(client, good, 3)
                now = usage(daemon.pid)
                assert now[0] < memory + 80, "memory"
                assert now[1] <= threads + 12, "threads"
                assert now[2] <= files + 40, "open files"
            for phone in (hanging, flooding):
                phone.faults.clear()
                phone.faults.cut()
            for phone in phones:
                await client.connect(phone.address)  # one that came and went may be left alone for a minute
                await archived_within(client, phone, 20)
            assert (await client.verify(None)).ok
        assert await daemon.stop() == 0
        assert len(daemon.log.read_text().splitlines()) < 600


async def test_an_adb_server_that_keeps_dying_is_told_and_comes_back(tmp_path: Path) -> None:
    async with shop(tmp_path, "", "PHONE001") as (daemon, phones), ApiClient(daemon.socket, "en") as client:
        told = set()
        for _ in range(10):
            for pid in daemon.adb_server_pids():
                os.kill(pid, signal.SIGKILL)
            told.add((await adb_check(client))[0])
            await asyncio.sleep(0.25)
        assert "fail" in told
        async with asyncio.timeout(15):
            while (await client.device("PHONE001")).state != "device":
                await asyncio.sleep(0.1)
        await archived_within(client, phones[0], 10)
        assert (await adb_check(client))[0] == "ok"


WITHOUT_ADB = (
    ('binary = "/nonexistent/adb"', "No adb program", "adb.binary"),
    ('binary = "{folder}/not-executable"', "No adb program", "adb.binary"),
    ('binary = "{folder}/old"', "too old", "34"),
    ("port = {taken}", "Another program uses the port", "adb.port"),
    ('server = "127.0.0.1:{taken}"', "does not answer", "adb"),
)
"""A setting, and what is told of it."""


async def serves_and_tells(folder: Path, line: str, detail: str, advice: str) -> None:
    """A daemon that has no adb because of this line of its configuration."""
    daemon = RunningDaemon(new_state(folder, [], line))
    try:
        await daemon.start()
        async with asyncio.timeout(25), ApiClient(daemon.socket, "en") as client:
            while detail not in (said := await adb_check(client))[1]:
                await asyncio.sleep(0.05)
            assert said[0] == "fail", line
            assert advice in (said[2] or ""), line
            assert await client.devices() == (), line
        assert await daemon.stop() == 0
        assert "Traceback" not in daemon.log.read_text(), line
    finally:
        await daemon.kill()


async def test_without_adb_the_archive_is_served_and_the_reason_told(tmp_path: Path) -> None:
    (tmp_path / "not-executable").write_text("#!/bin/sh\n")
    (tmp_path / "old").write_text("#!/bin/sh\necho 'Version 29.0.5-5949299'\n")
    (tmp_path / "old").chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with asyncio.TaskGroup() as daemons:
            for number, (setting, detail, advice) in enumerate(WITHOUT_ADB):
                folder = tmp_path / str(number)
                folder.mkdir()
                line = setting.format(folder=tmp_path, taken=taken.getsockname()[1])
                daemons.create_task(serves_and_tells(folder, line, detail, advice))
