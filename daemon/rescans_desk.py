"""Re-scans, as people ask for them."""

from collections.abc import Iterator
from contextlib import contextmanager

from adb_bridge.records import Source

from .api.exit_codes import ExitCode
from .api.rescans import Rescan, RescanCancel, RescanRequest, RescanStatus
from .api.texts import Texts
from .archive.archive import Archive
from .archive.errors import IllegalTransitionError, RecordNotFoundError
from .archive.rescans import ArchivedRescan, RescanScope, RescanState
from .audit import MAX_REASON, AuditTrail
from .device_directory import DeviceDirectory
from .rescans import Rescans
from .rights.guard import PrivacyGuard
from .rights.sight import Sight
from .roles import Permission, require
from .service import Caller, ServiceError
from .service_errors import invalid, not_found, refusing, unusable

_STATUS = {
    RescanState.RUNNING: RescanStatus.RUNNING,
    RescanState.DONE: RescanStatus.DONE,
    RescanState.CANCELLED: RescanStatus.CANCELLED,
}


class RescansDesk:
    """Behind `/v1/rescans`. Methods raise ServiceError only."""

    def __init__(
        self,
        *,
        archive: Archive,
        audit: AuditTrail,
        directory: DeviceDirectory,
        guard: PrivacyGuard,
        rescans: Rescans,
        texts: dict[str, Texts],
    ) -> None:
        self._archive = archive
        self._guard = guard
        self._texts = texts
        self._audit = audit
        self._directory = directory
        self._rescans = rescans

    async def start(self, caller: Caller, request: RescanRequest) -> Rescan:
        """Begin one. `rescan.running` while another one is; `rescan.no_time` when the time ends before it begins."""
        require(caller, Permission.RESCAN)
        scope = self._scope(request)
        if request.device is not None and not await self._directory.knows(request.device):
            raise not_found("device")
        with refusing(), _refused():
            draft = await self._rescans.draft(scope, caller.name, _told(request.reason))
            target = f"{draft.rescan_id} {draft.old_version} {draft.new_version}"
            await self._audit.write(caller, "rescan.start", target, reason=draft.reason)
            asked = await self._rescans.begin(draft)
            return self._view(asked, await self._sight(caller))

    async def all(self, caller: Caller) -> tuple[Rescan, ...]:
        """Newest first."""
        require(caller, Permission.RESCAN)
        with refusing():
            found = await self._archive.rescans.all()
            sight = await self._sight(caller)
            return tuple(self._view(one, sight) for one in found)

    async def one(self, caller: Caller, rescan_id: str) -> Rescan:
        """How it stands."""
        require(caller, Permission.RESCAN)
        with refusing():
            found = await self._archive.rescans.one(rescan_id)
            if found is None:
                raise not_found("rescan")
            return self._view(found, await self._sight(caller))

    async def cancel(self, caller: Caller, rescan_id: str, request: RescanCancel) -> Rescan:
        """End it early. `rescan.ended` when it has ended."""
        require(caller, Permission.RESCAN)
        with refusing(), _refused():
            await self._audit.write(
                caller, "rescan.cancel", rescan_id[:100], reason=_told(request.reason), outcome="asked"
            )
            ended = await self._archive.rescans.end(rescan_id, RescanState.CANCELLED, caller.name)
            return self._view(ended, await self._sight(caller))

    def _scope(self, request: RescanRequest) -> RescanScope:
        if request.since is not None and request.until is not None and request.until <= request.since:
            raise unusable("rescan.no_time")
        if request.source is not None and request.source not in {source.value for source in Source}:
            raise invalid("source")
        return RescanScope(
            since=request.since,
            until=request.until,
            device=self._directory.named(request.device),
            source=None if request.source is None else Source(request.source),
            is_told=request.is_told,
        )

    async def _sight(self, caller: Caller) -> Sight:
        return await self._guard.sight(caller.role, self._texts[caller.language])

    def _view(self, rescan: ArchivedRescan, sight: Sight) -> Rescan:
        is_running = rescan.state is RescanState.RUNNING
        return Rescan(
            rescan_id=rescan.rescan_id,
            status=_STATUS[rescan.state],
            asked_at=rescan.asked_at,
            asked_by=rescan.asked_by,
            reason=sight.line(rescan.reason),
            old_version=rescan.old_version,
            new_version=rescan.new_version,
            since=rescan.scope.since,
            until=rescan.scope.until,
            device=rescan.scope.device,
            source=None if rescan.scope.source is None else rescan.scope.source.value,
            is_told=rescan.scope.is_told,
            events=rescan.events,
            done=rescan.done,
            found=rescan.found,
            per_s=round(self._rescans.pace.per_s, 1) if is_running else 0.0,
            ended_at=rescan.ended_at,
            ended_by=rescan.ended_by,
        )


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except RecordNotFoundError:
        raise not_found("rescan") from None
    except IllegalTransitionError as error:
        code = "rescan.running" if error.current == "running" else "rescan.ended"
        raise ServiceError(code, http_status=409, exit_code=ExitCode.USAGE) from None


def _told(reason: str) -> str:
    return reason.strip()[:MAX_REASON]
