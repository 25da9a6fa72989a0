"""Attachments over the real API and from the command line: audited reason, whole files, no terminal, no overwriting."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Attachment, Masked, Role
from daemon.http.server import ApiLimits

from .api_host import hosted
from .cli_runner import at_terminal, shopwarden
from .fake_service import CUT, HOSTILE, FakeService, event

EVENT = "ev_00000000000000000000000001"
PIECES = (b"\x00\xff" * 500_000, b"end")
CONTENT = b"".join(PIECES)


def shop(*files: tuple[bytes, ...]) -> FakeService:
    attachment = Attachment(
        content_type="audio/mpeg", name=Masked(HOSTILE), sha256="ab" * 32, size_bytes=1_000_003, duration_ms=61_000
    )
    known = msgspec.structs.replace(event(1), attachments=(attachment,) * len(files))
    return FakeService(known_events=[event(2), known], known_files={known.event_id: files})


async def test_a_file_arrives_whole_with_its_hash(tmp_path: Path) -> None:
    async with hosted(tmp_path, service=shop(PIECES, ())) as host, ApiClient(host.socket, "en") as client:
        async with client.attachment(EVENT, 1, "客户投诉") as download:
            assert download.size_bytes == len(CONTENT)
            assert b"".join([chunk async for chunk in download.chunks]) == CONTENT
        async with client.attachment(EVENT, 2, "empty") as download:
            assert [chunk async for chunk in download.chunks] == []
        assert host.service.reasons == ["客户投诉", "empty"]


@pytest.mark.parametrize(("number", "reason"), [(3, "why"), (0, "why"), (-1, "why"), (10**7, "why"), (1, "")])
async def test_what_is_not_there_or_not_reasoned_is_refused(tmp_path: Path, number: int, reason: str) -> None:
    async with hosted(tmp_path, service=shop(PIECES)) as host, ApiClient(host.socket, "en") as client:
        with pytest.raises(ApiRefusedError) as refused:
            async with client.attachment(EVENT, number, reason):
                pass
        assert refused.value.http_status in {400, 404}


async def test_a_file_that_breaks_off_is_never_taken_for_whole(tmp_path: Path) -> None:
    broken_late, broken_early = (b"x" * 100_000, CUT), (CUT, b"never")
    async with hosted(tmp_path, service=shop(broken_late, broken_early)) as host:
        async with ApiClient(host.socket, "en") as client:
            with pytest.raises(ApiClientError) as failed:
                async with client.attachment(EVENT, 1, "why") as download:
                    async for _ in download.chunks:
                        pass
            assert failed.value.code == "daemon.link_lost"
            with pytest.raises(ApiRefusedError) as refused:
                async with client.attachment(EVENT, 2, "why"):
                    pass
            assert (refused.value.code, refused.value.exit_code) == ("attachment.damaged", ExitCode.INTEGRITY)
            assert await client.hello()
        saved = await shopwarden(
            tmp_path, "attachments", "save", EVENT, "1", "--reason", "why", "--output", str(tmp_path / "out")
        )
        assert saved.code == ExitCode.UNREACHABLE
        assert [path.name for path in tmp_path.iterdir()] == ["api.sock"]


async def test_opening_files_is_limited_per_person(tmp_path: Path) -> None:
    limits = ApiLimits(reveals_per_minute=1, reveal_burst=1)
    async with hosted(tmp_path, service=shop(PIECES), limits=limits) as host, ApiClient(host.socket, "en") as client:
        async with client.attachment(EVENT, 1, "one"):
            pass
        with pytest.raises(ApiRefusedError) as refused:
            async with client.attachment(EVENT, 1, "two"):
                pass
        assert refused.value.code == "request.too_many"


async def test_the_command_line_lists_and_saves(tmp_path: Path) -> None:
    target = tmp_path / "call.mp3"
    save = ("attachments", "save", EVENT, "1", "--reason", "客户投诉", "--output")
    async with hosted(tmp_path, service=shop(PIECES)) as host:
        table, as_json, none, saved, piped = await asyncio.gather(
            shopwarden(tmp_path, "attachments", "list", EVENT),
            shopwarden(tmp_path, "attachments", "list", EVENT, "--json"),
            shopwarden(tmp_path, "attachments", "list", "ev_00000000000000000000000002", "--lang", "zh"),
            shopwarden(tmp_path, *save, str(target)),
            shopwarden(tmp_path, "attachments", "save", EVENT, "9", "--reason", "x", "--output", "-"),
        )
        assert target.read_bytes() == CONTENT
        assert target.stat().st_mode & 0o777 == 0o600
        again, blank, lost = await asyncio.gather(
            shopwarden(tmp_path, *save, str(target)),
            shopwarden(tmp_path, "attachments", "save", EVENT, "1", "--reason", " ", "--output", "x"),
            shopwarden(tmp_path, *save, str(tmp_path / "no" / "folder")),
        )
        host.role = Role.ADMIN
        denied = await shopwarden(tmp_path, *save, str(tmp_path / "denied"))
    assert table.code == 0 and "audio/mpeg" in table.out and "\x1b" not in table.out
    assert (as_json.items[0]["number"], as_json.items[0]["duration_ms"]) == (1, 61_000)
    assert (none.code, none.out) == (0, "") and "没有附件" in none.err
    assert saved.code == 0 and str(len(CONTENT)) in saved.err and saved.out == ""
    assert (piped.code, piped.out) == (ExitCode.NOT_FOUND, "")
    assert again.code == blank.code == lost.code == ExitCode.USAGE
    assert target.read_bytes() == CONTENT
    assert denied.code == ExitCode.NOT_PERMITTED
    assert not [path for path in tmp_path.iterdir() if path.name not in {"api.sock", "call.mp3"}]


async def test_nothing_goes_to_a_terminal(tmp_path: Path) -> None:
    async with hosted(tmp_path, service=shop(PIECES)) as host:
        ran = await at_terminal(tmp_path, "attachments", "save", EVENT, "1", "--reason", "why", "--output", "-")
        assert ran.code == ExitCode.USAGE
        assert "--output" in ran.out
        assert host.service.calls == []
