"""Ground truth equals archive, byte for byte, for every source on every profile that permits it."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.faults import Repeat, Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles.specs import spec_of
from adb_bridge.simphone.spec import AuthMode, Latencies

from .every_source import Fact, archived, fill, live, make_phones, truth
from .running_daemon import RunningDaemon, enrol_phones, new_state

PROFILES = ("aosp-14", "oneui", "emui", "vivo")
DURABLE = frozenset({"sms", "mms", "call_log", "contacts", "recordings"})
"""What stays on a phone until it is read. A notification that goes while nobody is connected is nobody's any more."""
TROUBLE = (
    "kill daemon", "kill adb", "cable", "hang", "half an answer", "garbage", "right taken", "reboot", "clock", "zone",
    "cut in a pull", "unauthorised",
)  # fmt: skip
CONFIG = "[capture]\npoll_interval_s = 2\nsweep_interval_s = 20\n"


def _difference(wanted: set[Fact], found: set[Fact]) -> str:
    """Short enough to read: what is missing and what is too much."""
    missing, extra = sorted(wanted - found), sorted(found - wanted)
    return f"missing {len(missing)}: {missing[:8]}\nextra {len(extra)}: {extra[:8]}"


@pytest.mark.slow
async def test_every_profile_is_archived_byte_for_byte(tmp_path: Path) -> None:
    phones = make_phones()
    addresses = [await phone.start() for phone in phones]
    daemon = RunningDaemon(new_state(tmp_path, addresses, CONFIG))
    try:
        await daemon.start()
        await enrol_phones(daemon, phones)
        await daemon.wait_until_read(timeout_s=60)
        for number, phone in enumerate(phones):
            live(phone, number)
        async with asyncio.timeout(40):
            while True:
                await asyncio.sleep(0.2)
                wanted, found = truth(phones), await archived(daemon.state)
                if wanted == found:
                    break
    except TimeoutError:
        pytest.fail(_difference(truth(phones), await archived(daemon.state)))
    finally:
        await daemon.stop()
        for phone in phones:
            await phone.stop()


async def _trouble(word: str, chance: random.Random, daemon: RunningDaemon, phone: SimPhone) -> None:
    faults = phone.faults
    match word:
        case "kill daemon":
            await daemon.kill()
            await daemon.start()
        case "kill adb":
            for pid in daemon.adb_server_pids():
                os.kill(pid, signal.SIGKILL)
        case "cable":
            await faults.cut()
        case "hang":
            faults.hang("content query", repeat=Repeat.ONCE)
        case "half an answer":
            faults.truncate("content", chance.randrange(1, 400), repeat=Repeat.ONCE)
        case "garbage":
            faults.garbage("content", b"\xff\x00Row: 0 _id=99999, body=forged\n", repeat=Repeat.ONCE)
        case "right taken":
            right = chance.choice([Right.SMS, Right.MMS, Right.CONTACTS, Right.FILES])
            faults.refuse_permission(right)
            await asyncio.sleep(1)
            faults.grant_permission(right)
        case "reboot":
            await faults.reboot()
            await asyncio.sleep(0.5)
            phone.unlock()
        case "clock":
            phone.jump_clock(chance.choice([-1, 1]) * chance.randrange(3_600_000, 3_000_000_000))
        case "zone":
            phone.set_timezone(chance.choice(["Asia/Tokyo", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu"]))
        case "cut in a pull":
            faults.drop("RECV", after_bytes=chance.randrange(1, 150_000))
        case _:
            await faults.unauthorize()
            await asyncio.sleep(0.5)
            phone.allow_host()


@pytest.mark.slow
async def test_whatever_happens_nothing_durable_is_lost_or_invented(tmp_path: Path) -> None:
    chance = random.Random(11)
    phones = []
    for name in PROFILES:
        latencies = Latencies(boot_s=0.3)
        spec = spec_of(name, serial=f"SIM{name.upper()}".replace("-", ""), auth=AuthMode.ACCEPT, latencies=latencies)
        phones.append(SimPhone(spec, SystemClock()))
        fill(phones[-1])
    addresses = [await phone.start() for phone in phones]
    quick = "[capture]\npoll_interval_s = 1\nsweep_interval_s = 5\ncommand_timeout_s = 3\n"
    daemon = RunningDaemon(new_state(tmp_path, addresses, quick))
    try:
        await daemon.start()
        await enrol_phones(daemon, phones)
        for number, word in enumerate(TROUBLE):
            for phone in phones:
                live(phone, number)
            await _trouble(word, chance, daemon, phones[number % len(phones)])
            await asyncio.sleep(0.3)
        for phone in phones:
            phone.faults.clear()
        await _until_equal(daemon, phones, timeout_s=60)
    finally:
        await daemon.stop()
        for phone in phones:
            await phone.stop()


async def _until_equal(daemon: RunningDaemon, phones: list[SimPhone], *, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                wanted = truth(phones)
                found = await archived(daemon.state)
                if {fact for fact in wanted if fact[1] in DURABLE} == {fact for fact in found if fact[1] in DURABLE}:
                    break
                await asyncio.sleep(0.2)
    except TimeoutError:
        wanted, found = truth(phones), await archived(daemon.state)
        durable = {fact for fact in found if fact[1] in DURABLE}
        pytest.fail(_difference({fact for fact in wanted if fact[1] in DURABLE}, durable))
    shown = {fact for fact in found if fact[1] == "notifications"}
    assert shown <= wanted
    assert shown
