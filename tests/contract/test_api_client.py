"""The client against the real server: every method there and back, and every way it fails."""

import asyncio
import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.api.client import ApiClient
from daemon.api.errors import (
    ApiRefusedError,
    ApiTimeoutError,
    ApiUnreachableError,
    ApiVersionError,
    UnreachableReason,
)
from daemon.api.exit_codes import ExitCode
from daemon.api.socket_path import MAX_SUN_PATH_BYTES
from daemon.api.wire import AlertStatus, CommandRequest, CommandState, EnrolRequest, EventQuery, Role, Verb
from daemon.http.server import ApiLimits
from daemon.service import ServiceError

from .api_host import hosted
from .fake_service import HOSTILE, OTHER, SERIAL, event


async def test_every_method_there_and_back(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "zh") as client:
        shop = host.service
        hello = await client.hello()
        assert (hello.role, hello.language, hello.store) == (Role.OWNER, "zh", "测试店")
        assert (await client.health()).checks == shop.checks
        assert await client.devices() == tuple(shop.known_devices)
        assert await client.device(SERIAL) == shop.known_devices[0]
        assert await client.connect("192.168.1.9:5555") == "connected"
        await client.disconnect("[fe80::1%eth0]:5555")
        assert shop.calls[-1][0] == "disconnect [fe80::1%eth0]:5555"

        record = await client.enrol(
            EnrolRequest(serial=OTHER, employee="李雷", notice_version="1", acknowledged_by="李雷")
        )
        assert await client.enrolments() == (record,)
        ended = await client.unenrol(OTHER, "已归还")
        assert ended.ended_at is not None and shop.reasons[-1] == "已归还"

        assert [found.ledger_index for found in await client.events(EventQuery(limit=2))] == [4, 3]
        assert [found.ledger_index for found in await client.events(EventQuery(limit=2, before=3))] == [2, 1]
        since = datetime(2026, 3, 1, 9, 30, 3, tzinfo=UTC)
        assert len(await client.events(EventQuery(since=since, device=SERIAL, kind="sms", conversation="cv_abc"))) == 2
        (found, *_) = await client.events(EventQuery(text="手镯"))
        assert found.body[found.matched[0].start : found.matched[0].end] == "手镯"
        (revealed,) = await client.reveal(EventQuery(event_ids=(found.event_id,)), "客户投诉")
        assert revealed.is_revealed and shop.reasons[-1] == "客户投诉"

        assert [known.alert_id for known in await client.alerts(status=AlertStatus.OPEN)] == ["al_1"]
        assert (await client.alert("al_1")).status is AlertStatus.OPEN
        assert (await client.acknowledge("al_1", "在看")).note == "在看"
        assert (await client.resolve("al_1")).status is AlertStatus.RESOLVED
        assert (await client.change_alert("al_1", AlertStatus.SUPPRESSED)).status is AlertStatus.SUPPRESSED

        queued = await client.command(CommandRequest(device=SERIAL, verb=Verb.LOCK, reason="丢失"))
        assert await client.commands(device=SERIAL) == (queued,)
        assert (await client.command_by_id(queued.command_id)).state is CommandState.SENT
        assert (await client.cancel_command(queued.command_id)).state is CommandState.CANCELLED

        assert [entry.audit_id for entry in await client.audit(limit=2)] == [5, 4]
        assert [entry.audit_id for entry in await client.audit(limit=2, before=4)] == [3, 2]
        assert (await client.verify(2)).records_checked == 3
        assert json.loads(await client.openapi())["openapi"] == "3.1.0"


async def test_hostile_text_and_large_bodies_arrive_as_they_are(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        large = "😀\x00" + HOSTILE + "口" * 60_000
        host.service.known_events = [event(1, body=large)]
        ((found),) = await client.events(EventQuery())
        assert found.body == large


async def test_a_refusal_brings_code_text_and_exit_code_in_the_callers_language(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        for language, word in (("en", "serial"), ("zh", "序列号")):
            async with ApiClient(host.socket, language) as client:
                with pytest.raises(ApiRefusedError) as caught:
                    await client.device("nobody")
            assert caught.value.code == "device.not_found"
            assert word in caught.value.message
            assert caught.value.exit_code == ExitCode.NOT_FOUND


async def test_a_code_without_a_text_is_still_an_answer(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        host.service.failing["health"] = ServiceError("new.thing", http_status=409, exit_code=ExitCode.ADB)
        with pytest.raises(ApiRefusedError, match="new.thing") as caught:
            await client.health()
        assert caught.value.exit_code == ExitCode.ADB


async def test_a_fault_of_the_service_is_a_case_number_and_nothing_of_it_leaks(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        host.service.failing["health"] = RuntimeError("13800000001 secret")
        with pytest.raises(ApiRefusedError) as caught:
            await client.health()
        assert caught.value.code == "daemon.internal"
        assert "13800000001" not in caught.value.message + caught.value.hint
        assert (await client.hello()).api_version == 1


async def test_no_socket_dead_socket_and_forbidden_socket_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"

    async def reason() -> UnreachableReason:
        async with ApiClient(path, "en") as client:
            with pytest.raises(ApiUnreachableError) as caught:
                await client.hello()
        assert caught.value.exit_code == ExitCode.UNREACHABLE
        assert str(path) in caught.value.message
        return caught.value.reason

    assert await reason() is UnreachableReason.NO_SOCKET
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert await reason() is UnreachableReason.NOT_RUNNING


async def test_a_state_directory_of_any_depth(tmp_path: Path) -> None:
    deep = tmp_path / ("很深的目录" * 8) / ("x" * 100)
    deep.mkdir(parents=True)
    assert len(bytes(deep / "api.sock")) > 2 * MAX_SUN_PATH_BYTES
    async with hosted(deep) as host, ApiClient(host.socket, "en") as client:
        assert (await client.hello()).api_version == 1
        async with ApiClient(deep / "none.sock", "en") as other:
            with pytest.raises(ApiUnreachableError):
                await other.hello()
    assert not host.socket.exists()


async def test_a_daemon_that_hangs_is_a_timeout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.api.client.READ_TIMEOUT_S", 0.2)
    async with hosted(tmp_path, limits=ApiLimits(stop_timeout_s=0.1)) as host, ApiClient(host.socket, "en") as client:
        host.service.delays_s["health"] = 30
        with pytest.raises(ApiTimeoutError) as caught:
            await client.health()
        assert caught.value.exit_code == ExitCode.TIMEOUT
        assert (await client.hello()).api_version == 1


async def test_another_api_version_is_explained(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        host.service.api_version = 2
        with pytest.raises(ApiVersionError, match=r"api\.version"):
            await client.hello()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-Shopwarden-Api: 1\r\nContent-Length: 9\r\n\r\nnot json!",
        b'HTTP/1.1 200 OK\r\nX-Shopwarden-Api: 1\r\nContent-Length: 12\r\n\r\n{"schema": 1',
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
async def test_whatever_answers_there_the_client_ends_with_its_own_error(tmp_path: Path, answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(talk, tmp_path / "api.sock")
    async with server, ApiClient(tmp_path / "api.sock", "en") as client:
        with pytest.raises((ApiVersionError, ApiUnreachableError)):
            await client.devices()


async def test_reveals_are_limited_per_person(tmp_path: Path) -> None:
    limits = ApiLimits(reveals_per_minute=1, reveal_burst=2)
    async with hosted(tmp_path, limits=limits) as host, ApiClient(host.socket, "en") as client:
        await client.reveal(EventQuery(), "one")
        await client.reveal(EventQuery(), "two")
        with pytest.raises(ApiRefusedError) as caught:
            await client.reveal(EventQuery(), "three")
        assert caught.value.code == "request.too_many"
        assert caught.value.http_status == 429
        assert host.service.reasons == ["one", "two"]
        await client.events(EventQuery())


async def test_a_connection_that_says_nothing_or_half_a_request_is_closed(tmp_path: Path) -> None:
    async with hosted(tmp_path, limits=ApiLimits(idle_timeout_s=0.3, body_timeout_s=0.3)) as host:

        async def is_closed_after(opening: bytes) -> None:
            reader, writer = await asyncio.open_unix_connection(host.socket)
            writer.write(opening)
            async with asyncio.timeout(15):
                await reader.read()
            writer.close()

        await asyncio.gather(
            is_closed_after(b""),
            is_closed_after(b"GET /v1/hello HTTP/1.1\r\nHo"),
            is_closed_after(b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"),
        )
        assert host.service.calls == []
