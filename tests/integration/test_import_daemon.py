"""Imports through the running daemon: command line, API, role and scope, inbox; nothing plain is left on the disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.importing import ImportReport, ImportRequest
from daemon.api.requests import AuditQuery
from daemon.api.wire import EventQuery
from daemon.service import ServiceError
from tests.contract.cli_runner import shopwarden

from .daemon_support import OWNER, REVIEWER, phone, quick_config, request, running, seen
from .test_import_pipeline import backup, mms_xml, sms_xml

SERIAL = "IMPORT1"


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 100_000):
        yield content[at : at + 100_000]


async def send(client: ApiClient, content: bytes, *, size_bytes: int | None = None) -> ImportReport:
    announced = ImportRequest(
        device=SERIAL, name="sms.xml", size_bytes=len(content) if size_bytes is None else size_bytes
    )
    async with aclosing(client.import_file(announced, pieces(content))) as reports:
        return [report async for report in reports][-1]


async def test_files_go_in_over_every_way(tmp_path: Path) -> None:
    secret = "绝密返点"
    big = backup(*[sms_xml(body=f"{secret} {number}", date_ms=1_700_000_000_000 + number) for number in range(2_000)])
    async with phone(SERIAL) as one, running(tmp_path, quick_config(one)) as service:
        await seen(service, SERIAL)
        state = tmp_path / "state"
        async with ApiClient(state / "api.sock", "en") as client:
            with pytest.raises(ApiRefusedError) as stranger:
                await send(client, big)
            assert stranger.value.code == "device.not_enrolled"
            await service.enrol(OWNER, request(SERIAL, scope=("sms",)))
            with pytest.raises(ApiRefusedError) as narrow:
                await send(client, big)
            assert narrow.value.code == "import.not_in_scope"
            await service.unenrol(OWNER, SERIAL, "scope")
            await service.enrol(OWNER, request(SERIAL, scope=("imported",)))

            report = await send(client, big)
            assert (report.new, report.refused, report.problem) == (2_000, 0, None)
            assert report.read_bytes == report.size_bytes == len(big)
            for size_bytes in (len(big) - 1, len(big) + 1):
                with pytest.raises(ApiRefusedError) as broken:
                    await send(client, big, size_bytes=size_bytes)
                assert broken.value.code == "import.incomplete"
            with pytest.raises(ApiRefusedError) as other:
                await send(client, b"hello")
            assert other.value.code == "import.unknown_format"
            (event,) = await client.events(EventQuery(kind="imported", limit=1))
            assert (event.provenance or "").startswith("sms-backup-xml:")
        with pytest.raises(ServiceError) as denied:
            await service.announce_import(REVIEWER, ImportRequest(device=SERIAL, name="a", size_bytes=1))
        assert denied.value.exit_code is ExitCode.NOT_PERMITTED
        assert list((state / "uploads").iterdir()) == []

        folder = tmp_path / "files"
        folder.mkdir()
        (folder / "mms.xml").write_bytes(backup(mms_xml(), sms_xml().replace('date="', 'date="x')))
        (folder / "老客户(13900000029)_20260104200130.mp3").write_bytes(b"sound")
        (folder / "notes.txt").write_bytes(b"hello")
        checked, table, one_file = await asyncio.gather(
            shopwarden(state, "import", str(folder / "mms.xml"), "--device", SERIAL, "--check", "--json"),
            shopwarden(state, "import", str(folder), "--device", SERIAL, "--lang", "zh"),
            shopwarden(state, "import", str(folder / "notes.txt"), "--device", SERIAL),
        )
        assert checked.code == ExitCode.PARTIAL and checked.items[0]["is_check"] is True
        assert checked.items[0]["refused_rows"] == [{"line": 5, "reason": "bad_date"}]
        assert table.code == ExitCode.PARTIAL and "第 5 行" in table.err and "notes.txt" in table.err
        assert "sms-xml" in table.out and "recordings" in table.out
        assert one_file.code == ExitCode.USAGE and "docs/sources.md" in one_file.err
        again = await shopwarden(
            state, "import", str(folder / "mms.xml"), "--device", SERIAL, "--kind", "sms-xml", "--jsonl"
        )
        assert '"new":0' in again.out and '"already_imported":1' in again.out

        inbox = state / "inbox" / SERIAL
        inbox.mkdir()
        (inbox / "sms.xml").write_bytes(big)
        async with asyncio.timeout(20):
            while not list(state.glob(f"inbox/done/*/{SERIAL}/sms.xml")):
                await asyncio.sleep(0.1)
        audited = await service.audit(OWNER, AuditQuery(limit=50))
        assert {entry.action for entry in audited} >= {"import", "import.check"}
        plain = [path for path in state.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
        assert plain == list(state.glob(f"inbox/done/*/{SERIAL}/sms.xml"))
