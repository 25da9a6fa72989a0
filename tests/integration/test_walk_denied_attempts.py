"""What a role may not do is in the audit: who, what, `denied`, and nothing of what was asked."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from daemon.audit import AuditTrail
from daemon.denials import Denials
from daemon.http.server import ApiServer
from daemon.roles import Permission
from daemon.service import Caller, Service
from tests.archive_kit import root_key
from tests.contract.cli_runner import shopwarden

from .daemon_support import ADMIN, AUDITOR
from .test_export_desk import shop

NOT_PERMITTED = 5


async def test_acts_beyond_a_role_are_audited_and_reads_are_not(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        seat: list[Caller] = [ADMIN]
        denials = Denials(AuditTrail(one.archive, root_key()), one.clock.monotonic)
        service = cast(Service, SimpleNamespace(desks=SimpleNamespace(exports=one.desk)))
        server = ApiServer(
            service, lambda uid, language: seat[0], tmp_path / "api.sock", monotonic=one.clock.monotonic,
            note_denied=denials.note,
        )  # fmt: skip
        await server.start()
        try:
            ask = ("export", "--case", "2026-17", "--reason", "secret words", "--peer", "13800000017")
            assert (await shopwarden(tmp_path, *ask)).code == NOT_PERMITTED
            approve = ("--json", "export", "approve", "ex_1", "--reason", "secret words")
            assert (await shopwarden(tmp_path, *approve)).code == NOT_PERMITTED
            assert (await shopwarden(tmp_path, "export", "list")).code == NOT_PERMITTED
            assert (await shopwarden(tmp_path, "timeline", "--peer", "13800000017")).code == NOT_PERMITTED
            seat[0] = AUDITOR
            assert (await shopwarden(tmp_path, *ask)).code == NOT_PERMITTED
        finally:
            await server.stop()
        kept = list(reversed(await one.archive.audit_entries(limit=50)))
        assert {"secret words", "13800000017"} & {
            text for entry in kept for text in (entry.target, entry.reason)
        } == set()
        acts = [(entry.actor, entry.role, entry.action, entry.outcome) for entry in kept]
        assert ("admin", "admin", "denied.exports.ask", "denied") in acts
        assert ("auditor", "auditor", "denied.exports.ask", "denied") in acts
        assert {act[2] for act in acts} <= {"denied.exports.ask", "denied.exports.decide"}


async def test_nobody_fills_the_ledger_with_attempts(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        denials = Denials(AuditTrail(one.archive, root_key()), lambda: 0.0)
        for _ in range(40):
            await denials.note(ADMIN, Permission.EXPORT_ASK, "POST /v1/exports")
        await denials.note(AUDITOR, Permission.EXPORT_ASK, "POST /v1/exports")
        await denials.note(AUDITOR, Permission.DEVICES_READ, "POST /v1/x")
        names = [entry.actor for entry in await one.archive.audit_entries(limit=100)]
        assert (names.count("admin"), names.count("auditor")) == (30, 1)
