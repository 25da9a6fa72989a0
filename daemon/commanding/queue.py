"""Commands that wait for their phones: kept in the archive, one in flight per phone, every step audited."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

import msgspec

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial
from adb_bridge.verbs.result import StepTrace

from ..api.exit_codes import ExitCode
from ..api.wire import CommandState, Verb
from ..archive.archive import Archive
from ..archive.drafts import (
    BatchDraft,
    BatchTarget,
    CommandChange,
    CommandDraft,
    CommandFilter,
    CommandsDraft,
    RequestKey,
)
from ..archive.errors import IllegalTransitionError, KeyReusedError, RecordNotFoundError
from ..archive.records import Approval, ArchivedBatch, ArchivedCommand, WrittenCommands
from ..bus import Bus, CommandChanged, DeviceChanged
from ..logs import log_for
from ..service import ServiceError
from .orders import DAEMON, BatchOrder, CommandOrder, Requester
from .ports import Batch, BatchMember, Endings
from .states import CANCELLABLE, Step, after
from .verbs import text_of, traits
from .waiting import Waiting

MOST_OPEN_PER_DEVICE: Final = 50
DUPLICATE: Final = "command.duplicate"
_MOST_AT_START: Final = 10_000
_AT_ONCE: Final = 100


class CommandQueue:
    """One per daemon."""

    def __init__(self, archive: Archive, clock: Clock, bus: Bus) -> None:
        self._archive = archive
        self._clock = clock
        self._bus = bus
        self._waiting = Waiting()
        self._taken: set[tuple[DeviceSerial, str]] = set()
        """Places of commands that are being written."""
        self._keyed = asyncio.Lock()
        """Held by requests with a key: the second of two that are the same finds what the first became."""
        self._endings: list[Endings] = []
        self._telling: set[asyncio.Task[None]] = set()
        self._log = log_for("commands")

    @property
    def waiting(self) -> Waiting:
        """What waits, for runners."""
        return self._waiting

    def tell_endings_to(self, endings: Endings) -> None:
        """From now on. What ends while the daemon is away is told to nobody: look at the start."""
        self._endings.append(endings)

    def open_count(self, device: DeviceSerial) -> int:
        """Commands that may still change."""
        return self._waiting.count(device)

    async def load(self) -> None:
        """At start: what waits."""
        self._waiting.load(await self._archive.commands(CommandFilter(is_open=True, limit=_MOST_AT_START)))

    async def submit(self, by: Requester, order: CommandOrder) -> ArchivedCommand:
        """A new command, or the one that the same key gave before. Raises ServiceError `command.duplicate` when the
        same one waits already, `command.key_reused`.
        """
        draft = self._draft(by, order)
        if order.idempotency_key is None:
            return await self._submit(by, draft, None)
        key = _key(by, order.idempotency_key, (order.device, order.verb, draft.parameters, order.reason))
        async with self._keyed:
            earlier = await self._earlier(key)
            return earlier.commands[0] if earlier is not None else await self._submit(by, draft, key)

    async def submit_many(self, by: Requester, order: BatchOrder) -> Batch:
        """One command for each phone, written in one transaction; phones where the same one waits are left out."""
        if order.idempotency_key is None:
            return await self._submit_many(by, order, None)
        asked = (*sorted({*order.devices, *order.left_out}), order.verb, text_of(order.parameters), order.reason)
        key = _key(by, order.idempotency_key, asked)
        async with self._keyed:
            earlier = await self._earlier(key)
            if earlier is None:
                return await self._submit_many(by, order, key)
        return await self._batch(earlier.batch_id)

    async def batch(self, batch_id: str) -> Batch | None:
        """Its frozen list with each phone's command as it is now; None when there is none."""
        kept = await self._archive.command_book.batch(batch_id)
        if kept is None:
            return None
        found = await self._archive.commands(CommandFilter(batch_id=batch_id, limit=max(1, len(kept.targets))))
        return _batch_of(kept, found)

    async def ended(self, command_id: str, timeout_s: float) -> ArchivedCommand:
        """The command once it has ended, or as it is when the time is over. RecordNotFoundError."""
        subscription = self._bus.subscribe()
        try:
            async with asyncio.timeout(timeout_s):
                while not (command := await self._found(command_id)).state.is_terminal:
                    if await subscription.take() is None:
                        return command
                return command
        except TimeoutError:
            return await self._found(command_id)
        finally:
            self._bus.unsubscribe(subscription)

    async def kept_step(self, command: ArchivedCommand, step: str) -> str | None:
        """The code of the newest step of this name; None when there was none."""
        changes = await self._archive.command_book.changes(command.command_id)
        codes = [one.code for change in changes for one in change.steps if one.step == step]
        return codes[-1] if codes else None

    async def open_of(self, devices: Sequence[DeviceSerial]) -> tuple[ArchivedCommand, ...]:
        """Commands of these phones that may still change."""
        return tuple(one for device in devices for one in self._waiting.of(device))

    async def cancel(self, by: Requester, command_id: str) -> ArchivedCommand:
        """Only what was not sent. Raises ServiceError `command.not_cancellable`."""
        command = await self._found(command_id)
        if command.state not in CANCELLABLE:
            raise _not_cancellable()
        try:
            return await self.step(command, Step.CANCEL, "cancelled", by=by)
        except IllegalTransitionError:
            raise _not_cancellable() from None

    async def approve(self, by: Requester, command: ArchivedCommand, reason: str | None) -> ArchivedCommand:
        """Another person agrees. A wipe ends what else waits for the phone. IllegalTransitionError."""
        approved = await self.step(command, Step.APPROVE, "approved", by=by, reason=reason)
        if approved.verb is Verb.WIPE:
            others = [one for one in self._waiting.of(approved.device) if one.command_id != approved.command_id]
            await self._end_all([one for one in others if one.state in CANCELLABLE], Step.CANCEL, "wiped")
        return approved

    async def step(
        self,
        command: ArchivedCommand,
        step: Step,
        result: str | None,
        *,
        by: Requester = DAEMON,
        reason: str | None = None,
        next_try_at: datetime | None = None,
        steps: tuple[StepTrace, ...] = (),
    ) -> ArchivedCommand:
        """Move a command; its audit entry is written with it. IllegalTransitionError when its state does not allow it
        any more.
        """
        to = after(command.state, step)
        if to is None:
            raise IllegalTransitionError(current=command.state.value, to=step.value)
        change = CommandChange(
            to=to,
            actor=by.name,
            role=by.role,
            result=result,
            reason=reason,
            next_try_at=next_try_at,
            steps=steps,
        )
        # Shielded: a phone's task may be ended at any moment, and what was written must be known here too.
        writing = asyncio.ensure_future(self._change(command, change))
        writing.add_done_callback(_take_error)
        return await asyncio.shield(writing)

    async def expire(self) -> None:
        """End what waited too long. What was sent stays as it is: it may have been carried out."""
        now = self._clock.now()
        due = [one for one in self._waiting.all() if one.expires_at <= now and after(one.state, Step.EXPIRE)]
        await self._end_all(due, Step.EXPIRE, "expired")

    async def clear(self, device: DeviceSerial) -> None:
        """The phone is not enrolled any more, or anew: nothing that was asked before may be sent to it."""
        mine = self._waiting.of(device)
        await self._end_all([one for one in mine if one.state in CANCELLABLE], Step.CANCEL, "not_enrolled")
        await self._end_all([one for one in mine if one.state is CommandState.SENT], Step.UNSURE, "link_lost")
        unknown = [one for one in self._waiting.of(device) if one.state is CommandState.UNKNOWN]
        await self._end_all(unknown, Step.ABANDON, "abandoned")

    def has_wipe(self, device: DeviceSerial) -> bool:
        """Whether a wipe of this phone is under way or waits."""
        return any(one.verb is Verb.WIPE for one in self._waiting.of(device))

    async def _end_all(self, commands: Sequence[ArchivedCommand], step: Step, result: str) -> None:
        for at in range(0, len(commands), _AT_ONCE):
            await asyncio.gather(*(self._try_step(one, step, result) for one in commands[at : at + _AT_ONCE]))

    async def _try_step(self, command: ArchivedCommand, step: Step, result: str) -> None:
        try:
            await self.step(command, step, result)
        except (IllegalTransitionError, RecordNotFoundError):
            return  # it moved on in the meantime, which is as good

    def _draft(self, by: Requester, order: CommandOrder) -> CommandDraft:
        verb = traits(order.verb)
        return CommandDraft(
            command_id=f"cm_{secrets.token_hex(8)}",
            device=order.device,
            verb=order.verb,
            parameters=text_of(order.parameters),
            reason=order.reason,
            requested_by=by.name,
            requested_uid=by.uid,
            expires_at=self._clock.now() + timedelta(seconds=order.expires_in_s or verb.expires_in_s),
            priority=order.priority,
            needs_approval=order.needs_approval or verb.needs_approval,
        )

    def _why_not(self, draft: CommandDraft) -> str | None:
        """The code of why this one cannot wait now."""
        mine = self._waiting.of(draft.device)
        same = [one for one in mine if one.verb is draft.verb]
        if traits(draft.verb).may_wait_twice:
            same = [one for one in same if one.parameters == draft.parameters]
        if same or _place(draft) in self._taken:
            return DUPLICATE
        if any(one.verb is Verb.WIPE and one.approval is not Approval.AWAITED for one in mine):
            return "device.wipe_pending"
        return "command.too_many" if len(mine) >= MOST_OPEN_PER_DEVICE else None

    async def _submit(self, by: Requester, draft: CommandDraft, key: RequestKey | None) -> ArchivedCommand:
        if (why := self._why_not(draft)) is not None:
            raise ServiceError(why, http_status=409, exit_code=ExitCode.USAGE)
        with self._taking((draft,)):
            written = await self._put(CommandsDraft(commands=(draft,), role=by.role, key=key))
        return written.commands[0]

    async def _submit_many(self, by: Requester, order: BatchOrder, key: RequestKey | None) -> Batch:
        drafts = [self._draft(by, order.of(device)) for device in dict.fromkeys(order.devices)]
        refusals = {draft.device: why for draft in drafts if (why := self._why_not(draft)) is not None}
        taken = tuple(draft for draft in drafts if draft.device not in refusals)
        batch = BatchDraft(
            batch_id=f"cb_{secrets.token_hex(8)}",
            verb=order.verb,
            parameters=text_of(order.parameters),
            reason=order.reason,
            requested_by=by.name,
            targets=(
                *(BatchTarget(device=draft.device, command_id=draft.command_id) for draft in taken),
                *(
                    BatchTarget(device=device, command_id=None, why=why)
                    for device, why in {**order.left_out, **refusals}.items()
                ),
            ),
        )
        with self._taking(taken):
            written = await self._put(CommandsDraft(commands=taken, role=by.role, batch=batch, key=key))
        if not written.is_new or written.batch is None:
            return await self._batch(written.batch_id)
        return _batch_of(written.batch, written.commands)

    async def _batch(self, batch_id: str | None) -> Batch:
        found = None if batch_id is None else await self.batch(batch_id)
        if found is None:
            raise RecordNotFoundError("batch")
        return found

    async def _earlier(self, key: RequestKey) -> WrittenCommands | None:
        """What the key gave before; None: it is new."""
        try:
            return await self._archive.command_book.by_key(key)
        except KeyReusedError:
            raise _key_reused() from None

    @contextmanager
    def _taking(self, drafts: Sequence[CommandDraft]) -> Iterator[None]:
        """Nobody else may ask for the same while it is being written."""
        places = {_place(draft) for draft in drafts}
        self._taken |= places
        try:
            yield
        finally:
            self._taken -= places

    async def _put(self, draft: CommandsDraft) -> WrittenCommands:
        try:
            written = await asyncio.shield(self._archive.command_book.put(draft))
        except KeyReusedError:
            raise _key_reused() from None
        if written.is_new:
            for command in written.commands:
                self._waiting.put(command)
                self._tell(command)
        return written

    async def _change(self, command: ArchivedCommand, change: CommandChange) -> ArchivedCommand:
        try:
            changed = await self._archive.command_transition(command.command_id, change, expected=command.state)
        except IllegalTransitionError:
            self._waiting.put(await self._found(command.command_id))  # the archive's word holds
            raise
        self._waiting.put(changed)
        self._tell(changed)
        if changed.state.is_terminal and self._endings:
            task = asyncio.create_task(self._tell_end(changed), name=f"ended:{changed.command_id}")
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        return changed

    async def _tell_end(self, command: ArchivedCommand) -> None:
        for endings in self._endings:
            try:
                await endings.ended(command)
            except Exception as error:  # noqa: BLE001  one listener's trouble must reach neither others nor the phone
                self._log.error("command.end_not_taken", command=command.command_id, error=type(error).__name__)

    async def _found(self, command_id: str) -> ArchivedCommand:
        command = await self._archive.command(command_id)
        if command is None:
            raise RecordNotFoundError("command")
        return command

    def _tell(self, command: ArchivedCommand) -> None:
        self._bus.publish(CommandChanged(command.command_id))
        self._bus.publish(DeviceChanged(command.device))


def _batch_of(kept: ArchivedBatch, found: Sequence[ArchivedCommand]) -> Batch:
    commands = {one.command_id: one for one in found}
    return Batch(
        kept=kept,
        members=tuple(
            BatchMember(device=one.device, command=commands.get(one.command_id or ""), why=one.why)
            for one in kept.targets
        ),
    )


def _take_error(writing: "asyncio.Future[ArchivedCommand]") -> None:
    """Of a step whose caller was ended meanwhile: a step that another was faster with is none of its own."""
    if not writing.cancelled():
        writing.exception()


def _place(draft: CommandDraft) -> tuple[DeviceSerial, str]:
    """Where only one may wait."""
    may_wait_twice = traits(draft.verb).may_wait_twice
    return draft.device, f"{draft.verb} {draft.parameters}" if may_wait_twice else draft.verb.value


def _key(by: Requester, key: str, asked: tuple[str, ...]) -> RequestKey:
    return RequestKey(asked_by=by.name, key=key, request_sha256=hashlib.sha256(msgspec.json.encode(asked)).digest())


def _key_reused() -> ServiceError:
    return ServiceError("command.key_reused", http_status=409, exit_code=ExitCode.USAGE)


def _not_cancellable() -> ServiceError:
    return ServiceError("command.not_cancellable", http_status=409, exit_code=ExitCode.USAGE)
