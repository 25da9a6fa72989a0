"""The live stream: order, resuming, heartbeats, roles, slow and vanishing clients, restarts of the daemon."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError, ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.links import LinkOffline, LinkOnline, LinkRefused
from daemon.api.sse import MAX_EVENT_BYTES, SseTooLargeError, encode_event, read_payloads
from daemon.api.wire import Role, StreamItem, StreamKind
from daemon.http.server import ApiLimits
from daemon.service import ServiceError

from .api_host import hosted
from .fake_service import HOSTILE, FakeService, alert, device, event

HELLO, DEVICE, EVENT, ALERT = StreamKind.HELLO, StreamKind.DEVICE, StreamKind.EVENT, StreamKind.ALERT


async def taken(client: ApiClient, count: int, after: int | None = None) -> list[StreamItem]:
    got: list[StreamItem] = []
    async with asyncio.timeout(10), aclosing(client.stream(after)) as items:
        async for item in items:
            got.append(item)
            if len(got) == count:
                break
    return got


async def test_hello_then_devices_then_what_was_missed_then_live(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        host.service.live.put_nowait(StreamItem(kind=ALERT, ledger_index=9, alert=alert(9, surface=HOSTILE)))
        got = await taken(client, 6, after=2)
        assert [item.kind for item in got] == [HELLO, DEVICE, DEVICE, EVENT, EVENT, ALERT]
        assert [item.ledger_index for item in got] == [None, None, None, 3, 4, 9]
        assert got[-1].alert == alert(9, surface=HOSTILE)
        assert host.service.stream_starts == [2]


async def test_from_the_very_beginning_and_from_now(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        assert len(await taken(client, 7, after=0)) == 7
        await taken(client, 3)
        assert host.service.stream_starts == [0, None]


async def test_a_role_is_told_only_what_it_may_see(tmp_path: Path) -> None:
    async with hosted(tmp_path, role=Role.ADMIN) as host, ApiClient(host.socket, "en") as client:
        host.service.live.put_nowait(StreamItem(kind=EVENT, ledger_index=9, event=event(9)))
        host.service.live.put_nowait(StreamItem(kind=ALERT, ledger_index=10, alert=alert(10)))
        assert [item.kind for item in await taken(client, 4)] == [HELLO, DEVICE, DEVICE, ALERT]
        host.role = Role.AUDITOR
        host.service.live.put_nowait(StreamItem(kind=ALERT, ledger_index=11, alert=alert(11)))
        host.service.live.put_nowait(StreamItem(kind=StreamKind.RESET, ledger_index=None))
        assert [item.kind for item in await taken(client, 2)] == [HELLO, StreamKind.RESET]


async def test_a_silent_stream_is_kept_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.http.stream.HEARTBEAT_S", 0.1)
    monkeypatch.setattr("daemon.http.stream._LOOK_S", 0.05)
    monkeypatch.setattr("daemon.api.transport.HEARTBEAT_S", 0.3)
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:

        async def later() -> None:
            await asyncio.sleep(1.2)
            host.service.live.put_nowait(StreamItem(kind=EVENT, ledger_index=9, event=event(9)))

        task = asyncio.create_task(later())
        assert len(await taken(client, 4)) == 4
        await task


async def test_a_stream_without_heartbeats_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.api.transport.HEARTBEAT_S", 0.1)
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        with pytest.raises(Exception, match=r"daemon\.timeout"):
            await taken(client, 4)


async def test_a_refusal_of_the_service_arrives_as_one(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        host.service.failing["stream"] = ServiceError("vault.integrity", http_status=503, exit_code=ExitCode.INTEGRITY)
        with pytest.raises(ApiRefusedError) as caught:
            await taken(client, 1)
        assert caught.value.exit_code == ExitCode.INTEGRITY


async def test_a_client_that_takes_nothing_is_dropped_and_others_do_not_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.http.stream.SLOW_CLIENT_S", 0.5)

    class Flood(FakeService):
        closed = 0

        async def stream(self, caller, after):  # type: ignore[no-untyped-def]
            try:
                yield StreamItem(kind=HELLO, ledger_index=None, hello=self.make_hello(caller))
                for index in range(100_000):
                    yield StreamItem(kind=EVENT, ledger_index=index, event=event(index, body="口" * 10_000))
            finally:
                self.closed += 1

    shop = Flood()
    async with hosted(tmp_path, service=shop) as host:
        lazy = socket.socket(socket.AF_UNIX)
        lazy.setblocking(False)
        await asyncio.get_running_loop().sock_connect(lazy, str(host.socket))
        await asyncio.get_running_loop().sock_sendall(lazy, b"GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        async with ApiClient(host.socket, "en") as client:
            assert len(await taken(client, 200)) == 200
            for _ in range(100):
                if shop.closed == 2:
                    break
                await asyncio.sleep(0.1)
            assert shop.closed == 2
            assert (await client.hello()).api_version == 1
        lazy.close()


async def test_a_client_that_went_away_frees_its_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.http.stream._LOOK_S", 0.05)
    async with (
        hosted(tmp_path, limits=ApiLimits(streams_per_principal=1)) as host,
        ApiClient(host.socket, "en") as client,
    ):
        for _ in range(2):
            await taken(client, 1)
            for _ in range(100):
                if not any(host.server._streams.values()):
                    break
                await asyncio.sleep(0.05)
        async with aclosing(client.stream()) as first:
            await anext(first)
            with pytest.raises(ApiRefusedError, match="too_many"):
                await taken(client, 1)


async def test_stopping_the_daemon_ends_streams_at_once(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client, aclosing(client.stream()) as items:
        for _ in range(3):
            await anext(items)
        loop = asyncio.get_running_loop()
        started = loop.time()
        stopping = asyncio.create_task(host.server.stop())
        with pytest.raises(ApiUnreachableError):
            await anext(items)
        await stopping
        assert loop.time() - started < 4


async def test_reconnecting_resumes_after_the_last_item_and_says_so(tmp_path: Path) -> None:
    shop = FakeService()
    states: list[object] = []
    events: list[int] = []
    client = ApiClient(tmp_path / "api.sock", "en")
    async with client, aclosing(client.stream_forever()) as items, asyncio.timeout(30):
        first = await anext(items)
        assert isinstance(first, LinkOffline) and first.attempts == 1
        assert isinstance(first.error, ApiUnreachableError)

        async def until(wanted: type[object]) -> None:
            async for item in items:
                if isinstance(item, StreamItem):
                    if item.ledger_index is not None:
                        events.append(item.ledger_index)
                    elif item.kind is DEVICE and wanted is StreamItem:
                        return
                    if item.ledger_index == 6:
                        return
                else:
                    states.append(item)
                    if isinstance(item, wanted):
                        return

        async with hosted(tmp_path, service=shop):
            await until(LinkOnline)
            await until(StreamItem)
        await until(LinkOffline)
        shop.known_events += [event(5), event(6)]
        async with hosted(tmp_path, service=shop) as host:
            await until(LinkOnline)
            await until(FakeService)
            assert events == [5, 6]
            assert shop.stream_starts == [None, 4]
            host.role = None
    assert isinstance(states[0], LinkOnline | LinkOffline)


async def test_a_user_without_a_role_is_told_and_tried_again_slowly(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "zh") as client:
        host.role = None
        async with aclosing(client.stream_forever()) as items:
            state = await anext(items)
        assert isinstance(state, LinkRefused)
        assert state.error.code == "permission.no_role"
        assert state.retry_in_s >= 10


async def test_an_item_of_a_newer_daemon_is_skipped(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nX-Shopwarden-Api: 1\r\nContent-Type: text/event-stream\r\n\r\n")
        writer.write(encode_event(b'{"kind": "weather", "ledger_index": null, "weather": 1}', None))
        known = msgspec.json.encode(StreamItem(kind=DEVICE, ledger_index=None, device=device("A")))
        writer.write(encode_event(known[:-1] + b', "later": true}', 3))
        await writer.drain()

    server = await asyncio.start_unix_server(talk, tmp_path / "api.sock")
    async with server, ApiClient(tmp_path / "api.sock", "en") as client:
        (item,) = await taken(client, 1)
        assert item.device == device("A")


async def chunked(*chunks: bytes) -> list[bytes]:
    async def source() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [payload async for payload in read_payloads(source())]


async def test_events_survive_any_cutting_into_chunks() -> None:
    text = (
        b": alive\n\n"
        + encode_event(b'{"a":1}', 7)
        + b"data: x\r\ndata: y\r\n\r\nretry: 5\nevent: z\n\n"
        + b"data: unfinished"
    )
    expected = [b'{"a":1}', b"x\ny"]
    assert await chunked(text) == expected
    assert await chunked(*(text[at : at + 1] for at in range(len(text)))) == expected
    assert await chunked(*(text[at : at + 5] for at in range(0, len(text), 5))) == expected


async def test_an_event_without_end_is_cut_off() -> None:
    with pytest.raises(SseTooLargeError):
        await chunked(*(b"data: " + b"x" * 1_000_000 for _ in range(MAX_EVENT_BYTES // 1_000_000 + 2)))


@pytest.mark.parametrize(
    "failure", [RuntimeError("13800000001"), ServiceError("vault.disk_full", http_status=503, exit_code=ExitCode.VAULT)]
)
async def test_a_stream_that_fails_in_the_middle_ends_like_a_lost_link(tmp_path: Path, failure: Exception) -> None:
    class Failing(FakeService):
        async def stream(self, caller, after):  # type: ignore[no-untyped-def]
            yield StreamItem(kind=HELLO, ledger_index=None, hello=self.make_hello(caller))
            await asyncio.sleep(0.1)
            raise failure

    async with hosted(tmp_path, service=Failing()) as host, ApiClient(host.socket, "en") as client:
        async with aclosing(client.stream()) as items:
            assert (await anext(items)).kind is HELLO
            with pytest.raises(ApiUnreachableError):
                await anext(items)
        assert (await client.hello()).api_version == 1
