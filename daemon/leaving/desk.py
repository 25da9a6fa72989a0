"""Employees and those who leave, as the API asks for them."""

from collections.abc import Sequence

import msgspec

from ..api.exit_codes import ExitCode
from ..api.leaving import (
    MOST_HANDED,
    ConfirmLeavingItem,
    Employee,
    HandedConversation,
    HandOver,
    LeaveRequest,
    Leaving,
    LeavingQuery,
    LeavingReport,
    LeavingState,
    LeavingStepLine,
    UndoLeaving,
)
from ..archive.drafts import AuditDraft
from ..archive.errors import IllegalTransitionError
from ..archive.leaving_rows import ArchivedLeaving, LeavingDraft, LeavingStep, LeavingStepDraft, new_leaving_id
from ..archive.leavings import WIPED
from ..archive.ownership import OwnedConversation
from ..audit import MAX_REASON
from ..desk_parts import DeskParts
from ..rights.sight import Sight
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, refusing, unusable
from .checklist import items_of
from .leavings import Leavings
from .names import Asked, Staff, sense_of
from .told import commands_of, hand_overs, leaving_view, planned

_OPEN = frozenset({LeavingState.PENDING, LeavingState.UNDOING})
_APP_LETTERS = 3
"""Of a peer `app:title`: fewer letters before the colon are no app."""


class LeavingDesk:
    """One per daemon. Raises ServiceError only."""

    def __init__(self, parts: DeskParts, leavings: Leavings) -> None:
        self._archive = parts.archive
        self._audit = parts.audit
        self._clock = parts.clock
        self._config = parts.config
        self._guard = parts.guard
        self._texts = parts.texts
        self._leavings = leavings

    async def employees(self, caller: Caller) -> tuple[Employee, ...]:
        """By name."""
        require(caller, Permission.EMPLOYEES_READ)
        with refusing():
            staff, counts = await self._staff(), await self._archive.leavings.owned_counts()
            views = {one.leaving_id: one for one in await self._views(caller, staff.leavings)}
            return tuple(_employee(name, staff, counts, views) for name in staff.names)

    async def employee(self, caller: Caller, name: str) -> Employee:
        """With what was handed over from and to them. `employee.not_found`."""
        require(caller, Permission.EMPLOYEES_READ)
        with refusing():
            staff, counts = await self._staff(), await self._archive.leavings.owned_counts()
            known = staff.known(name)
            if known is None:
                raise ServiceError("employee.not_found", http_status=404, exit_code=ExitCode.NOT_FOUND, name=name[:100])
            views = {one.leaving_id: one for one in await self._views(caller, staff.leavings)}
            found = _employee(known, staff, counts, views)
            return msgspec.structs.replace(found, hand_overs=_of_person(known, staff.leavings))

    async def check(self, caller: Caller, request: LeaveRequest) -> Leaving:
        """What would happen. Nothing does."""
        require(caller, Permission.EMPLOYEES_LEAVE)
        with refusing():
            now = self._clock.now()
            asked = sense_of(request, await self._staff(), now)
            devices = tuple(one.device for one in asked.phones)
            draft = _draft(caller, request, "", asked)
            nothing = ArchivedLeaving(ledger_index=0, at=now, draft=draft, steps=())
            sight = await self._sight(caller)
            return planned(
                employee=asked.employee,
                recipients=asked.recipients,
                requested=(caller.name, now, request.reason),
                times=(asked.freeze_at, asked.return_at),
                devices=devices,
                shares=await self._archive.leavings.shares(asked.employee, devices, asked.recipients),
                alerts=await self._archive.leavings.open_alerts_of(asked.employee),
                items=items_of(nothing, (), sight.texts),
            )

    async def leave(self, caller: Caller, request: LeaveRequest) -> Leaving:
        """Somebody leaves. On the disk when it returns; the phones follow."""
        require(caller, Permission.EMPLOYEES_LEAVE)
        with refusing():
            asked = sense_of(request, await self._staff(), self._clock.now())
            leaving_id = new_leaving_id()
            draft = _draft(caller, request, leaving_id, asked)
            target = f"{leaving_id} phones={len(asked.phones)} recipients={len(asked.recipients)}"
            try:
                begun = await self._leavings.begin(draft, _audit(caller, "employee.leave", target, request.reason))
            except IllegalTransitionError:
                raise unusable("leaving.already", http_status=409) from None
            return await self._view(caller, begun)

    async def page(self, caller: Caller, query: LeavingQuery) -> tuple[Leaving, ...]:
        """Newest first."""
        require(caller, Permission.EMPLOYEES_READ)
        with refusing():
            views = await self._views(caller, await self._archive.leavings.all())
        wanted = [one for one in views if query.is_open is None or (one.state in _OPEN) is query.is_open]
        return tuple(wanted[: query.limit])

    async def one(self, caller: Caller, leaving_id: str) -> Leaving:
        """`leaving.not_found`."""
        require(caller, Permission.EMPLOYEES_READ)
        with refusing():
            return await self._view(caller, await self._found(leaving_id))

    async def undo(self, caller: Caller, leaving_id: str, request: UndoLeaving) -> Leaving:
        """Apps, collecting and ownership as before. `leaving.undone`; `leaving.wiped` once a phone was told to erase
        itself."""
        require(caller, Permission.EMPLOYEES_LEAVE)
        if not request.reason.strip():
            raise unusable("reveal.reason_missing")
        with refusing():
            await self._found(leaving_id)
            audit = _audit(caller, "employee.leave_undo", leaving_id, request.reason)
            try:
                return await self._view(caller, await self._leavings.undo(leaving_id, audit))
            except IllegalTransitionError as error:
                reason = request.reason.strip()[:MAX_REASON]
                await self._audit.write(caller, audit.action, leaving_id, reason=reason, outcome="refused")
                code = "leaving.wiped" if error.current == WIPED else "leaving.undone"
                raise unusable(code, http_status=409) from None

    async def confirm(self, caller: Caller, leaving_id: str, item: str, request: ConfirmLeavingItem) -> Leaving:
        """A person did it. `leaving.item_not_found`, `leaving.undone`."""
        require(caller, Permission.EMPLOYEES_LEAVE)
        with refusing():
            leaving = await self._found(leaving_id)
            view = await self._view(caller, leaving)
            if leaving.is_undone:
                raise unusable("leaving.undone", http_status=409)
            if item not in {one.item for one in view.items}:
                raise not_found("leaving.item")
            note = request.note.strip()[:MAX_REASON]
            await self._audit.write(caller, "employee.leave_confirm", f"{leaving_id} {item}", reason=note or None)
            did = LeavingStepDraft(
                step=LeavingStep.CONFIRMED, actor=caller.name, item=item, code="done",
                facts=msgspec.json.encode({"note": note}).decode(),
            )  # fmt: skip
            return await self._view(caller, await self._archive.leavings.note(leaving_id, did))

    async def report(self, caller: Caller, leaving_id: str) -> LeavingReport:
        """The hand-over, masked; reading it is audited."""
        require(caller, Permission.EMPLOYEES_READ)
        with refusing():
            leaving = await self._found(leaving_id)
            handed = await self._archive.leavings.handed(leaving, MOST_HANDED + 1)
            await self._audit.write(caller, "employee.leave_report", f"{leaving_id} count={len(handed)}")
            sight = await self._sight(caller)
            return LeavingReport(
                store=self._config.store.name,
                made_at=self._clock.now(),
                leaving=await self._view(caller, leaving),
                conversations=tuple(_handed(one, sight) for one in handed[:MOST_HANDED]),
                is_cut=len(handed) > MOST_HANDED,
                history=tuple(
                    LeavingStepLine(
                        at=one.at,
                        actor=one.did.actor,
                        step=one.did.step.name.lower(),
                        step_text=sight.texts.get(f"leaving.step.{one.did.step.name.lower()}"),
                        item=one.did.item,
                        code=one.did.code,
                        ledger_index=one.ledger_index,
                    )
                    for one in leaving.steps
                ),
            )

    async def _staff(self) -> Staff:
        return Staff(
            enrolments=await self._archive.enrolments(),
            leavings=await self._archive.leavings.all(),
            accounts=frozenset(self._config.employees.accounts),
        )

    async def _found(self, leaving_id: str) -> ArchivedLeaving:
        found = await self._archive.leavings.one(leaving_id)
        if found is None:
            raise not_found("leaving")
        return found

    async def _view(self, caller: Caller, leaving: ArchivedLeaving) -> Leaving:
        return (await self._views(caller, (leaving,)))[0]

    async def _views(self, caller: Caller, leavings: Sequence[ArchivedLeaving]) -> tuple[Leaving, ...]:
        sight = await self._sight(caller)
        views: list[Leaving] = []
        for leaving in leavings:
            found = [await self._archive.command(one) for one in commands_of(leaving)]
            commands = {one.command_id: one for one in found if one is not None}
            wiped = await self._archive.leavings.wiped_since(leaving.ledger_index)
            views.append(leaving_view(leaving, commands, wiped, sight))
        return tuple(views)

    async def _sight(self, caller: Caller) -> Sight:
        return await self._guard.sight(caller.role, self._texts.get(caller.language) or self._texts["en"])


def _draft(caller: Caller, request: LeaveRequest, leaving_id: str, asked: Asked) -> LeavingDraft:
    return LeavingDraft(
        leaving_id=leaving_id,
        employee=asked.employee,
        recipients=asked.recipients,
        reason=request.reason.strip()[:MAX_REASON],
        requested_by=caller.name,
        requested_role=caller.role.value,
        freeze_at=asked.freeze_at,
        return_at=asked.return_at,
        phones=asked.phones,
    )


def _audit(caller: Caller, action: str, target: str, reason: str) -> AuditDraft:
    return AuditDraft(
        actor=caller.name, role=caller.role.value, action=action, target=target,
        reason=reason.strip()[:MAX_REASON], outcome="ok",
    )  # fmt: skip


def _employee(name: str, staff: Staff, counts: dict[str, int], views: dict[str, Leaving]) -> Employee:
    leaving = staff.leaving_of(name)
    now = {one.device for one in staff.phones_of(name)}
    former = [one.serial for one in staff.enrolments if one.employee == name and one.serial not in now]
    return Employee(
        name=name,
        phones=tuple(sorted(now)),
        former_phones=tuple(sorted(set(former))),
        conversations=counts.get(name, 0),
        leaving_id=None if leaving is None else leaving.leaving_id,
        leaving_state=None if leaving is None else views[leaving.leaving_id].state,
    )


def _of_person(name: str, leavings: Sequence[ArchivedLeaving]) -> tuple[HandOver, ...]:
    every = (one for leaving in leavings for one in hand_overs(leaving))
    return tuple(one for one in every if name in (one.owner, one.owner_before))


def _handed(one: OwnedConversation, sight: Sight) -> HandedConversation:
    return HandedConversation(
        conversation=one.conversation,
        device=one.device,
        peer=_peer(one.peer_key, sight),
        events=one.events,
        last_at=one.last_at,
        owner=one.owner,
    )


def _peer(peer_key: str, sight: Sight) -> str:
    """A number, or a name that an app shows."""
    app, colon, title = peer_key.partition(":")
    if colon and len(app) > _APP_LETTERS and not app.isdecimal():
        return f"{app}: {sight.name(title)}"
    is_number = sum(map(str.isdecimal, peer_key)) * 2 > len(peer_key)
    return sight.number(peer_key) if is_number else sight.name(peer_key)
