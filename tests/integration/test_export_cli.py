"""Two people at two command lines, from the asking to a file that a third one checks."""

import contextlib
import hashlib
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from console.cli.context import UsageError
from console.cli.new_file import new_file
from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.exports import ExportDisclosure, ExportRequest, ExportState
from daemon.api.exports_client import approve_export, ask_export, exports, fetch_export
from daemon.http.server import ApiServer
from daemon.service import Caller, Service
from tests.contract.cli_runner import shopwarden

from .daemon_support import OWNER, REVIEWER
from .test_export_desk import Shop, shop


class Seat:
    """Who sits at the command line."""

    def __init__(self) -> None:
        self.caller = REVIEWER


@contextlib.asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Shop, Seat]]:
    seat = Seat()
    async with shop(folder) as one:
        service = cast(Service, SimpleNamespace(desks=SimpleNamespace(exports=one.desk)))

        def identify(uid: int, language: str) -> Caller:
            return seat.caller

        server = ApiServer(service, identify, folder / "api.sock", monotonic=one.clock.monotonic)
        await server.start()
        try:
            yield one, seat
        finally:
            await server.stop()


async def test_two_people_at_the_command_line(tmp_path: Path) -> None:
    async with served(tmp_path) as (one, seat):
        asked = await shopwarden(
            tmp_path, "--json", "export", "--case", "2026-17", "--reason", "court", "--unmasked", "--media"
        )
        assert asked.code == 0, asked.err
        export_id = str(asked.items[0]["export_id"])
        assert asked.items[0]["records"] == 4 and export_id in asked.err
        seat.caller = OWNER
        approved = await shopwarden(tmp_path, "--lang", "zh", "export", "approve", export_id, "--reason", "看过")
        assert approved.code == 0, approved.err
        assert "2 部手机、3 个会话、4 条记录，完整并含文件" in approved.err
        seat.caller = REVIEWER
        target = tmp_path / "bundle.zip"
        fetched = await shopwarden(tmp_path, "--json", "export", "fetch", export_id, "--output", str(target))
        assert fetched.code == 0, fetched.err
        content = target.read_bytes()
        assert fetched.items == [
            {
                "export_id": export_id,
                "file": str(target),
                "size_bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        ]
        assert f"verify-bundle {target}" in fetched.err
        checked = await shopwarden(tmp_path, "--json", "verify-bundle", str(target))
        assert checked.code == 0, checked.out
        assert (checked.items[0]["proven"], checked.items[0]["problems"]) == (4, [])
        assert (await one.archive.verify()).ok


async def test_what_is_cut_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.bundles.writer._PIECE_BYTES", 1_000)
    async with served(tmp_path) as (one, seat), ApiClient(tmp_path / "api.sock", "en") as client:
        request = ExportRequest(case="1", reason="why", disclosure=ExportDisclosure.FULL)
        export_id = (await ask_export(client, request)).export_id
        with pytest.raises(ApiRefusedError) as early:
            async with fetch_export(client, export_id):
                pass
        assert early.value.code == "export.wrong_state"
        seat.caller = OWNER
        await approve_export(client, export_id, "looked")
        seat.caller = REVIEWER
        calls = 0
        read = type(one.archive.evidence).opened

        async def failing(self: object, indexes: object) -> object:
            nonlocal calls
            calls += 1
            return await read(self, indexes) if calls < 5 else {}  # type: ignore[arg-type]

        monkeypatch.setattr(type(one.archive.evidence), "opened", failing)
        target = tmp_path / "cut.zip"
        with pytest.raises(ApiClientError), new_file(str(target)) as (file, keep):
            async with fetch_export(client, export_id) as pieces:
                async for piece in pieces:
                    file.write(piece)
            keep()
        assert not list(tmp_path.glob("*cut.zip*"))
        assert [export.state for export in await exports(client, None)] == [ExportState.APPROVED]
        assert (await one.actions())[-1] == ("reviewer", "export.fetch", "failed")


def test_a_full_disk_is_told_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on the size of files stands for the disk."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # what is imported meanwhile would be kept cut off
    target = tmp_path / "full.zip"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        with pytest.raises(UsageError) as refused, new_file(str(target)) as (file, _):
            file.write(bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.key == "usage.output_unusable"
    assert list(tmp_path.iterdir()) == []
