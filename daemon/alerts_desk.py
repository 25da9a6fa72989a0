"""Alerts, as people read and handle them: pages, one, steps of many, who looks after them."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from policies import model
from policies.display import safe_display

from .api.alert_life import AlertBatch, AlertBatchItem, AlertBatchReport, AlertStep, AssignAlert
from .api.requests import AlertQuery
from .api.texts import Texts
from .api.wire import Alert, AlertStatus, Severity
from .archive.alert_life import NOBODY, HandleAlertUnit
from .archive.alerts import is_legal_step
from .archive.archive import Archive
from .archive.drafts import AlertFilter
from .archive.errors import IllegalTransitionError, RecordNotFoundError
from .archive.records import ArchivedAlert
from .audit import AuditTrail
from .bus import AlertChanged, Bus, DeviceChanged, HealthChanged
from .desk_parts import DeskParts
from .device_directory import DeviceDirectory
from .event_filters import MAX_LIMIT
from .leaving.owners import owners_of
from .rights.guard import PrivacyGuard
from .roles import Permission, require
from .service import Caller, ServiceError
from .service_errors import invalid, not_found, refusing, unusable
from .views import alert_view, step_view
from .workbench.desk import WorkbenchDesk

_SEVERITIES: Final = {Severity(one.value): one for one in model.Severity}
MOST_NAME: Final = 200
_FEW: Final = 20
"""Masking more would hold up everybody else: it is done in a thread."""


class AlertsDesk:
    """One per daemon. Raises ServiceError only."""

    def __init__(self, parts: DeskParts, workbench: WorkbenchDesk) -> None:
        self._archive: Archive = parts.archive
        self._audit: AuditTrail = parts.audit
        self._bus: Bus = parts.bus
        self._directory: DeviceDirectory = parts.directory
        self._guard: PrivacyGuard = parts.guard
        self._texts = parts.texts
        self._workbench = workbench

    async def page(self, caller: Caller, query: AlertQuery) -> tuple[Alert, ...]:
        """Newest first."""
        require(caller, Permission.ALERTS_READ)
        with refusing():
            wanted = AlertFilter(
                status=query.status,
                device=self._directory.named(query.device),
                devices=None if query.employee is None else await self._phones_of(query.employee),
                before=query.before,
                severity=None if query.severity is None else _SEVERITIES[query.severity],
                rule=query.rule,
                assignee=None if query.assignee is None else _name(query.assignee),
                limit=max(1, min(query.limit, MAX_LIMIT)),
            )
            return await self.shown(caller, await self._archive.alerts(wanted))

    async def one(self, caller: Caller, alert_id: str) -> Alert:
        """`alert.not_found`."""
        require(caller, Permission.ALERTS_READ)
        with refusing():
            return await self.item(caller, await self._known(alert_id))

    async def named(self, caller: Caller, alert_ids: Sequence[str]) -> tuple[Alert, ...]:
        """Those that there are."""
        require(caller, Permission.ALERTS_READ)
        with refusing():
            return await self.shown(caller, await self._archive.alert_life.named(alert_ids))

    async def history(self, caller: Caller, alert_id: str) -> tuple[AlertStep, ...]:
        """What was done with it, oldest first."""
        require(caller, Permission.ALERTS_READ)
        with refusing():
            steps = await self._archive.alert_life.steps(alert_id)
            if steps is None:
                raise not_found("alert")
            sight = await self._guard.sight(caller.role, self._words(caller))
            return tuple(step_view(step, sight) for step in steps)

    async def change(self, caller: Caller, alert_id: str, to: AlertStatus, note: str | None) -> Alert:
        """Acknowledge, resolve, suppress, open again; the same status again only notes."""
        require(caller, Permission.ALERTS_HANDLE)
        with refusing():
            found = await self._known(alert_id)
            outcome = "ok" if is_legal_step(found.status, to) else "refused"
            await self._audit.write(caller, f"alert.{to.value}", alert_id, reason=note, outcome=outcome)
            unit = HandleAlertUnit(alert_id=alert_id, to=to, assignee=None, actor=caller.name, note=note)
            return await self._handled(caller, unit)

    async def assign(self, caller: Caller, alert_id: str, request: AssignAlert) -> Alert:
        """Who looks after it from now on, and a note."""
        require(caller, Permission.ALERTS_HANDLE)
        with refusing():
            await self._known(alert_id)
            await self._audit.write(caller, "alert.assign", alert_id, reason=request.note)
            assignee = _name(request.assignee or NOBODY)
            unit = HandleAlertUnit(
                alert_id=alert_id, to=None, assignee=assignee, actor=caller.name, note=request.note or None
            )
            return await self._handled(caller, unit)

    async def batch(self, caller: Caller, batch: AlertBatch) -> AlertBatchReport:
        """Each by itself, all under one audit entry that names them. `request.invalid` when nothing is to be done."""
        require(caller, Permission.ALERTS_HANDLE)
        note = batch.note or None
        if batch.to is None and batch.assignee is None and note is None:
            raise invalid("to, assignee, note")
        alert_ids = tuple(dict.fromkeys(batch.alert_ids))
        with refusing():
            known = await self._archive.alert_life.statuses(alert_ids)
            fit = [one for one in alert_ids if one in known and is_legal_step(known[one], batch.to or known[one])]
            what = ("" if batch.to is None else f"to={batch.to.value}", "" if batch.assignee is None else "assign")
            counts = f"count={len(alert_ids)} refused={len(alert_ids) - len(fit)}"
            named = " ".join(one for one in alert_ids if one in known)
            await self._audit.write(
                caller,
                "alert.batch",
                " ".join(filter(None, (*what, counts, named))),
                reason=note,
                outcome="ok" if fit else "refused",
            )
            assignee = None if batch.assignee is None else _name(batch.assignee)
            units = [
                HandleAlertUnit(alert_id=one, to=batch.to, assignee=assignee, actor=caller.name, note=note)
                for one in alert_ids
            ]
            done = await asyncio.gather(*map(self._archive.alert_life.handle, units), return_exceptions=True)
            return await self._report(caller, alert_ids, done)

    async def item(self, caller: Caller, alert: ArchivedAlert) -> Alert:
        """An alert as this caller sees it."""
        return (await self.shown(caller, (alert,)))[0]

    async def shown(self, caller: Caller, alerts: Sequence[ArchivedAlert]) -> tuple[Alert, ...]:
        """Alerts as this caller sees them."""
        in_force = await self._directory.in_force()
        holders = {serial: one.employee for serial, one in in_force.items()}
        owners = await owners_of(self._archive, [one.archived.ledger_index for one in alerts], in_force)
        sight = await self._guard.sight(caller.role, self._words(caller))
        advised = self._workbench.advised

        def view() -> tuple[Alert, ...]:
            return tuple(
                msgspec.structs.replace(
                    advised(alert_view(one, holders.get(one.archived.event.device), sight), sight),
                    owner=owners.of(one.archived.ledger_index, one.archived.event.device),
                )
                for one in map(self._guard.alert_shown, alerts)
            )

        return view() if len(alerts) <= _FEW else await asyncio.to_thread(view)

    async def _handled(self, caller: Caller, unit: HandleAlertUnit) -> Alert:
        try:
            changed = await self._archive.alert_life.handle(unit)
        except IllegalTransitionError:
            raise unusable("alert.wrong_state", http_status=409) from None
        except RecordNotFoundError:
            raise not_found("alert") from None
        self._tell((changed,))
        return await self.item(caller, changed)

    async def _report(
        self, caller: Caller, alert_ids: Sequence[str], done: Sequence[ArchivedAlert | BaseException]
    ) -> AlertBatchReport:
        """Faults that are nobody's mistake are raised, when nothing was done at all."""
        changed = [one for one in done if not isinstance(one, BaseException)]
        self._tell(changed)
        shown = {one.alert_id: one for one in await self.shown(caller, changed)}
        faults = [one for one in done if isinstance(one, BaseException) and _refusal_of(one) is None]
        if faults and not changed:
            raise faults[0]
        texts = self._words(caller)
        return AlertBatchReport(
            items=tuple(
                _failed(alert_id, one, texts)
                if isinstance(one, BaseException)
                else AlertBatchItem(alert_id=alert_id, alert=shown[alert_id])
                for alert_id, one in zip(alert_ids, done, strict=True)
            )
        )

    def _tell(self, changed: Sequence[ArchivedAlert]) -> None:
        for one in changed:
            self._bus.publish(AlertChanged(one.alert_id))
        for device in dict.fromkeys(one.archived.event.device for one in changed):
            self._bus.publish(DeviceChanged(device))
        if changed:
            self._bus.publish(HealthChanged())

    async def _known(self, alert_id: str) -> ArchivedAlert:
        found = await self._archive.alert(alert_id)
        if found is None:
            raise not_found("alert")
        return found

    async def _phones_of(self, employee: str) -> tuple[str, ...]:
        return tuple(serial for serial, one in (await self._directory.in_force()).items() if one.employee == employee)

    def _words(self, caller: Caller) -> Texts:
        return self._texts.get(caller.language) or self._texts["en"]


def _refusal_of(error: BaseException) -> str | None:
    match error:
        case IllegalTransitionError():
            return "alert.wrong_state"
        case RecordNotFoundError():
            return "alert.not_found"
        case _:
            return None


def _failed(alert_id: str, error: BaseException, texts: Texts) -> AlertBatchItem:
    code = _refusal_of(error)
    if code is None:
        try:
            with refusing():
                raise error
        except ServiceError as refused:
            code = refused.code
    return AlertBatchItem(alert_id=alert_id, code=code, message=texts.get(f"error.{code}.message"))


def _name(name: str) -> str:
    """As it is kept: harmless to a terminal, without blanks around it; NOBODY for none."""
    return safe_display(" ".join(name.split()), MOST_NAME) if name.strip() else NOBODY
