"""A failing task is retried with growing patience, logged once per outage, and parked where only a person can help."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from adb_bridge.errors import BridgeErrorCode, DeviceUnavailableError
from daemon.supervise import RetryPolicy, Supervision, Trouble, supervise

EVEN = RetryPolicy(jitter=0.0)


class FakeTime:
    """A clock and a waiter in one: waiting moves the clock."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.waits: list[float | None] = []
        self.woken = asyncio.Event()

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.elapsed_s)

    def monotonic(self) -> float:
        return self.elapsed_s

    async def wait(self, wake: asyncio.Event, timeout_s: float | None) -> bool:
        self.waits.append(timeout_s)
        if timeout_s is None:
            await wake.wait()
            wake.clear()
            return True
        self.elapsed_s += timeout_s
        await asyncio.sleep(0)
        return False


async def run(task: "object", time: FakeTime, wake: asyncio.Event, troubles: list[Trouble | None]) -> list[str]:
    with structlog.testing.capture_logs() as lines:
        await supervise(
            task,  # type: ignore[arg-type]
            clock=time,
            log=structlog.get_logger(),
            wake=wake,
            policy=EVEN,
            waiter=time,
            on_trouble=troubles.append,
        )
    return [f"{line['log_level']}:{line['event']}" for line in lines]


async def test_back_off_doubles_to_a_minute_and_is_logged_once() -> None:
    time, wake, troubles = FakeTime(), asyncio.Event(), list[Trouble | None]()
    tries = 0

    async def fails_nine_times(_record: Supervision) -> None:
        nonlocal tries
        tries += 1
        if tries <= 9:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT)

    lines = await run(fails_nine_times, time, wake, troubles)
    assert time.waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert lines.count("warning:task.trouble") == 1
    assert troubles[0] is not None
    assert troubles[0].code == "adb.device_timeout"


async def test_a_task_that_works_long_enough_recovers_and_starts_afresh() -> None:
    time, wake, troubles = FakeTime(), asyncio.Event(), list[Trouble | None]()
    tries = 0

    async def works_in_between(record: Supervision) -> None:
        nonlocal tries
        tries += 1
        if tries in (3, 4):
            record.well()
            assert troubles[-1] is None, "who looks sees at once that it works"
            time.elapsed_s += 5 if tries == 4 else 1
            record.well()
        if tries <= 5:
            raise ValueError("phone text must not be logged")

    lines = await run(works_in_between, time, wake, troubles)
    assert time.waits == [1, 2, 4, 1, 2], "one second of health is not a recovery, five are"
    assert lines.count("info:task.recovered") == 1
    assert lines.count("warning:task.trouble") == 2


async def test_unauthorized_parks_until_woken() -> None:
    time, wake, troubles = FakeTime(), asyncio.Event(), list[Trouble | None]()
    tries = 0

    async def unauthorized_once(_record: Supervision) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_UNAUTHORIZED)

    task = asyncio.create_task(run(unauthorized_once, time, wake, troubles))
    await asyncio.sleep(0.05)
    assert tries == 1
    assert time.waits == [None]
    wake.set()
    await asyncio.wait_for(task, 2)
    assert tries == 2


async def test_cancelling_ends_it_at_once() -> None:
    time, wake, troubles = FakeTime(), asyncio.Event(), list[Trouble | None]()

    async def works(_record: Supervision) -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(run(works, time, wake, troubles))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)


def test_jitter_stays_within_its_share() -> None:
    policy = RetryPolicy(jitter=0.25)
    assert policy.delay_s(1, 0.0) == 0.75
    assert policy.delay_s(1, 0.999) < 1.25
    assert policy.delay_s(10_000, 0.5) == 60
