"""What the API asks about commands: who may, what makes sense, and in whose sight the answer is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial

from ..api import batches as wire_batches
from ..api import wire
from ..api.texts import Texts
from ..api.wire_commands import MAX_EXPIRY_S
from ..archive.archive import Archive
from ..archive.drafts import CommandFilter
from ..archive.errors import IllegalTransitionError
from ..archive.records import Approval, ArchivedCommand
from ..audit import MAX_REASON
from ..config_commands import CommandsSection
from ..device_directory import DeviceDirectory
from ..people_names import is_same_name
from ..rights.guard import PrivacyGuard
from ..rights.sight import Sight
from ..roles import Permission, require, require_verb
from ..service import Caller
from ..service_errors import invalid, not_found, not_permitted, refusing, unusable
from .orders import BatchOrder, CommandOrder, Requester
from .outlook import Outlook, chances
from .previews import Previews
from .queue import CommandQueue
from .states import CANCELLABLE, Step
from .verbs import is_of_verb
from .views import batch_line, batch_view, command_view, why_text, with_transitions

Move = Callable[[], Awaitable[ArchivedCommand]]
NOT_ENROLLED = "device.not_enrolled"
_ALONE = frozenset({wire.Verb.WIPE, wire.Verb.CALL})
"""One phone at a time, each said by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandParts:
    """What the desk is made of."""

    archive: Archive
    clock: Clock
    directory: DeviceDirectory
    guard: PrivacyGuard
    outlook: Outlook
    queue: CommandQueue
    settings: CommandsSection
    texts: Mapping[str, Texts]


class CommandsDesk:
    """One per daemon."""

    def __init__(self, parts: CommandParts) -> None:
        self._parts = parts
        self._queue = parts.queue
        self._archive = parts.archive
        self._previews = Previews(parts.clock)

    async def submit(self, caller: Caller, request: wire.CommandRequest) -> wire.Command:
        """Queue a command; it goes out when the phone can be reached."""
        require_verb(caller, request.verb)
        reason = _checked(request.reason, request.verb, request.parameters, request.expires_in_s)
        with refusing():
            serial = await self._parts.directory.serial_of(request.device)
            if serial not in await self._parts.directory.in_force():
                raise unusable(NOT_ENROLLED, http_status=409)
            if request.verb is wire.Verb.WIPE:
                typed = request.parameters.typed_name if isinstance(request.parameters, wire.WipeParameters) else None
                await self._require_name(serial, typed or "")
            order = CommandOrder(
                device=serial,
                verb=request.verb,
                reason=reason,
                parameters=request.parameters,
                expires_in_s=request.expires_in_s,
                idempotency_key=request.idempotency_key,
            )
            return await self.item(caller, await self._queue.submit(Requester.of(caller), order))

    async def page(self, caller: Caller, query: wire_batches.CommandQuery) -> tuple[wire.Command, ...]:
        """Newest first."""
        require(caller, Permission.COMMANDS_READ)
        with refusing():
            found = await self._archive.commands(
                CommandFilter(
                    device=self._parts.directory.named(query.device),
                    is_open=query.is_open,
                    states=None if query.state is None else (query.state,),
                    batch_id=query.batch,
                    before=query.before,
                    limit=query.limit,
                )
            )
            sight = await self._sight(caller)
            return tuple(command_view(one, sight) for one in found)

    async def one(self, caller: Caller, command_id: str) -> wire.Command:
        """With what happened to it."""
        require(caller, Permission.COMMANDS_READ)
        with refusing():
            view = await self.item(caller, await self._command(command_id))
            return with_transitions(view, await self._archive.command_book.changes(command_id))

    async def cancel(self, caller: Caller, command_id: str) -> wire.Command:
        """Only what was not sent."""
        require(caller, Permission.COMMANDS_ISSUE)
        with refusing():
            await self._command(command_id)
            return await self.item(caller, await self._queue.cancel(Requester.of(caller), command_id))

    async def approve(self, caller: Caller, command_id: str, approval: wire_batches.Approval) -> wire.Command:
        """Another person than the one who asked agrees."""
        require(caller, Permission.COMMANDS_APPROVE)
        with refusing():
            command = await self._awaiting(command_id)
            if command.requested_uid == caller.uid or is_same_name(command.requested_by, caller.name):
                raise not_permitted("command.own_request")
            if command.verb is wire.Verb.WIPE:
                await self._require_name(command.device, approval.typed_name)
            return await self._moved(
                caller, lambda: self._queue.approve(Requester.of(caller), command, approval.reason)
            )

    async def reject(self, caller: Caller, command_id: str, reason: str) -> wire.Command:
        """Nobody sends it; who asked may say so too."""
        require(caller, Permission.COMMANDS_APPROVE)
        with refusing():
            command = await self._awaiting(command_id)
            by = Requester.of(caller)
            return await self._moved(
                caller, lambda: self._queue.step(command, Step.REJECT, "rejected", by=by, reason=_reason(reason))
            )

    async def decide(self, caller: Caller, command_id: str, decision: wire_batches.Decision) -> wire.Command:
        """Somebody looked at the phone: it happened, or it did not."""
        require(caller, Permission.COMMANDS_ISSUE)
        with refusing():
            command = await self._command(command_id)
            if command.state is not wire.CommandState.UNKNOWN:
                raise unusable("command.nothing_to_decide", http_status=409)
            step, result = (
                (Step.DECIDE_DONE, "decided_done") if decision.is_done else (Step.DECIDE_NOT_DONE, "decided_not_done")
            )
            by, reason = Requester.of(caller), _reason(decision.reason)
            return await self._moved(caller, lambda: self._queue.step(command, step, result, by=by, reason=reason))

    async def preview(self, caller: Caller, request: wire_batches.BatchRequest) -> wire_batches.BatchPreview:
        """Which phones a batch would be for, and which not and why. Nothing is sent."""
        require_verb(caller, request.verb)
        _checked_batch(request)
        with refusing():
            targets = await self._targets(caller, request)
            taken = tuple(DeviceSerial(one.device) for one in targets if one.why_not is None)
            left_out = {DeviceSerial(one.device): one.why_not for one in targets if one.why_not is not None}
            token = self._previews.keep(caller, request, (taken, left_out))
            return wire_batches.BatchPreview(confirm_token=token, verb=request.verb, targets=targets)

    async def submit_many(self, caller: Caller, request: wire_batches.BatchRequest) -> wire_batches.Batch:
        """One command for each phone, all or none of them written."""
        require_verb(caller, request.verb)
        reason = _checked_batch(request)
        with refusing():
            if request.confirm_token is not None:
                devices, left_out = self._previews.take(caller, request)
            else:
                targets = await self._targets(caller, request)
                devices = tuple(DeviceSerial(one.device) for one in targets if one.why_not is None)
                left_out = {DeviceSerial(one.device): one.why_not for one in targets if one.why_not is not None}
            enrolled = await self._parts.directory.in_force()
            gone = {one: NOT_ENROLLED for one in devices if one not in enrolled}
            order = BatchOrder(
                devices=tuple(one for one in devices if one not in gone),
                verb=request.verb,
                reason=reason,
                parameters=request.parameters,
                expires_in_s=request.expires_in_s,
                idempotency_key=request.idempotency_key,
                left_out={**left_out, **gone},
            )
            batch = await self._queue.submit_many(Requester.of(caller), order)
            return batch_view(batch, await self._sight(caller), await self._employees())

    async def batch(self, caller: Caller, batch_id: str) -> wire_batches.Batch:
        """With every phone."""
        require(caller, Permission.COMMANDS_READ)
        with refusing():
            found = await self._queue.batch(batch_id)
            if found is None:
                raise not_found("batch")
            return batch_view(found, await self._sight(caller), await self._employees())

    async def batches(self, caller: Caller, query: wire_batches.BatchQuery) -> tuple[wire_batches.Batch, ...]:
        """Newest first, without their phones."""
        require(caller, Permission.COMMANDS_READ)
        with refusing():
            sight = await self._sight(caller)
            lines: list[wire_batches.Batch] = []
            for kept in await self._archive.command_book.batches(limit=query.limit, before=query.before):
                found = await self._archive.commands(
                    CommandFilter(batch_id=kept.batch_id, limit=max(1, len(kept.targets)))
                )
                lines.append(batch_line(kept, sight, [one.state for one in found]))
            return tuple(lines)

    async def verbs(self, caller: Caller, serial: str) -> wire_batches.DeviceVerbs:
        """What a phone can be told, asked of it now."""
        require(caller, Permission.DEVICES_READ)
        with refusing():
            known = await self._parts.directory.serial_of(serial)
            facts, is_fresh = await self._parts.outlook.facts(known)
            return wire_batches.DeviceVerbs(
                device=known,
                asked_at=self._parts.clock.now() if is_fresh else None,
                verbs=chances(facts, self._parts.texts[caller.language]),
            )

    async def item(self, caller: Caller, command: ArchivedCommand) -> wire.Command:
        """A command as this caller sees it."""
        return command_view(command, await self._sight(caller))

    async def _targets(
        self, caller: Caller, request: wire_batches.BatchRequest
    ) -> tuple[wire_batches.BatchTarget, ...]:
        """In the order they were named; every phone once."""
        texts = self._parts.texts[caller.language]
        enrolled = await self._parts.directory.in_force()
        shown = {one.serial: one for one in await self._parts.directory.devices(texts)}
        found: dict[str, wire_batches.BatchTarget] = {}
        for name in self._names(request, enrolled):
            serial = self._parts.directory.named(name) or name
            device = shown.get(serial)
            why = "device.not_found" if device is None else None if serial in enrolled else NOT_ENROLLED
            found[serial] = wire_batches.BatchTarget(
                device=serial,
                employee=enrolled[serial].employee if serial in enrolled else None,
                availability=None if device is None else device.availability.value,
                why_not=why,
                why_not_text=None if why is None else why_text(why, texts),
            )
        if not found:
            raise unusable("command.no_devices")
        return tuple(found.values())

    def _names(self, request: wire_batches.BatchRequest, enrolled: Mapping[str, object]) -> tuple[str, ...]:
        if request.all:
            return tuple(sorted(enrolled))
        if request.group is None:
            return request.devices
        group = self._parts.settings.groups.get(request.group)
        if group is None:
            raise not_found("group")
        return group

    async def _employees(self) -> dict[str, str]:
        return {serial: one.employee for serial, one in (await self._parts.directory.in_force()).items()}

    async def _require_name(self, serial: DeviceSerial, typed: str) -> None:
        enrolment = (await self._parts.directory.in_force()).get(serial)
        names = {serial.casefold(), "" if enrolment is None else enrolment.employee.casefold()} - {""}
        if typed.strip().casefold() not in names:
            raise unusable("command.wrong_name")

    async def _awaiting(self, command_id: str) -> ArchivedCommand:
        command = await self._command(command_id)
        if command.approval is not Approval.AWAITED or command.state not in CANCELLABLE:
            raise unusable("command.not_awaiting", http_status=409)
        return command

    async def _command(self, command_id: str) -> ArchivedCommand:
        command = await self._archive.command(command_id)
        if command is None:
            raise not_found("command")
        return command

    async def _moved(self, caller: Caller, move: Move) -> wire.Command:
        try:
            return await self.item(caller, await move())
        except IllegalTransitionError:
            raise unusable("command.moved_on", http_status=409) from None

    async def _sight(self, caller: Caller) -> Sight:
        return await self._parts.guard.sight(caller.role, self._parts.texts[caller.language])


def _checked_batch(request: wire_batches.BatchRequest) -> str:
    if request.verb in _ALONE:
        raise unusable("command.one_at_a_time")
    if (bool(request.devices) + request.all + (request.group is not None)) != 1:
        raise invalid("devices, all, group: exactly one of them")
    return _checked(request.reason, request.verb, request.parameters, request.expires_in_s)


def _checked(reason: str, verb: wire.Verb, parameters: wire.Parameters | None, expires_in_s: int | None) -> str:
    kept = _reason(reason)
    if expires_in_s is not None and not 1 <= expires_in_s <= MAX_EXPIRY_S:
        raise invalid(f"expires_in_s: 1-{MAX_EXPIRY_S}")
    if not is_of_verb(parameters, verb):
        raise invalid(f"parameters: not those of {verb.value}")
    return kept


def _reason(reason: str) -> str:
    if not (kept := reason.strip()[:MAX_REASON]):
        raise unusable("command.reason_missing")
    return kept
