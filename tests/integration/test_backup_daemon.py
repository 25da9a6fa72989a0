"""Backups through the running daemon: jobs, drill, history, health, the schedule."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.main import main
from daemon.api.backups import BackupJob, BackupRequest, DrillRequest
from daemon.api.requests import AuditQuery
from daemon.api.wire import HealthCheck, Role
from daemon.config import BackupSection, Config
from daemon.service import ServiceError
from daemon.service_impl import DaemonService
from tests.integration.daemon_support import AUDITOR, OWNER, REVIEWER, quick_config, running, until


async def done(service: DaemonService, job: BackupJob) -> BackupJob:
    async def is_done() -> bool:
        return (await service.desks.backups.job(OWNER, job.job_id)).is_done

    await until(is_done)
    return await service.desks.backups.job(OWNER, job.job_id)


async def backup_line(service: DaemonService) -> HealthCheck:
    return next(check for check in (await service.health(OWNER)).checks if check.name == "backup")


async def test_backup_drill_and_what_is_said_of_them(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    async with running(tmp_path, quick_config()) as service:
        desk = service.desks.backups
        assert (await backup_line(service)).status == "warn"
        made = (await done(service, await desk.start(OWNER, BackupRequest(folder=str(stick))))).made
        assert made is not None and made.snapshot == 1
        drilled = (await done(service, await desk.start_drill(OWNER, DrillRequest(folder=str(stick))))).drilled
        assert drilled is not None and drilled.root_sha256 == made.root_sha256
        assert (await backup_line(service)).status == "ok"
        (stick / "keys.json").unlink()
        failed = await done(service, await desk.start_drill(OWNER, DrillRequest(folder=str(stick))))
        assert failed.problem is not None and (failed.problem.code, failed.problem.exit_code) == (
            "backup.keys_missing", 10,
        )  # fmt: skip
        assert str(stick) in failed.problem.message
        assert (await backup_line(service)).status == "warn"
        told = [(one.what, one.problem) for one in await desk.history(AUDITOR, 10)]
        assert told == [("drill", "backup.keys_missing"), ("drill", None), ("backup", None)]
        assert [line.snapshot for line in await desk.snapshots(OWNER, str(stick))] == [1]
        with pytest.raises(ServiceError) as refused:
            await desk.start(REVIEWER, BackupRequest(folder=str(stick)))
        assert refused.value.code == "permission.denied"
        assert (await service.verify(AUDITOR, None)).ok
        actions = [entry.action for entry in await service.audit(replace(OWNER, role=Role.OWNER), AuditQuery(limit=50))]
        assert {"backup.start", "backup.drill"} <= set(actions)


async def test_daemon_backs_up_by_itself_where_backups_were_begun_and_never_fills_an_unmounted_folder(
    tmp_path: Path,
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    config = Config(adb=quick_config().adb, backup=BackupSection(dir=str(stick), every_hours=1))
    async with running(tmp_path, config) as service:
        rounds = service._parts.backups.rounds

        async def has_failed() -> bool:
            return rounds.jobs.failure is not None

        await until(has_failed)
        assert rounds.jobs.failure is not None and rounds.jobs.failure.code == "backup.not_mounted"
        assert list(stick.iterdir()) == [] and not await rounds.is_due(stick)
        begun = await service.desks.backups.start(OWNER, BackupRequest(folder=str(stick)))
        assert (await done(service, begun)).made is not None
        assert not await rounds.is_due(stick)
        moved = replace(rounds, clock=_Later(timedelta(hours=2)))
        assert await moved.is_due(stick)
        assert await replace(rounds, clock=_Later(timedelta(days=-3))).is_due(stick)


async def shopwarden(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """In a thread with a loop of its own, as a process would have; the last line of stdout is its answer."""
    code = await asyncio.to_thread(main, [str(argument) for argument in arguments])
    out = capfd.readouterr()
    return code, out.out, out.err


async def test_command_line_asks_the_running_daemon(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    async with running(tmp_path, quick_config()):
        where = ("--state", tmp_path / "state")
        code, out, _ = await shopwarden(capfd, "backup", stick, *where, "--json")
        assert code == 0 and json.loads(out.splitlines()[-1])["items"][0]["snapshot"] == 1
        code, out, err = await shopwarden(capfd, "backup", "drill", stick, *where, "--lang", "zh")
        assert code == 0 and "可以恢复并通过校验" in out and "backup-drill" in err
        drilled, backed_up = await _items(capfd, "history", *where)
        (listed,) = await _items(capfd, "list", stick, *where)
        assert (drilled["what"], backed_up["what"], listed["snapshot"]) == ("drill", "backup", 1)
        assert (await shopwarden(capfd, "backup", tmp_path / "nowhere", *where))[0] == 2
        assert (await shopwarden(capfd, "backup", "drill", *where))[0] == 2


async def _items(capfd: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, object]]:
    code, out, err = await shopwarden(capfd, "backup", *arguments, "--json")
    assert code == 0, err
    items: list[dict[str, object]] = json.loads(out.splitlines()[-1])["items"]
    return items


class _Later:
    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return datetime.now(UTC) + self._by

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()
