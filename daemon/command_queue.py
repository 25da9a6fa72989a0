"""Commands that wait for their phones: kept in the archive, one in flight per phone, every step audited."""

import asyncio
import secrets
from collections import defaultdict
from datetime import datetime, timedelta

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial

from .api.exit_codes import ExitCode
from .api.wire import CommandState, Verb
from .archive.archive import Archive
from .archive.drafts import AuditDraft, CommandChange, CommandDraft, CommandFilter
from .archive.errors import IllegalTransitionError, RecordNotFoundError
from .archive.records import ArchivedCommand
from .audit import DAEMON_ACTOR, NO_ROLE
from .bus import Bus, CommandChanged, DeviceChanged
from .commands import CANCELLABLE, DEFAULT_EXPIRY_S, Step, after
from .service import Caller, ServiceError

MAX_OPEN_PER_DEVICE = 50
_VERB_RANK = {Verb.LOCK: 0, Verb.NOTICE: 1, Verb.REFETCH: 2}


class CommandQueue:
    """One per daemon."""

    def __init__(self, archive: Archive, clock: Clock, bus: Bus) -> None:
        self._archive = archive
        self._clock = clock
        self._bus = bus
        self._news: defaultdict[DeviceSerial, asyncio.Event] = defaultdict(asyncio.Event)
        self._open: dict[DeviceSerial, int] = {}

    def news_for(self, device: DeviceSerial) -> asyncio.Event:
        """Set when this phone's queue changed; the runner clears it."""
        return self._news[device]

    def open_count(self, device: DeviceSerial) -> int:
        """Commands that may still change."""
        return self._open.get(device, 0)

    async def load(self) -> None:
        """At start: count what waits."""
        self._open.clear()
        for command in await self._archive.commands(CommandFilter(is_open=True, limit=10_000)):
            self._open[command.device] = self._open.get(command.device, 0) + 1

    async def submit(
        self, caller: Caller, *, device: DeviceSerial, verb: Verb, reason: str, expires_in_s: int | None
    ) -> ArchivedCommand:
        """A new command. Raises ServiceError `command.duplicate` when the same one waits already."""
        waiting = await self._open_of(device)
        if any(command.verb is verb for command in waiting) or len(waiting) >= MAX_OPEN_PER_DEVICE:
            raise ServiceError("command.duplicate", http_status=409, exit_code=ExitCode.USAGE)
        lifetime = timedelta(seconds=expires_in_s or DEFAULT_EXPIRY_S[verb])
        command_id = f"cm_{secrets.token_hex(8)}"
        await self._audit(caller.name, caller.role.value, verb, command_id, device, reason, CommandState.QUEUED)
        command = await self._archive.put_command(
            CommandDraft(
                command_id=command_id,
                device=device,
                verb=verb,
                parameters="{}",
                reason=reason,
                requested_by=caller.name,
                expires_at=self._clock.now() + lifetime,
            )
        )
        self._open[device] = self.open_count(device) + 1
        self._tell(command)
        return command

    async def cancel(self, caller: Caller, command: ArchivedCommand) -> ArchivedCommand:
        """Only what was not sent. Raises ServiceError `command.not_cancellable`."""
        if command.state not in CANCELLABLE:
            raise _not_cancellable()
        try:
            return await self.step(command, Step.CANCEL, "cancelled", actor=caller.name, role=caller.role.value)
        except IllegalTransitionError:
            raise _not_cancellable() from None

    async def step(
        self,
        command: ArchivedCommand,
        step: Step,
        result: str | None,
        *,
        actor: str = DAEMON_ACTOR,
        role: str = NO_ROLE,
        next_try_at: datetime | None = None,
    ) -> ArchivedCommand:
        """Move a command. Raises IllegalTransitionError when its state does not allow it any more."""
        to = after(command.state, step)
        if to is None:
            raise IllegalTransitionError(current=command.state.value, to=step.value)
        change = CommandChange(to=to, actor=actor, result=result, next_try_at=next_try_at)
        # Shielded: a phone's task may be ended at any moment, and its last step must not lack its audit entry.
        return await asyncio.shield(self._change(command, change, role))

    async def _change(self, command: ArchivedCommand, change: CommandChange, role: str) -> ArchivedCommand:
        to = change.to
        changed = await self._archive.command_transition(command.command_id, change, expected=command.state)
        await self._audit(change.actor, role, command.verb, command.command_id, command.device, change.result, to)
        if to.is_terminal:
            self._open[command.device] = max(0, self.open_count(command.device) - 1)
        self._tell(changed)
        return changed

    async def next_for(self, device: DeviceSerial) -> ArchivedCommand | None:
        """The most urgent open command of a phone whose time has come, oldest first within a verb."""
        now = self._clock.now()
        due = [
            command
            for command in await self._open_of(device)
            if command.expires_at > now and (command.next_try_at is None or command.next_try_at <= now)
        ]
        # What was sent comes first: its end is unknown, and nothing else may start before it is known.
        return min(
            due,
            key=lambda command: (
                command.state not in {CommandState.SENT, CommandState.UNKNOWN},
                _VERB_RANK[command.verb],
                command.ledger_index,
            ),
            default=None,
        )

    async def expire(self) -> None:
        """End what waited too long. What was sent stays as it is: it may have been carried out."""
        now = self._clock.now()
        for command in await self._archive.commands(CommandFilter(is_open=True, limit=10_000)):
            if command.expires_at <= now and after(command.state, Step.EXPIRE) is not None:
                await self._try_step(command, Step.EXPIRE, "expired")

    async def clear(self, device: DeviceSerial) -> None:
        """The phone is no longer enrolled: nothing may be sent to it any more."""
        for command in await self._open_of(device):
            if command.state in CANCELLABLE:
                await self._try_step(command, Step.CANCEL, "not_enrolled")

    async def _try_step(self, command: ArchivedCommand, step: Step, result: str) -> None:
        try:
            await self.step(command, step, result)
        except (IllegalTransitionError, RecordNotFoundError):
            return  # it moved on in the meantime, which is as good

    async def _open_of(self, device: DeviceSerial) -> tuple[ArchivedCommand, ...]:
        return await self._archive.commands(CommandFilter(device=device, is_open=True, limit=1_000))

    async def _audit(
        self,
        actor: str,
        role: str,
        verb: Verb,
        command_id: str,
        device: DeviceSerial,
        reason: str | None,
        state: CommandState,
    ) -> None:
        await self._archive.audit(
            AuditDraft(
                actor=actor,
                role=role,
                action=f"command.{verb.value}",
                target=f"{command_id} {device}",
                reason=reason,
                outcome=state.value,
            )
        )

    def _tell(self, command: ArchivedCommand) -> None:
        self._bus.publish(CommandChanged(command.command_id))
        self._bus.publish(DeviceChanged(command.device))
        self._news[command.device].set()


def _not_cancellable() -> ServiceError:
    return ServiceError("command.not_cancellable", http_status=409, exit_code=ExitCode.USAGE)
