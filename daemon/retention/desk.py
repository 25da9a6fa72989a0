"""Keeping and deleting, as people ask for it: how it stands, a pass at once, legal holds, certificates."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial
from crypto.vault_keys import VaultKeys

from ..api.retention import (
    ClassState,
    Deletion,
    DeletionQuery,
    Hold,
    HoldRequest,
    RetentionClass,
    RetentionPass,
    RetentionRunRequest,
    RetentionState,
)
from ..api.texts import Texts
from ..archive.archive import Archive
from ..archive.data_classes import DataClass
from ..archive.errors import IllegalTransitionError, RecordNotFoundError
from ..archive.holds import ArchivedHold, HoldDraft, HoldScope
from ..audit import MAX_REASON, AuditTrail
from ..config_sections import RetentionSection
from ..peers import canonical_peer
from ..rights.guard import PrivacyGuard
from ..rights.sight import Sight, kept_number
from ..roles import Permission, require
from ..service import Caller
from ..service_errors import invalid, not_found, refusing, unusable
from .passes import Retention, RetentionReport

MOST_YEARS = timedelta(days=5 * 366)


class RetentionDesk:
    """Behind `/v1/retention`, `/v1/holds` and `/v1/deletions`."""

    def __init__(
        self,
        *,
        archive: Archive,
        audit: AuditTrail,
        keys: VaultKeys,
        retention: Retention,
        clock: Clock,
        settings: RetentionSection,
        guard: PrivacyGuard,
        texts: dict[str, Texts],
    ) -> None:
        self._archive = archive
        self._guard = guard
        self._texts = texts
        self._audit = audit
        self._keys = keys
        self._retention = retention
        self._clock = clock
        self._settings = settings

    async def state(self, caller: Caller) -> RetentionState:
        """How keeping stands."""
        require(caller, Permission.RETENTION_READ)
        now = self._clock.now()
        with refusing():
            trust = await self._archive.retention_clock.trust()
            holds = await self._archive.holds.all()
        due = self._retention.due(now)
        classes = []
        for data_class in DataClass:
            weeks = sorted(key.period for key in self._keys.list() if key.label == data_class.value)
            classes.append(
                ClassState(
                    data_class=RetentionClass(data_class.value),
                    days=self._settings.days_of(data_class),
                    weeks_kept=len(weeks),
                    oldest_week=weeks[0] if weeks else None,
                    weeks_due=sum(one.data_class is data_class for one in due),
                )
            )
        last = self._retention.last
        return RetentionState(
            classes=tuple(classes),
            active_holds=sum(hold.is_active(now) for hold in holds),
            is_clock_trusted=trust is None or trust.is_trusted,
            clock_wait_s=0.0 if trust is None else max(0.0, trust.wait_s),
            needs_confirmation=trust is not None and trust.needs_confirmation,
            last_pass=None if last is None else _pass_view(last),
        )

    async def run(self, caller: Caller, request: RetentionRunRequest) -> RetentionPass:
        """A pass at once, or what one would do. `retention.clock_not_trusted` while the clock is not."""
        require(caller, Permission.RETENTION_RUN)
        now = self._clock.now()
        with refusing():
            if request.is_check:
                due = self._retention.due(now)
                await self._audit.write(caller, "retention.check", f"weeks={len(due)}", reason=_told(request.reason))
                return _pass_view(RetentionReport(at=now, destroyed_keys=tuple(one.name for one in due)))
            trust = await self._retention.look()
            if not trust.is_trusted:
                raise unusable("retention.clock_not_trusted", http_status=409)
            await self._audit.write(caller, "retention.run", "asked", reason=_told(request.reason), outcome="asked")
            report = await self._retention.pass_now(caller.name, _told(request.reason))
            target = f"events={report.erased_events} rows={report.erased_rows} keys={len(report.destroyed_keys)}"
            await self._audit.write(caller, "retention.run", target, outcome="ok")
        return _pass_view(report)

    async def confirm_clock(self, caller: Caller, reason: str) -> RetentionState:
        """The clock is right."""
        require(caller, Permission.RETENTION_RUN)
        with refusing():
            await self._audit.write(caller, "retention.clock", self._clock.now().isoformat(), reason=_told(reason))
            await self._archive.retention_clock.confirm()
        return await self.state(caller)

    async def holds(self, caller: Caller) -> tuple[Hold, ...]:
        """Ended ones too, newest first."""
        require(caller, Permission.RETENTION_READ)
        with refusing():
            found = await self._archive.holds.all()
            sight = await self._sight(caller)
            return tuple(self._hold_view(hold, sight) for hold in found)

    async def place_hold(self, caller: Caller, request: HoldRequest) -> Hold:
        """ServiceError for an end that has passed or is too far away, for a hold on everything by omission, and for a
        phone, employee or conversation that nobody knows: a hold on a slip of the hand would keep nothing."""
        require(caller, Permission.HOLDS_CHANGE)
        now = self._clock.now()
        if not now < request.until <= now + MOST_YEARS:
            raise unusable("holds.bad_end")
        scope = self._scope(request)
        if scope == HoldScope() and not request.is_everything:
            raise unusable("holds.no_scope")
        draft = HoldDraft(scope=scope, reason=_told(request.reason), actor=caller.name, until=request.until)
        with refusing():
            await self._require_known(scope)
            await self._audit.write(caller, "holds.place", _scope_told(scope), reason=draft.reason)
            return self._hold_view(await self._archive.holds.place(draft), await self._sight(caller))

    async def end_hold(self, caller: Caller, hold_id: str, reason: str) -> Hold:
        """What it kept over its time goes with the next pass."""
        require(caller, Permission.HOLDS_CHANGE)
        with refusing(), _holds_refused():
            await self._audit.write(caller, "holds.end", hold_id, reason=_told(reason))
            ended = await self._archive.holds.end(hold_id, actor=caller.name, reason=_told(reason))
            return self._hold_view(ended, await self._sight(caller))

    async def deletions(self, caller: Caller, query: DeletionQuery) -> tuple[Deletion, ...]:
        """Certificates, newest first."""
        require(caller, Permission.RETENTION_READ)
        with refusing():
            found = await self._archive.deletions.certificates(limit=query.limit, before=query.before)
            sight = await self._sight(caller)
        return tuple(
            Deletion(
                certificate=f"ledger:{one.ledger_index}",
                deleted_at=one.deleted_at,
                cause=one.cause,
                data_class=one.data_class,
                actor=one.actor,
                reason=sight.line(one.reason),
                entries=one.entries,
                first_index=one.first_index,
                last_index=one.last_index,
                indexes_sha256=one.indexes_sha256,
                destroyed_keys=one.destroyed_keys,
            )
            for one in found
        )

    async def _require_known(self, scope: HoldScope) -> None:
        if scope.device is not None and await self._archive.device(scope.device) is None:
            raise not_found("device")
        if scope.employee is not None:
            enrolled = {one.employee for one in await self._archive.enrolments()}
            if scope.employee not in enrolled:
                raise not_found("rights.employee")
        if scope.conversation is not None and not await self._archive.holds.is_conversation(scope.conversation):
            raise not_found("holds.conversation")

    def _scope(self, request: HoldRequest) -> HoldScope:
        peer = None if request.peer is None else canonical_peer(request.peer)
        if request.peer is not None and (peer is None or sum(map(str.isdigit, peer)) < 5):
            raise invalid("peer: a complete number")
        return HoldScope(
            device=None if request.device is None else DeviceSerial(request.device),
            conversation=request.conversation,
            peer_token=None if peer is None else self._archive.tokens.of_number(peer),
            peer_shown=None if peer is None else kept_number(peer),
            employee=request.employee,
            data_class=None if request.data_class is None else DataClass(request.data_class.value),
            received_from=request.received_from,
            received_to=request.received_to,
        )

    async def _sight(self, caller: Caller) -> Sight:
        return await self._guard.sight(caller.role, self._texts[caller.language])

    def _hold_view(self, hold: ArchivedHold, sight: Sight) -> Hold:
        scope = hold.scope
        return Hold(
            hold_id=hold.hold_id,
            ledger_index=hold.ledger_index,
            reason=sight.line(hold.reason),
            placed_by=hold.actor,
            placed_at=hold.placed_at,
            until=hold.until,
            is_active=hold.is_active(self._clock.now()),
            device=scope.device,
            conversation=scope.conversation,
            peer=sight.optional_line(scope.peer_shown),
            employee=scope.employee,
            data_class=None if scope.data_class is None else RetentionClass(scope.data_class.value),
            received_from=scope.received_from,
            received_to=scope.received_to,
            ended_at=hold.ended_at,
            ended_by=hold.ended_by,
            end_reason=sight.optional_line(hold.end_reason),
        )


@contextmanager
def _holds_refused() -> Iterator[None]:
    try:
        yield
    except RecordNotFoundError:
        raise not_found("hold") from None
    except IllegalTransitionError:
        raise unusable("holds.ended_already", http_status=409) from None


def _told(reason: str) -> str:
    return reason.strip()[:MAX_REASON]


def _scope_told(scope: HoldScope) -> str:
    """Which fields a hold names; numbers and people stay out of the audit's targets."""
    named = (
        ("device", scope.device),
        ("conversation", scope.conversation),
        ("peer", scope.peer_token),
        ("employee", scope.employee),
        ("class", scope.data_class),
        ("from", scope.received_from),
        ("to", scope.received_to),
    )
    return ",".join(name for name, content in named if content is not None) or "everything"


def _pass_view(report: RetentionReport) -> RetentionPass:
    return RetentionPass(
        at=report.at,
        erased_events=report.erased_events,
        erased_rows=report.erased_rows,
        held_events=report.held_events,
        removed_files=report.removed_files,
        destroyed_keys=report.destroyed_keys,
    )
