"""The routes of backups and drills."""

from ..api.backups import (
    BackupJob,
    BackupRecord,
    BackupRequest,
    DrillRequest,
    SnapshotLine,
    SnapshotsRequest,
)
from ..api.requests import HistoryQuery, Nothing
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def start(call: Call, _query: Nothing, body: BackupRequest) -> BackupJob:
    """Begin a backup."""
    return await call.service.desks.backups.start(call.caller, body)


async def start_drill(call: Call, _query: Nothing, body: DrillRequest) -> BackupJob:
    """Begin a drill."""
    return await call.service.desks.backups.start_drill(call.caller, body)


async def show_job(call: Call, _query: Nothing, _body: Nothing) -> BackupJob:
    """How it stands."""
    return await call.service.desks.backups.job(call.caller, call.path["job_id"])


async def stop_job(call: Call, _query: Nothing, _body: Nothing) -> Nothing:
    """Ask it to stop."""
    await call.service.desks.backups.stop(call.caller, call.path["job_id"])
    return Nothing()


async def list_snapshots(call: Call, _query: Nothing, body: SnapshotsRequest) -> Page[SnapshotLine]:
    """What is in a folder."""
    return Page(items=await call.service.desks.backups.snapshots(call.caller, body.folder))


async def list_history(call: Call, query: HistoryQuery, _body: Nothing) -> Page[BackupRecord]:
    """What the ledger has."""
    return Page(items=await call.service.desks.backups.history(call.caller, query.limit))


BACKUP_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="POST", path="/v1/backups", permission=Permission.BACKUP,
        summary="Begin a backup of the running daemon's state to a folder of its machine; the answer names the job",
        handler=start, query=Nothing, body=BackupRequest, answer=BackupJob, status=202,
    ),
    json_route(
        method="GET", path="/v1/backups", permission=Permission.BACKUPS_READ,
        summary="Backups, drills and restores that the ledger has, newest first",
        handler=list_history, query=HistoryQuery, body=Nothing, answer=Page[BackupRecord],
    ),
    json_route(
        method="POST", path="/v1/backups/drills", permission=Permission.BACKUP,
        summary="Begin a drill: restore a snapshot into a temporary place, verify and remove it",
        handler=start_drill, query=Nothing, body=DrillRequest, answer=BackupJob, status=202,
    ),
    json_route(
        method="POST", path="/v1/backups/snapshots", permission=Permission.BACKUP,
        summary="Snapshots in a folder, oldest first",
        handler=list_snapshots, query=Nothing, body=SnapshotsRequest, answer=Page[SnapshotLine],
    ),
    json_route(
        method="GET", path="/v1/backups/jobs/{job_id}", permission=Permission.BACKUP,
        summary="How a backup or drill stands", handler=show_job, query=Nothing, body=Nothing, answer=BackupJob,
    ),
    json_route(
        method="DELETE", path="/v1/backups/jobs/{job_id}", permission=Permission.BACKUP,
        summary="Ask a backup or drill to stop; what was copied is used by the next",
        handler=stop_job, query=Nothing, body=Nothing, answer=Nothing,
    ),
)  # fmt: skip
