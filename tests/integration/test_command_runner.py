"""What a phone says, and what a command is then called: nothing but a read-back is success. Scripted phones, real
archive."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from adb_bridge.clock import Clock
from adb_bridge.errors import BridgeErrorCode, DeviceUnavailableError
from adb_bridge.records import DeviceProfile, DeviceSerial, TransportSerial, Untrusted
from adb_bridge.secret import Secret
from adb_bridge.session import Session
from adb_bridge.verbs.facts import PhoneFacts
from adb_bridge.verbs.result import Ending, StepTrace, VerbResult
from daemon.api.wire import CallParameters, CommandState, Verb
from daemon.archive.archive import Archive
from daemon.archive.records import ArchivedCommand, CommandStepRecord
from daemon.bus import Bus
from daemon.commanding.carriers import Carriers
from daemon.commanding.known_facts import facts_from
from daemon.commanding.orders import DAEMON, CommandOrder
from daemon.commanding.phone_words import PhoneWords
from daemon.commanding.queue import CommandQueue
from daemon.commanding.runner import CommandRunner
from daemon.commanding.states import NEEDS_DECISION, Step
from daemon.logs import log_for
from daemon.supervise import RetryPolicy, Supervision
from tests.archive_kit import PHONE, StepClock, archive_in

WORDS = PhoneWords(shop="s", notice_title="t", notice_text="n", lost="l", found="f", ring="r")
STEPS = (StepTrace(step="sleep", code="ok", exit_code=0, stderr_sha256=None),)
FACTS = facts_from(
    DeviceProfile(
        serial=PHONE, manufacturer=Untrusted("m"), model=Untrusted("m"), android_release=Untrusted("14"), sdk=34,
        security_patch=Untrusted(""), capabilities=(),
    ),
    None,
    TransportSerial("usb1"),
)  # fmt: skip


@dataclass
class Script:
    """A verb that ends as it is told; the last answer stays."""

    sent: list[VerbResult]
    asked: list[VerbResult] = field(default_factory=list)
    repeatable: bool = True
    sends: int = 0
    asks: int = 0

    async def carry_out(
        self, command: ArchivedCommand, session: Session, facts: PhoneFacts, clock: Clock
    ) -> VerbResult:
        self.sends += 1
        return self.sent[min(self.sends, len(self.sent)) - 1]

    async def read_back(
        self, command: ArchivedCommand, session: Session, facts: PhoneFacts, clock: Clock
    ) -> VerbResult:
        self.asks += 1
        return self.asked[min(self.asks, len(self.asked)) - 1]

    def is_repeatable(self, command: ArchivedCommand) -> bool:
        return self.repeatable


class Nobody:
    """No PINs, no numbers."""

    async def number(self, device: DeviceSerial, parameters: CallParameters) -> Secret | None:
        return None

    async def candidates(self, device: DeviceSerial) -> Sequence[object]:
        return ()


class Stepping:
    """Waiting passes time on the test's clock instead of the machine's."""

    def __init__(self, clock: StepClock) -> None:
        self._clock = clock

    async def wait(self, wake: asyncio.Event, timeout_s: float | None) -> bool:
        await asyncio.sleep(0.001)
        if not wake.is_set():
            self._clock.advance(timeout_s or 0)
        return wake.is_set()


@dataclass
class Stage:
    archive: Archive
    queue: CommandQueue
    clock: StepClock
    carriers: Carriers
    is_reachable: bool = True
    refetches: list[bool] = field(default_factory=list)

    async def probe(self, _session: Session) -> PhoneFacts:
        if not self.is_reachable:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT)
        assert FACTS is not None
        return FACTS

    async def refetch(self) -> bool:
        while not self.refetches:
            await asyncio.sleep(0.005)
        return self.refetches.pop()

    def runner(self) -> CommandRunner:
        return CommandRunner(
            PHONE, cast(Session, None), queue=self.queue, carriers=self.carriers, clock=self.clock,
            refetch=self.refetch, known_facts=lambda: None, waiter=Stepping(self.clock), probe=self.probe,
        )  # fmt: skip

    async def until(
        self, command: ArchivedCommand, *states: CommandState, result: str | None = None, at_most_s: float = 10
    ) -> ArchivedCommand:
        """Run until it is in one of these."""
        supervision = Supervision(clock=self.clock, log=log_for("t"), policy=RetryPolicy(), on_trouble=lambda _: None)
        task = asyncio.create_task(self.runner().run(supervision))
        try:
            async with asyncio.timeout(at_most_s):
                while True:
                    now = await self.queue._found(command.command_id)
                    if now.state in states and result in {None, now.result}:
                        return now
                    if task.done():
                        task.result()
                    await asyncio.sleep(0.002)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def changes(self, command: ArchivedCommand) -> tuple[CommandStepRecord, ...]:
        return await self.archive.command_book.changes(command.command_id)

    async def ask(self, verb: Verb = Verb.RING) -> ArchivedCommand:
        return await self.queue.submit(
            DAEMON, CommandOrder(device=PHONE, verb=verb, reason="test", expires_in_s=30 * 86_400)
        )


@asynccontextmanager
async def staged(folder: Path, script: Script, verb: Verb = Verb.RING) -> AsyncIterator[Stage]:
    clock = StepClock()
    async with archive_in(folder, clock=clock) as archive:
        queue = CommandQueue(archive, clock, Bus())
        carriers = Carriers(clock=clock, words=WORDS, apps=(), pins=cast("object", Nobody()), callees=Nobody())  # type: ignore[arg-type]
        carriers.register(verb, script)
        yield Stage(archive, queue, clock, carriers)


def said(ending: Ending, code: str = "x", retry_after_s: float | None = None) -> VerbResult:
    return VerbResult(ending=ending, code=code, retry_after_s=retry_after_s, steps=STEPS)


S = CommandState
_ENDS = [
    (Ending.DONE, True, S.ACKNOWLEDGED),
    (Ending.DONE, False, S.ACKNOWLEDGED),
    (Ending.REFUSED, True, S.FAILED),
    (Ending.IMPOSSIBLE, False, S.FAILED),
    (Ending.NOT_NOW, True, S.NOT_NOW),
    (Ending.NOT_SENT, False, S.QUEUED),
    (Ending.UNSURE, False, S.UNKNOWN),
]


@pytest.mark.parametrize(("ending", "is_repeatable", "state"), _ENDS)
async def test_each_ending_is_called_what_it_is(
    tmp_path: Path, ending: Ending, *, is_repeatable: bool, state: CommandState
) -> None:
    script = Script([said(ending, "code")], [said(Ending.UNSURE, "link_lost")], repeatable=is_repeatable)
    async with staged(tmp_path, script) as stage:
        command = await stage.ask()
        found = await stage.until(command, state, result="code")
        assert found.state is state
        assert STEPS in [change.steps for change in await stage.changes(command)]


_ASKED = [
    # read back, repeatable -> end, result, sends
    (Ending.DONE, True, S.ACKNOWLEDGED, "back", 1),
    (Ending.DONE, False, S.ACKNOWLEDGED, "back", 1),
    (Ending.REFUSED, False, S.FAILED, "back", 1),
    (Ending.UNSURE, False, S.UNKNOWN, NEEDS_DECISION, 1),
    (Ending.REFUSED, True, S.FAILED, "back", 5),
    (Ending.UNSURE, True, S.FAILED, "back", 5),
]


@pytest.mark.parametrize(("ending", "is_repeatable", "state", "result", "sends"), _ASKED)
async def test_what_is_not_known_is_asked_and_sent_again_only_where_that_does_no_harm(
    tmp_path: Path, ending: Ending, *, is_repeatable: bool, state: CommandState, result: str, sends: int
) -> None:
    script = Script([said(Ending.UNSURE, "sent")], [said(ending, "back")], repeatable=is_repeatable)
    async with staged(tmp_path, script) as stage:
        command = await stage.ask()
        found = await stage.until(command, state, result=result)
        assert (found.state, found.result, script.sends) == (state, result, sends)
        assert script.asks >= 1


async def test_what_a_person_decides_ends_it_and_the_phone_goes_on_meanwhile(tmp_path: Path) -> None:
    script = Script([said(Ending.UNSURE, "sent")], [said(Ending.UNSURE, "dark")], repeatable=False)
    async with staged(tmp_path, script, Verb.CALL) as stage:
        stage.carriers.register(Verb.RING, Script([said(Ending.DONE, "ringing")], [said(Ending.DONE, "rang")]))
        called = await stage.ask(Verb.CALL)
        ring = await stage.ask(Verb.RING)
        await stage.until(called, S.UNKNOWN, result=NEEDS_DECISION)
        await stage.until(ring, S.ACKNOWLEDGED)
        assert script.sends == 1
        waiting = await stage.queue._found(called.command_id)
        decided = await stage.queue.step(waiting, Step.DECIDE_DONE, "decided_done")
        assert decided.state is S.ACKNOWLEDGED


async def test_not_now_waits_longer_each_time_and_no_shorter_than_the_phone_says(tmp_path: Path) -> None:
    script = Script([said(Ending.NOT_NOW), said(Ending.NOT_NOW), said(Ending.NOT_NOW, "y", 300.0), said(Ending.DONE)])
    async with staged(tmp_path, script) as stage:
        began = stage.clock.now()
        command = await stage.ask()
        done = await stage.until(command, S.ACKNOWLEDGED)
        assert (done.not_now_count, done.first_not_now_at, done.tries) == (3, began, 4)
        changes = await stage.changes(command)
        waited = [
            (after.at - before.at).total_seconds()
            for before, after in pairwise(changes)
            if before.to_state is S.NOT_NOW
        ]
        assert all(real >= least for real, least in zip(waited, (30, 60, 300), strict=True)), waited


async def test_a_phone_that_cannot_be_asked_is_sent_nothing(tmp_path: Path) -> None:
    script = Script([said(Ending.DONE)])
    async with staged(tmp_path, script) as stage:
        stage.is_reachable = False
        command = await stage.ask()
        with pytest.raises(TimeoutError):
            await stage.until(command, S.ACKNOWLEDGED, at_most_s=0.3)
        assert (await stage.queue._found(command.command_id)).tries == 0
        stage.is_reachable = True
        await stage.until(command, S.ACKNOWLEDGED)


async def test_what_a_crash_left_as_sent_is_asked_about_and_not_sent_blindly(tmp_path: Path) -> None:
    script = Script([said(Ending.DONE)], [said(Ending.DONE, "found_done")], repeatable=False)
    async with staged(tmp_path, script) as stage:
        command = await stage.ask()
        await stage.queue.step(command, Step.DISPATCH, None)
        found = await stage.until(command, S.ACKNOWLEDGED)
        assert (found.result, script.sends, found.tries) == ("found_done", 0, 1)


async def test_reading_everything_again_steps_aside_for_what_is_urgent(tmp_path: Path) -> None:
    script = Script([said(Ending.DONE, "locked")])
    async with staged(tmp_path, script, Verb.LOCK) as stage:
        refetch = await stage.ask(Verb.REFETCH)

        interrupted = asyncio.create_task(stage.until(refetch, S.ACKNOWLEDGED))
        async with asyncio.timeout(10):
            while (await stage.queue._found(refetch.command_id)).state is not S.SENT:
                await asyncio.sleep(0.002)
        lock = await stage.ask(Verb.LOCK)
        async with asyncio.timeout(10):
            while not (await stage.queue._found(lock.command_id)).state.is_terminal:
                await asyncio.sleep(0.002)
        stage.refetches = [True]
        assert (await interrupted).result == "refetched"
        results = [change.result for change in await stage.changes(refetch)]
        assert results[:2] == [None, "interrupted"]
        assert results[-1] == "refetched"
