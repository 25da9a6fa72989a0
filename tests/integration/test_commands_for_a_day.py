"""A day of commands on a clock that runs fast: phones come and go, hang and lie, the daemon restarts. Nothing is stuck,
nothing is called done that was not, nothing is left open.

`SHOPWARDEN_DAY_S=120 pytest tests/integration/test_commands_for_a_day.py` takes two minutes for the same day.
"""

import asyncio
import gc
import os
import random
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from adb_bridge.clock import Clock
from adb_bridge.errors import BridgeErrorCode, DeviceUnavailableError
from adb_bridge.records import DeviceSerial
from adb_bridge.session import Session
from adb_bridge.verbs.facts import PhoneFacts
from adb_bridge.verbs.result import Ending, VerbResult
from daemon.api.wire import CommandState, Verb
from daemon.archive.archive import Archive
from daemon.archive.drafts import CommandFilter
from daemon.archive.records import ArchivedCommand
from daemon.bus import Bus
from daemon.commanding.carriers import Carriers
from daemon.commanding.orders import DAEMON, CommandOrder
from daemon.commanding.queue import CommandQueue
from daemon.commanding.runner import CommandRunner
from daemon.commanding.states import Step
from daemon.commanding.waiting import needs_decision
from daemon.logs import log_for
from daemon.service import ServiceError
from daemon.supervise import EventWaiter, RetryPolicy, supervise
from tests.archive_kit import archive_in

from .test_command_runner import FACTS, WORDS, Nobody

DAY_S = 24 * 3600.0
TAKES_S = float(os.environ.get("SHOPWARDEN_DAY_S", "3"))
PHONES = tuple(DeviceSerial(f"P{number}") for number in range(6))
VERBS = (Verb.LOCK, Verb.RING, Verb.FREEZE, Verb.REBOOT, Verb.CALL, Verb.REFETCH, Verb.NOTICE)
ONCE = frozenset({Verb.REBOOT, Verb.CALL})
REASON = "day"


class FastClock:
    """A day in `TAKES_S`."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._start = datetime(2026, 5, 4, tzinfo=UTC)
        self.speed = DAY_S / TAKES_S

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._began_s) * self.speed


class FastWaiter:
    """Waits as long as the clock says."""

    def __init__(self, clock: FastClock) -> None:
        self._clock = clock

    async def wait(self, wake: asyncio.Event, timeout_s: float | None) -> bool:
        return await EventWaiter().wait(wake, None if timeout_s is None else max(0.002, timeout_s / self._clock.speed))


class Liar:
    """A phone that may do something without saying so; it never says so without having done it."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.done: Counter[str] = Counter()
        self.is_honest = False

    async def carry_out(
        self, command: ArchivedCommand, session: Session, facts: PhoneFacts, clock: Clock
    ) -> VerbResult:
        fate = 0.0 if self.is_honest else self._chance.random()
        if fate < 0.5:
            self.done[command.command_id] += 1
            return VerbResult(ending=Ending.DONE, code="done")
        if fate < 0.6:
            self.done[command.command_id] += 1
            return VerbResult(ending=Ending.UNSURE, code="link_lost")
        if fate < 0.65:
            self.done[command.command_id] += 1
            await asyncio.sleep(3600)  # until the link is cut
        ends = (Ending.UNSURE, Ending.NOT_NOW, Ending.NOT_SENT, Ending.REFUSED, Ending.IMPOSSIBLE)
        return VerbResult(ending=self._chance.choice(ends), code="x")

    async def read_back(
        self, command: ArchivedCommand, session: Session, facts: PhoneFacts, clock: Clock
    ) -> VerbResult:
        if not self.is_honest and self._chance.random() < 0.4:
            return VerbResult(ending=Ending.UNSURE, code="link_lost" if self._chance.random() < 0.5 else "dark")
        is_done = self.done[command.command_id] > 0
        return VerbResult(ending=Ending.DONE if is_done else Ending.REFUSED, code="seen")

    def is_repeatable(self, command: ArchivedCommand) -> bool:
        return command.verb not in ONCE


class Day:
    """One daemon's life on one archive; `restart` is a crash that the archive survives."""

    def __init__(self, archive: Archive, clock: FastClock, chance: random.Random) -> None:
        self.archive, self.clock, self.chance = archive, clock, chance
        self.phone = Liar(chance)
        self.runners: dict[DeviceSerial, asyncio.Task[None]] = {}
        self.queue = CommandQueue(archive, clock, Bus())

    async def probe(self, _session: Session) -> PhoneFacts:
        if not self.phone.is_honest and self.chance.random() < 0.1:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT)
        assert FACTS is not None
        return FACTS

    async def refetch(self) -> bool:
        await asyncio.sleep(0.01)
        return self.phone.is_honest or self.chance.random() < 0.7

    def connect(self, phone: DeviceSerial) -> None:
        if phone in self.runners:
            return
        carriers = Carriers(clock=self.clock, words=WORDS, apps=(), pins=cast("object", Nobody()), callees=Nobody())  # type: ignore[arg-type]
        for verb in VERBS:
            carriers.register(verb, self.phone)
        runner = CommandRunner(
            phone, cast(Session, None), queue=self.queue, carriers=carriers, clock=self.clock, refetch=self.refetch,
            known_facts=lambda: None, waiter=FastWaiter(self.clock), probe=self.probe,
        )  # fmt: skip
        policy = RetryPolicy(first_s=0.01, cap_s=0.02)
        self.runners[phone] = asyncio.create_task(
            supervise(runner.run, clock=self.clock, log=log_for("day"), wake=asyncio.Event(), policy=policy)
        )

    async def disconnect(self, phone: DeviceSerial) -> None:
        if (task := self.runners.pop(phone, None)) is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def restart(self) -> None:
        for phone in tuple(self.runners):
            await self.disconnect(phone)
        self.queue = CommandQueue(self.archive, self.clock, Bus())
        await self.queue.load()

    async def disturb(self) -> None:
        """One thing that happens in a shop."""
        phone = self.chance.choice(PHONES)
        match self.chance.randrange(10):
            case 0 | 1 | 2 | 3:
                order = CommandOrder(device=phone, verb=self.chance.choice(VERBS), reason=REASON, expires_in_s=7200)
                try:
                    await self.queue.submit(DAEMON, order)
                except ServiceError as refusal:
                    assert refusal.code == "command.duplicate"
            case 4 | 5 | 6:
                self.connect(phone)
            case 7 | 8:
                await self.disconnect(phone)
            case _:
                await (self.restart() if self.chance.random() < 0.3 else self.queue.expire())

    async def settle(self) -> None:
        """Evening: phones are there and honest, people decide what nobody can read back."""
        self.phone.is_honest = True
        await self.restart()
        for phone in PHONES:
            self.connect(phone)
        async with asyncio.timeout(30):
            while waiting := self.queue.waiting.all():
                await self.queue.expire()
                for command in waiting:
                    if needs_decision(command):
                        is_done = self.phone.done[command.command_id] > 0
                        step = Step.DECIDE_DONE if is_done else Step.DECIDE_NOT_DONE
                        await self.queue._try_step(command, step, "decided")
                await asyncio.sleep(0.01)
        for phone in PHONES:
            await self.disconnect(phone)


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_a_day_of_faults_leaves_nothing_stuck_and_nothing_invented(tmp_path: Path) -> None:
    chance = random.Random(20_260_504)
    async with archive_in(tmp_path) as archive:
        clock = FastClock()
        day = Day(archive, clock, chance)
        events = blocks_at_noon = 0
        at_dawn = (_open_files(), threading.active_count())
        while clock.monotonic() < DAY_S:
            await day.disturb()
            events += 1
            await asyncio.sleep(0)
            if not blocks_at_noon and clock.monotonic() > DAY_S / 2:
                gc.collect()
                blocks_at_noon = sys.getallocatedblocks()
        await day.settle()
        gc.collect()
        assert sys.getallocatedblocks() < 1.1 * blocks_at_noon, "memory grew"
        # The archive's three readers open when they are first needed, two files each.
        assert _open_files() <= at_dawn[0] + 6
        assert threading.active_count() <= at_dawn[1] + 3
        assert len(asyncio.all_tasks()) == 1, "only this one"
        commands = await archive.commands(CommandFilter(limit=10_000))
        assert len(commands) > 50, events
        assert all(command.state.is_terminal for command in commands)
        states = Counter(command.state for command in commands)
        assert states[CommandState.ACKNOWLEDGED] and states[CommandState.FAILED]
        for command in commands:
            did = day.phone.done[command.command_id]
            if command.verb is not Verb.REFETCH and command.state is CommandState.ACKNOWLEDGED:
                assert did, f"{command.command_id} was never done"
            if command.verb in ONCE:
                assert did <= 1, f"{command.command_id} was done {did} times"
        assert (await archive.verify()).ok
