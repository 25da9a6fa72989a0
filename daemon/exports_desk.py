"""Exports with two people: one asks and gets it, another decides. Every step is audited before it is served."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Final

from crypto.errors import CryptoError

from .api.exit_codes import ExitCode
from .api.exports import (
    Export,
    ExportDecision,
    ExportDisclosure,
    ExportQuery,
    ExportRequest,
    ExportState,
    ExportStep,
    ScopeItem,
)
from .api.wire import Role
from .archive.errors import ArchiveError, IllegalTransitionError, RecordNotFoundError
from .archive.export_scope import ExportScope
from .archive.export_steps import (
    ExportExpiredError,
    ExportStepKind,
    OtherPersonError,
    Person,
    SamePersonError,
    state_after,
)
from .archive.exports import ArchivedExport, ExportDraft, ExportStepDraft, is_due
from .archive.identifiers import spell
from .bundles.archive_source import SourceParts, open_source
from .bundles.errors import BundleError
from .bundles.parts import BundleOrder, BundlePurpose, BundleReceipt, BundleSource, Disclosure, ScopeLine
from .bundles.writer import write_bundle
from .desk_parts import DeskParts
from .peers import canonical_peer
from .rights.sight import Sight, kept_number
from .roles import Permission, require
from .service import Caller, ServiceError
from .service_errors import invalid, not_found, refusing, unusable

BUNDLE_PREFIX: Final = "eb_"
_EVERYTHING: Final = 2**62
_NAMES: Final = {
    "device": ("Phone", "手机"),
    "employee": ("Employee", "员工"),
    "peer": ("Number", "号码"),
    "conversation": ("Conversation", "会话"),
    "since": ("From", "起"),
    "until": ("Before", "止"),
    "kinds": ("Kinds", "类型"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBundle:
    """A bundle whose handing over is in the audit. It ends whole or with an error, and then is none."""

    bundle_id: str
    chunks: AsyncIterator[bytes]
    """Raises ServiceError, perhaps after the first pieces."""


class ExportsDesk:
    """One per daemon. Methods raise ServiceError only."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        self._book = parts.archive.exports
        self._validity = parts.config.exports.validity
        self._busy = asyncio.Lock()

    async def ask(self, caller: Caller, request: ExportRequest) -> Export:
        """Keep what is wanted with what is in scope now; another person decides. `export.nothing` for no record."""
        require(caller, Permission.EXPORT_ASK)
        require(caller, _to_read(request.disclosure))
        case, reason = request.case.strip(), request.reason.strip()
        if not case or not reason:
            raise unusable("export.reason_missing")
        scope = self._scope(request)
        with _refusing():
            count = await self._book.count(scope)
            if count.records == 0:
                raise unusable("export.nothing")
            target = f"records={count.records} {request.disclosure.value}"
            await self._parts.audit.write(caller, "export.ask", target, reason=reason)
            draft = ExportDraft(
                asked_by=_person(caller),
                case=case,
                reason=reason,
                scope=scope,
                disclosure=request.disclosure,
                validity=self._validity,
            )
            return _view(await self._book.ask(draft), await self._sight(caller))

    async def all(self, caller: Caller, query: ExportQuery) -> tuple[Export, ...]:
        """Newest first, without their steps."""
        require(caller, Permission.EXPORT_READ)
        with _refusing():
            await self._expire()
            found = await self._book.all()
        wanted = [one for one in found if query.state is None or one.state is query.state]
        with _refusing():
            sight = await self._sight(caller)
        return tuple(_view(one, sight, with_steps=False) for one in wanted[: query.limit])

    async def one(self, caller: Caller, export_id: str) -> Export:
        """With its steps: what whoever decides has to know."""
        require(caller, Permission.EXPORT_READ)
        with _refusing():
            await self._expire()
            return _view(await self._existing(export_id), await self._sight(caller))

    async def approve(self, caller: Caller, export_id: str, decision: ExportDecision) -> Export:
        """By another person than who asked. `export.same_person`, `export.expired`, `export.wrong_state`."""
        return await self._decide(caller, export_id, decision, ExportStepKind.APPROVE)

    async def refuse(self, caller: Caller, export_id: str, decision: ExportDecision) -> Export:
        """The same."""
        return await self._decide(caller, export_id, decision, ExportStepKind.REFUSE)

    async def fetch(self, caller: Caller, export_id: str) -> OpenedBundle:
        """For who asked, once approved and until it expires. One bundle is made at a time (`export.busy`)."""
        require(caller, Permission.EXPORT_ASK)
        with _refusing():
            await self._expire()
            export = await self._existing(export_id)
            require(caller, _to_read(export.disclosure))
            try:
                state_after(export.standing, ExportStepKind.EXECUTE, _person(caller), self._parts.clock.now())
            except ArchiveError as error:
                await self._audit(caller, "export.fetch", export_id, outcome="refused")
                raise error from None
            if self._busy.locked():
                raise ServiceError("export.busy", http_status=409, exit_code=ExitCode.TIMEOUT)
            bundle_id = spell(BUNDLE_PREFIX, secrets.token_bytes(16))
            await self._audit(caller, "export.fetch", f"{export_id} {bundle_id}", reason=export.reason)
        return OpenedBundle(bundle_id=bundle_id, chunks=self._pieces(caller, export, bundle_id))

    async def _decide(self, caller: Caller, export_id: str, decision: ExportDecision, step: ExportStepKind) -> Export:
        require(caller, Permission.EXPORT_DECIDE)
        reason = decision.reason.strip()
        if not reason:
            raise unusable("export.reason_missing")
        action = f"export.{step.value}"
        with _refusing():
            await self._expire()
            export = await self._existing(export_id)
            try:
                state_after(export.standing, step, _person(caller), self._parts.clock.now())
            except ArchiveError as error:
                await self._audit(caller, action, export_id, reason=reason, outcome="refused")
                raise error from None
            await self._audit(caller, action, export_id, reason=reason)
            validity = self._validity if step is ExportStepKind.APPROVE else None
            draft = ExportStepDraft(step=step, who=_person(caller), reason=reason, validity=validity)
            return _view(await self._book.take(export_id, draft), await self._sight(caller))

    async def _pieces(self, caller: Caller, export: ArchivedExport, bundle_id: str) -> AsyncGenerator[bytes, None]:
        """The last piece, without which it is no bundle, goes out when the ledger has what was made."""
        async with self._busy:
            receipt = BundleReceipt()
            outcome = "failed"
            try:
                with _refusing():
                    order, source = await self._prepared(export, bundle_id)
                    held = b""
                    async with aclosing(write_bundle(order, source, receipt)) as pieces:
                        async for piece in pieces:
                            if held:
                                yield held
                            held = piece
                    done = ExportStepDraft(
                        step=ExportStepKind.EXECUTE,
                        who=_person(caller),
                        bundle_id=bundle_id,
                        manifest_sha256=bytes.fromhex(receipt.manifest_sha256),
                    )
                    await self._book.take(export.export_id, done)
                    outcome = "ok"
                    yield held
            finally:
                if outcome != "ok":
                    await self._audit(caller, "export.fetch", f"{export.export_id} {bundle_id}", outcome=outcome)

    async def _prepared(self, export: ArchivedExport, bundle_id: str) -> tuple[BundleOrder, BundleSource]:
        parts, config = self._parts, self._parts.config
        has_files = export.disclosure is ExportDisclosure.FULL_WITH_FILES
        disclosure = Disclosure.MASKED if export.disclosure is ExportDisclosure.MASKED else Disclosure.FULL
        texts = parts.texts[config.store.language]
        sight = await parts.guard.sight(Role.REVIEWER, texts)
        told = sight.line if disclosure is Disclosure.MASKED else str
        source = await open_source(
            SourceParts(
                archive=parts.archive,
                media=parts.media,
                guard=parts.guard,
                keys=parts.keys,
                texts=texts,
                sight=sight,
            ),
            await self._book.indexes(export.scope),
            disclosure,
            media=parts.media if has_files else None,
        )
        order = BundleOrder(
            bundle_id=bundle_id,
            purpose=BundlePurpose.EXPORT,
            store=config.store.name,
            case=told(export.case),
            reason=told(export.reason),
            requested_by=export.asked_by.name,
            approved_by=export.approved_by,
            made_at=parts.clock.now(),
            disclosure=disclosure,
            scope=tuple(
                ScopeLine(name_en=_NAMES[item.name][0], name_zh=_NAMES[item.name][1], value=item.value)
                for item in _items(export.scope)
            ),
            counted=export.count.records,
        )
        return order, source

    def _scope(self, request: ExportRequest) -> ExportScope:
        token = shown = None
        if request.peer is not None:
            peer_key = canonical_peer(request.peer)
            if peer_key is None:
                raise invalid("peer")
            token, shown = self._parts.archive.tokens.of_number(peer_key).hex(), kept_number(peer_key)
        for moment in (request.since, request.until):
            if moment is not None and moment.tzinfo is None:
                raise invalid("since, until: with an offset")
        device = self._parts.directory.named(request.device)
        return ExportScope(
            up_to=_EVERYTHING,
            device=device,
            employee=request.employee,
            peer_token=token,
            peer_shown=shown,
            conversation=request.conversation,
            since=request.since,
            until=request.until,
            kinds=tuple(sorted({kind.value for kind in request.kinds})),
        )

    async def _sight(self, caller: Caller) -> Sight:
        return await self._parts.guard.sight(caller.role, self._parts.texts[caller.language])

    async def _existing(self, export_id: str) -> ArchivedExport:
        export = await self._book.one(export_id)
        if export is None:
            raise not_found("export")
        return export

    async def _expire(self) -> None:
        """Only writes when there is something to write."""
        now = self._parts.clock.now()
        if any(is_due(one, now) for one in await self._book.all()):
            await self._book.expire()

    async def _audit(
        self, caller: Caller, action: str, target: str, *, reason: str | None = None, outcome: str = "ok"
    ) -> None:
        await self._parts.audit.write(caller, action, target, reason=reason, outcome=outcome)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        with refusing():
            try:
                yield
            except IllegalTransitionError as error:
                raise ServiceError(
                    "export.wrong_state", http_status=409, exit_code=ExitCode.USAGE, state=error.current
                ) from None
            except SamePersonError:
                raise ServiceError("export.same_person", http_status=403, exit_code=ExitCode.NOT_PERMITTED) from None
            except OtherPersonError:
                raise ServiceError("export.other_person", http_status=403, exit_code=ExitCode.NOT_PERMITTED) from None
            except ExportExpiredError:
                raise ServiceError("export.expired", http_status=410, exit_code=ExitCode.NOT_PERMITTED) from None
            except RecordNotFoundError:
                raise not_found("export") from None
    except BundleError as error:
        raise ServiceError(error.code, http_status=500, exit_code=ExitCode.PARTIAL) from None
    except CryptoError as error:
        raise ServiceError(
            "export.damaged", http_status=500, exit_code=ExitCode.INTEGRITY, problem=error.code.value
        ) from error


def _to_read(disclosure: ExportDisclosure) -> Permission:
    return Permission.EVENTS_READ if disclosure is ExportDisclosure.MASKED else Permission.EVENTS_REVEAL


def _person(caller: Caller) -> Person:
    return Person(uid=caller.uid, name=caller.name)


def _items(scope: ExportScope) -> tuple[ScopeItem, ...]:
    values = (
        ("device", scope.device),
        ("employee", scope.employee),
        ("peer", scope.peer_shown),
        ("conversation", scope.conversation),
        ("since", None if scope.since is None else scope.since.isoformat()),
        ("until", None if scope.until is None else scope.until.isoformat()),
        ("kinds", " ".join(scope.kinds) or None),
    )
    return tuple(ScopeItem(name=name, value=value) for name, value in values if value is not None)


def _view(export: ArchivedExport, sight: Sight, *, with_steps: bool = True) -> Export:
    decided = [step for step in export.steps if step.state in {ExportState.APPROVED, ExportState.REFUSED}]
    steps = tuple(
        ExportStep(
            at=step.at,
            actor=step.actor,
            state=step.state,
            reason=sight.optional_line(step.reason),
            bundle_id=step.bundle_id,
            manifest_sha256=None if step.manifest_sha256 is None else step.manifest_sha256.hex(),
        )
        for step in export.steps
    )
    return Export(
        export_id=export.export_id,
        state=export.state,
        case=sight.line(export.case),
        reason=sight.line(export.reason),
        asked_by=export.asked_by.name,
        asked_at=export.asked_at,
        expires_at=export.expires_at,
        disclosure=export.disclosure,
        scope=tuple(
            ScopeItem(name=item.name, value=sight.line(item.value) if item.name == "peer" else item.value)
            for item in _items(export.scope)
        ),
        records=export.count.records,
        conversations=export.count.conversations,
        phones=export.count.phones,
        decided_by=decided[-1].actor if decided else None,
        steps=steps if with_steps else (),
    )
