"""Calls of the backup routes."""

from .backups import (
    BackupJob,
    BackupRecord,
    BackupRequest,
    DrillRequest,
    SnapshotLine,
    SnapshotsRequest,
)
from .calling import Calling, segment
from .requests import Nothing
from .wire import Page


async def start_backup(client: Calling, request: BackupRequest) -> BackupJob:
    """The job that makes it."""
    return await client.call("POST", "/v1/backups", BackupJob, body=request)


async def start_drill(client: Calling, request: DrillRequest) -> BackupJob:
    """The job that does it."""
    return await client.call("POST", "/v1/backups/drills", BackupJob, body=request)


async def job(client: Calling, job_id: str) -> BackupJob:
    """How it stands."""
    return await client.call("GET", f"/v1/backups/jobs/{segment(job_id)}", BackupJob)


async def stop_job(client: Calling, job_id: str) -> None:
    """Ask it to stop; what it copied is used by the next."""
    await client.call("DELETE", f"/v1/backups/jobs/{segment(job_id)}", Nothing)


async def snapshots(client: Calling, folder: str) -> tuple[SnapshotLine, ...]:
    """What is in a folder, oldest first."""
    body = SnapshotsRequest(folder=folder)
    return (await client.call("POST", "/v1/backups/snapshots", Page[SnapshotLine], body=body)).items


async def history(client: Calling, limit: int) -> tuple[BackupRecord, ...]:
    """What the ledger has, newest first."""
    return (await client.call("GET", "/v1/backups", Page[BackupRecord], query={"limit": str(limit)})).items
