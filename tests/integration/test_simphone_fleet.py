"""Scenarios play on fleets, in this process and in one of their own."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.records import Source
from adb_bridge.simphone.fleet import SimFleet
from adb_bridge.simphone.scenario import load_scenario
from tests.forking import run_forked

from .simphone_support import Adb


def fleet(phones: int, *, seed: int = 1, history_rows: int | None = None) -> SimFleet:
    return SimFleet.from_scenario(
        load_scenario("jewellery-day"), phones=phones, clock=SystemClock(), seed=seed, history_rows=history_rows
    )


def contents(one: SimFleet) -> list[list[tuple[object, ...]]]:
    return [[(row.provider_id, row.address, row.body, row.type) for row in phone.store.sms()] for phone in one.phones]


def test_same_seed_same_phones_other_seed_others() -> None:
    first, again, other = fleet(3, seed=5), fleet(3, seed=5), fleet(3, seed=6)
    assert contents(first) == contents(again)
    assert [phone.spec.serial for phone in first.phones] == [phone.spec.serial for phone in again.phones]
    assert contents(first) != contents(other)
    assert len({phone.spec.serial for phone in fleet(40).phones}) == 40
    assert len({phone.spec.employee for phone in fleet(40).phones}) == 40


def test_history_has_exactly_the_rows_asked_for() -> None:
    one = fleet(2, history_rows=1_237)
    assert [len(phone.store.sms()) for phone in one.phones] == [1_237, 1_237]
    readable = one.phones[0].store.visible_keys()
    assert sum(source == "sms" for source, _ in readable) == 1_237


async def test_whole_story_within_sixteen_seconds() -> None:
    slow = load_scenario("jewellery-day")
    assert slow.live[-1].at_s < 16
    quick = replace(slow, live=tuple(replace(event, at_s=event.at_s / 5) for event in slow.live))
    show = SimFleet.from_scenario(quick, phones=4, clock=SystemClock(), seed=3)
    await show.start()
    playing = asyncio.create_task(show.play())
    told = {"kickback", "private_contact", "off_till_sale", "customer_deleted"}
    sources = {Source.SMS, Source.MMS, Source.CALL_LOG, Source.CONTACTS, Source.NOTIFICATIONS}
    async with asyncio.timeout(16):
        while not (
            told <= {emission.label for emission in show.emissions}
            and sources == {emission.source for emission in show.emissions}
        ):
            await asyncio.sleep(0.1)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert len({emission.serial for emission in show.emissions if emission.expects_alert}) == 4
    stores = {phone.spec.serial: phone.store for phone in show.phones}
    posted = {
        (phone.spec.serial, posting.notification.key)
        for phone in show.phones
        for posting in phone.notifications.history
    }
    (recording,) = show.phones[2].recordings.truth()
    assert recording.is_finished and recording.duration_ms == 95_000
    for emission in show.emissions:
        if emission.source is Source.NOTIFICATIONS:
            assert (emission.serial, emission.source_key) in posted
            continue
        key = (emission.source.value, emission.source_key)
        is_there = key in stores[emission.serial].visible_keys()
        assert is_there == (emission.label != "customer_deleted"), emission.label
        if emission.source is Source.SMS:
            (row,) = (row for row in stores[emission.serial].sms() if str(row.provider_id) == emission.source_key)
            assert row.body is not None
            assert b"{" not in row.body
    await show.stop()


async def test_process_prints_its_phones_serves_them_and_ends_cleanly(adb: Adb) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adb_bridge.simphone", "jewellery-day", "--phones", "2", "--history", "50", "--play",
        "--fault", "exit=whoami=9",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(20):
        phones = [json.loads(await process.stdout.readline()) for _ in range(2)]
    for phone in phones:
        await adb.run("connect", phone["address"])
        await adb.until(phone["address"], "device")
        serial = await adb.run("-s", phone["address"], "shell", "getprop ro.serialno; whoami")
        assert serial.out.decode() == f"{phone['serial']}\nshell\n"
        assert serial.code == 9
        count = await adb.run(
            "-s", phone["address"], "shell", "content query --uri content://sms --projection 'count(*)'"
        )
        assert int(count.out.partition(b"=")[2]) >= 50
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("jewelry-day",), "did you mean 'jewellery-day'?"),
        (("/no/such/file.toml",), "cannot be read"),
        (("jewellery-day", "--phones", "0"), "phones must be"),
        (("jewellery-day", "--fault", "explode=x"), "'explode' is none of"),
    ],
)
def test_process_refuses_bad_arguments(arguments: tuple[str, ...], says: str) -> None:
    ended = run_forked("daemon.main", ["simphone", *arguments], environment=dict(os.environ))
    assert ended.returncode == 2
    assert says in ended.stderr.decode()
    assert b"Traceback" not in ended.stderr
