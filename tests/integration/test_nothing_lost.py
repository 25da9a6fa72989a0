"""Nothing lost, nothing twice: the archive equals the phones after everything was killed at random moments."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.fleet import SimFleet
from adb_bridge.simphone.scenario import load_scenario
from daemon.api.client import ApiClient
from daemon.archive.drafts import AlertFilter

from .running_daemon import (
    RunningDaemon,
    all_events,
    archived_rows,
    enrol_fleet,
    new_state,
    opened_archive,
    phone_rows,
)

PHONES = 4
ROWS = 2_000
DAEMON_KILLS = 8
LIVE_KILLS = 6
TELLING = "私下转账给我，不走公司账"


async def strike(chance: random.Random, daemon: RunningDaemon, fleet: SimFleet) -> None:
    """One sudden death: of the daemon, of adb, of a cable; or an orderly stop, which must be quick at any time."""
    match chance.choice(["daemon", "daemon", "stop", "adb", "cable"]):
        case "stop":
            async with asyncio.timeout(5):
                assert await daemon.stop() == 0
            await daemon.start()
        case "daemon":
            await daemon.kill()
            await daemon.start()
        case "adb":
            for pid in daemon.adb_server_pids():
                os.kill(pid, signal.SIGKILL)
        case _:
            chance.choice(fleet.phones).faults.cut()


async def live(chance: random.Random, fleet: SimFleet, stop: asyncio.Event) -> int:
    """A day in seconds: messages, calls, contacts come and go. Returns how many messages should raise alerts."""
    telling = number = 0
    while not stop.is_set():
        number += 1
        store = chance.choice(fleet.phones).store
        match chance.choice(["sms", "sms", "sms", "call", "contact", "delete contact", "delete sms"]):
            case "sms":
                telling += 1
                store.add_sms(address=f"1390013{number:04d}", body=f"{number} {TELLING}")
            case "call":
                store.add_call(number=f"1380013{number:04d}")
            case "contact":
                store.add_contact(name=f"客户{number}", numbers=[f"1370013{number:04d}"])
            case "delete contact":
                store.delete_contact(chance.choice(store.contact_ids()))
            case _:
                # Of the old ones: what was deleted before anybody could read it was never seen.
                store.delete_sms(chance.choice(store.sms()[:50]).provider_id)
        await asyncio.sleep(0.03)
    return telling


async def test_live_messages_survive_kills_and_alert_once(tmp_path: Path) -> None:
    chance = random.Random(5)
    fleet = SimFleet.from_scenario(
        load_scenario("jewellery-day"), phones=3, clock=SystemClock(), seed=7, history_rows=200
    )
    state = new_state(tmp_path, await fleet.start(), "[capture]\npoll_interval_s = 1\nsweep_interval_s = 5\n")
    daemon = RunningDaemon(state)
    stop = asyncio.Event()
    try:
        await daemon.start()
        await enrol_fleet(daemon, fleet)
        await daemon.wait_until_read(timeout_s=30)
        day = asyncio.create_task(live(chance, fleet, stop))
        for _ in range(LIVE_KILLS):
            await asyncio.sleep(chance.uniform(0.1, 1.2))
            await strike(chance, daemon, fleet)
        stop.set()
        telling = await day
        truth = phone_rows(fleet)
        async with asyncio.timeout(45):
            while await archived_rows(state) != truth:  # beside the daemon; sweeps find what vanished
                await asyncio.sleep(0.2)
        async with ApiClient(daemon.socket, "en") as client:
            assert (await client.verify(None)).ok
        assert await daemon.stop() == 0
        async with opened_archive(state) as archive:
            events = [one.event for one in await all_events(archive)]
            alerts = await archive.alerts(AlertFilter(limit=10_000))
            about = [(alert.archived.event.event_id, alert.verdict.rule_id) for alert in alerts]
            assert len(about) == len(set(about)), "an alert was raised twice"
            spoken = {one.event_id for one in events if TELLING.encode() in (one.body or b"")}
            assert len(spoken) == telling
            assert spoken <= {event_id for event_id, _ in about}
            assert not await archive.take_outbox(10), "an alert was never told"
    finally:
        stop.set()
        await daemon.kill()
        await fleet.stop()


@pytest.mark.timeout(300)
async def test_archive_equals_the_phones_after_random_kills(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    fleet = SimFleet.from_scenario(
        load_scenario("jewellery-day"),
        phones=PHONES,
        clock=SystemClock(),
        seed=7,
        content_latency_s=0.3,
        history_rows=ROWS,
    )
    addresses = await fleet.start()
    state = new_state(tmp_path, addresses)
    daemon = RunningDaemon(state)
    try:
        await daemon.start()
        await enrol_fleet(daemon, fleet)
        unfinished = 0
        for _ in range(DAEMON_KILLS):
            unfinished += await archived_count(daemon) < PHONES * ROWS
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            if chance.random() < 0.5:
                chance.choice(fleet.phones).faults.cut()
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            if chance.random() < 0.5:
                for pid in daemon.adb_server_pids():
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            await daemon.kill()
            await daemon.start()
        assert unfinished >= DAEMON_KILLS * 3 // 4, "the backfill ended too early: the kills proved little"
        await daemon.wait_until_read(timeout_s=150)
        async with ApiClient(daemon.socket, "en") as client:
            report = await client.verify(None)
        assert report.ok, report
        await daemon.stop()
        assert await archived_rows(state) == phone_rows(fleet)
    finally:
        await daemon.kill()
        await fleet.stop()


async def archived_count(daemon: RunningDaemon) -> int:
    """Records archived so far, all phones."""
    async with ApiClient(daemon.socket, "en") as client:
        return sum(device.events for device in await client.devices())
