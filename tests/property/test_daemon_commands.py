"""Commands through any order of steps and crashes: the queue, a small model and the archive say the same.

A command never leaves a terminal state, is never done without a read-back or a person's word, and nothing is sent twice
that was not known to be not sent.
"""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adb_bridge.records import DeviceSerial
from daemon.api.wire import CommandState, Verb
from daemon.archive.archive import Archive
from daemon.archive.commands import LEGAL_STEPS
from daemon.archive.drafts import AuditFilter, CommandFilter
from daemon.archive.errors import IllegalTransitionError
from daemon.archive.records import Approval, ArchivedCommand
from daemon.bus import Bus
from daemon.commanding.orders import CommandOrder, Requester
from daemon.commanding.queue import CommandQueue
from daemon.commanding.states import CANCELLABLE, TRANSITIONS, Step, after
from daemon.commanding.verbs import traits
from daemon.service import ServiceError
from tests.archive_kit import StepClock, archive_in

PHONES = (DeviceSerial("A"), DeviceSerial("B"))
ASKER = Requester(name="owner", role="owner", uid=1)
OTHER = Requester(name="admin", role="admin", uid=2)
_MEMORY = Path("/dev/shm")
"""Where there is one, a step costs no turn of a disk."""
_BY_PHONE = (Step.VERIFIED, Step.REFUSED, Step.NOT_NOW, Step.NOT_SENT, Step.UNSURE, Step.RETRY, Step.UNDECIDED)


@given(st.sampled_from(CommandState), st.sampled_from(Step))
def test_terminal_states_are_for_good(state: CommandState, step: Step) -> None:
    if state.is_terminal:
        assert after(state, step) is None


def test_every_step_is_one_the_archive_allows() -> None:
    for (state, _), to in TRANSITIONS.items():
        assert to in LEGAL_STEPS[state], (state, to)


def test_only_what_was_not_sent_can_be_cancelled_or_expire() -> None:
    assert {CommandState.QUEUED, CommandState.NOT_NOW} == CANCELLABLE
    expiring = {state for state, step in TRANSITIONS if step is Step.EXPIRE}
    assert expiring == CANCELLABLE


def test_every_open_state_has_a_way_out() -> None:
    for state in CommandState:
        ways = {to for (start, _), to in TRANSITIONS.items() if start is state}
        assert bool(ways) is not state.is_terminal


class CommandLife(RuleBasedStateMachine):
    """Any order of what people, phones, time and crashes do."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
        self.clock = StepClock()
        self.model: dict[str, CommandState] = {}
        self.awaited: set[str] = set()
        self.read_back: set[str] = set()
        self.decided: set[str] = set()
        self.steps = 0
        self.keys: dict[str, str] = {}
        self._stack = AsyncExitStack()

    @initialize()
    def start(self) -> None:
        self.runner.run(self._open())

    async def _open(self) -> None:
        self._stack = AsyncExitStack()
        self.archive: Archive = await self._stack.enter_async_context(
            archive_in(Path(self.folder.name), clock=self.clock)
        )
        self.queue = CommandQueue(self.archive, self.clock, Bus())
        await self.queue.load()

    @rule(phone=st.sampled_from(PHONES), verb=st.sampled_from([Verb.LOCK, Verb.RING, Verb.WIPE, Verb.MESSAGE]))
    def submit(self, phone: DeviceSerial, verb: Verb) -> None:
        waits = [one for one in self._open_of(phone) if one.verb is verb]
        wiping = any(one.verb is Verb.WIPE and one.command_id not in self.awaited for one in self._open_of(phone))
        try:
            command = self.runner.run(
                self.queue.submit(ASKER, CommandOrder(device=phone, verb=verb, reason="why", expires_in_s=600))
            )
        except ServiceError as error:
            assert waits or wiping, error.code
            return
        assert not waits and not wiping
        self._took(command)

    @rule(key=st.sampled_from(["key-0001", "key-0002"]))
    def submit_with_a_key(self, key: str) -> None:
        order = CommandOrder(device=PHONES[0], verb=Verb.REBOOT, reason=key, idempotency_key=key, expires_in_s=600)
        try:
            command = self.runner.run(self.queue.submit(ASKER, order))
        except ServiceError:
            assert key not in self.keys
            return
        if key in self.keys:
            assert command.command_id == self.keys[key]
        else:
            self.keys[key] = command.command_id
            self._took(command)

    @rule(phone=st.sampled_from(PHONES), said=st.sampled_from(_BY_PHONE))
    def the_phone_answers(self, phone: DeviceSerial, said: Step) -> None:
        command = self.queue.waiting.next(phone, self.clock.now())
        if command is None:
            return
        assert command.command_id not in self.awaited, "what waits for a person goes to no phone"
        if command.state in {CommandState.QUEUED, CommandState.NOT_NOW}:
            self._step(command, Step.DISPATCH)
        elif after(command.state, said) is not None:
            later = self.clock.now() + timedelta(seconds=30) if said in {Step.NOT_NOW, Step.RETRY} else None
            self._step(command, said, later)

    @rule(seconds=st.sampled_from([1, 40, 400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.runner.run(self.queue.expire())
        now = self.clock.now()
        for command in self._kept():
            before = self.model[command.command_id]
            if before in CANCELLABLE and command.expires_at <= now:
                assert command.state is CommandState.EXPIRED
                self._noted(command)
            else:
                assert command.state is before

    @rule(phone=st.sampled_from(PHONES))
    def cancel(self, phone: DeviceSerial) -> None:
        for command in self._open_of(phone)[:1]:
            try:
                self._noted(self.runner.run(self.queue.cancel(ASKER, command.command_id)))
            except ServiceError:
                assert command.state not in CANCELLABLE
                return
            assert command.state in CANCELLABLE

    @rule(phone=st.sampled_from(PHONES))
    def another_person_agrees(self, phone: DeviceSerial) -> None:
        for command in self._open_of(phone):
            try:
                approved = self.runner.run(self.queue.approve(OTHER, command, None))
            except IllegalTransitionError:
                assert command.command_id not in self.awaited or command.state is not CommandState.QUEUED
                continue
            assert command.command_id in self.awaited
            self.awaited.discard(command.command_id)
            self._noted(approved)
            for other in self._kept():
                if self.model[other.command_id] is not other.state:
                    assert (other.device, other.state) == (phone, CommandState.CANCELLED)
                    self._noted(other)
            return

    @rule(phone=st.sampled_from(PHONES), done=st.sampled_from([Step.DECIDE_DONE, Step.DECIDE_NOT_DONE]))
    def a_person_decides(self, phone: DeviceSerial, done: Step) -> None:
        for command in self._open_of(phone):
            if command.state is CommandState.UNKNOWN:
                self.decided.add(command.command_id)
                self._step(command, done)
                return

    @rule(phone=st.sampled_from(PHONES))
    def the_phone_leaves(self, phone: DeviceSerial) -> None:
        self.runner.run(self.queue.clear(phone))
        for command in self._kept():
            if self.model[command.command_id] is not command.state:
                assert command.device == phone and command.state.is_terminal
                was_sent = self.model[command.command_id] is CommandState.SENT
                self.steps += was_sent  # by way of UNKNOWN
                self._noted(command)
        assert not self._open_of(phone)

    @rule()
    def the_daemon_crashes(self) -> None:
        """What was written is all that the next one has."""
        self.runner.run(self._stack.aclose())
        self.runner.run(self._open())

    @invariant()
    def all_agree(self) -> None:
        if not hasattr(self, "queue"):
            return
        kept = self._kept()
        assert {one.command_id: one.state for one in kept} == self.model
        assert {one.command_id for one in self.queue.waiting.all()} == {
            one.command_id for one in kept if not one.state.is_terminal
        }
        for command in kept:
            if command.state is CommandState.ACKNOWLEDGED:
                assert command.command_id in self.read_back | self.decided
                assert command.tries >= 1
            assert (command.approval is Approval.AWAITED) is (command.command_id in self.awaited)
        for phone in PHONES:
            sent = [one for one in kept if one.device == phone and one.state is CommandState.SENT]
            assert len(sent) <= 1, "one in flight for a phone"

    def teardown(self) -> None:
        if hasattr(self, "queue"):
            entries = self.runner.run(self.archive.audit_entries(limit=10_000, only=AuditFilter(action="command.")))
            assert len(entries) == self.steps, "every step is audited, once"
            assert self.runner.run(self.archive.verify()).ok
        self.runner.run(self._stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    def _took(self, command: ArchivedCommand) -> None:
        if traits(command.verb).needs_approval:
            self.awaited.add(command.command_id)
        self._noted(command)

    def _step(self, command: ArchivedCommand, step: Step, later: object = None) -> None:
        if step is Step.VERIFIED:
            self.read_back.add(command.command_id)
        self._noted(self.runner.run(self.queue.step(command, step, step.value, next_try_at=later)))  # type: ignore[arg-type]

    def _noted(self, command: ArchivedCommand) -> None:
        self.steps += 1
        self.model[command.command_id] = command.state

    def _kept(self) -> tuple[ArchivedCommand, ...]:
        return self.runner.run(self.archive.commands(CommandFilter(limit=1000)))

    def _open_of(self, phone: DeviceSerial) -> tuple[ArchivedCommand, ...]:
        return self.queue.waiting.of(phone)


CommandLife.TestCase.settings = settings(
    max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestCommandLife = CommandLife.TestCase
