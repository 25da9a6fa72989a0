"""The console in a browser, on a real daemon: who gets in, who does not, and what a login is worth."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from console.web.guard import Guard, is_loopback, public_origin
from daemon.web.passwords import new_hash
from tests.forking import Forked, fork

from .running_daemon import RunningDaemon, new_state

PASSWORD = "CANARY-correct horse"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    url: str
    origin: str
    daemon: RunningDaemon
    log: Path

    def client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            self.url, cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": self.origin}
        )


async def log_in(client: aiohttp.ClientSession, account: str = "lin", password: str = PASSWORD) -> int:
    form = {"account": account, "password": password, "language": "en"}
    async with client.post("/login", data=form, allow_redirects=False) as answer:
        return answer.status


@contextlib.asynccontextmanager
async def web_site(folder: Path) -> AsyncIterator[Site]:
    """A daemon without phones and `shopwarden web` in front of it."""
    accounts = "".join(
        f'[web.accounts.{name}]\nrole = "{role}"\npassword = "{new_hash(PASSWORD)}"\n'
        for name, role in (("lin", "reviewer"), ("he", "auditor"))
    )
    daemon = RunningDaemon(new_state(folder, [], accounts))
    await daemon.start()
    log = folder / "web.log"
    reading, writing = os.pipe()
    with log.open("wb") as told, open(os.devnull, "rb") as nothing:
        web: Forked = fork(
            "console.main", ["--json", "--socket", str(daemon.socket), "web", "--port", "0"],
            stdin=nothing.fileno(), stdout=writing, stderr=told.fileno(), environment=dict(os.environ),
        )  # fmt: skip
    os.close(writing)
    try:
        line = await asyncio.to_thread(os.read, reading, 4096)
        port = int(line.partition(b'"port":')[2].partition(b",")[0])
        yield Site(url=f"http://127.0.0.1:{port}", origin=f"http://127.0.0.1:{port}", daemon=daemon, log=log)
    finally:
        os.close(reading)
        web.terminate()
        async with asyncio.timeout(20):
            await web.wait()
        await daemon.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with web_site(tmp_path_factory.mktemp("web")) as made:
        yield made


async def screen_of(socket: aiohttp.ClientWebSocketResponse, wanted: str, timeout_s: float = 20) -> str:
    seen = b""
    async with asyncio.timeout(timeout_s):
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                seen += message.data
                if wanted.encode() in seen:
                    break
    return seen.decode("utf-8", "replace")


async def test_only_a_login_opens_a_console_and_its_role_decides(site: Site) -> None:
    async with site.client() as client:
        async with client.get("/") as answer:
            page = await answer.text()
            assert answer.url.path == "/login" and 'name="password"' in page
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            assert answer.headers["X-Frame-Options"] == "DENY" and "Server" not in answer.headers
            assert "http" not in page.replace("http-equiv", "")
        async with client.get("/login", headers={"Accept-Language": "zh-CN,zh;q=0.9"}) as answer:
            assert "登录" in await answer.text()
        assert await log_in(client, password="wrong") in {401, 403}
        assert not len(client.cookie_jar)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/ws")
        assert refused.value.status == 403
        assert await log_in(client) == 303
        (cookie,) = client.cookie_jar
        assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/"
        async with client.get("/") as answer:
            page = await answer.text()
            assert "lin" in page and PASSWORD not in page and cookie.value not in page
        async with client.ws_connect("/ws?width=100&height=30", max_msg_size=0) as socket:
            assert "reviewer" in await screen_of(socket, "reviewer")
            await socket.send_str('["stdin","5"]')
            await screen_of(socket, "Rules")
            async with client.post("/logout", allow_redirects=False) as answer:
                assert answer.status == 303
            async with asyncio.timeout(10):
                while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                    pass
        async with client.get("/", allow_redirects=False) as answer:
            assert answer.status == 303


async def test_other_pages_and_other_names_get_nothing(site: Site) -> None:
    form = {"account": "lin", "password": PASSWORD}
    async with aiohttp.ClientSession(site.url) as client:
        for origin in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            async with client.post("/login", data=form, headers=origin, allow_redirects=False) as answer:
                assert answer.status == 403 and "Set-Cookie" not in answer.headers
        async with client.get("/login", headers={"Host": "evil.example"}) as answer:
            assert answer.status == 421
        for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/none", "/download/x"):
            async with client.get(path) as answer:
                assert answer.status == 404, path
        async with client.post("/login", data=b"x" * 20_000, headers={"Origin": site.origin}) as answer:
            assert answer.status in {400, 413, 415}
        strange = {"Origin": site.origin, "Content-Type": "application/x-www-form-urlencoded; charset=none"}
        async with client.post("/login", data=b"account=lin&password=%ff", headers=strange) as answer:
            assert answer.status == 400
    async with site.client() as client:
        assert await log_in(client) == 303
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect("/ws", headers={"Origin": "http://evil.example"})
        async with client.ws_connect("/ws") as socket:
            await socket.send_str('["nonsense"')
            async with asyncio.timeout(15):
                while (await socket.receive()).type not in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}:
                    pass
        async with client.post("/logout", allow_redirects=False):
            pass


async def test_a_browser_that_was_closed_makes_room_and_an_open_tab_does_not(site: Site) -> None:
    async with contextlib.AsyncExitStack() as undo:
        closed, open_one, open_two, late = [await undo.enter_async_context(site.client()) for _ in range(4)]
        assert [await log_in(client, "he") for client in (closed, open_one)] == [303, 303]
        await undo.enter_async_context(open_one.ws_connect("/ws"))
        assert await log_in(open_two, "he") == 303
        async with closed.get("/", allow_redirects=False) as answer:
            assert answer.status == 303 and answer.headers["Location"].startswith("/login")
        await undo.enter_async_context(open_two.ws_connect("/ws"))
        assert await log_in(late, "he") == 429
        for client in (open_one, open_two):
            async with client.post("/logout", allow_redirects=False) as answer:
                assert answer.status == 303


async def test_a_daemon_that_starts_anew_knows_no_session_and_no_secret_is_in_a_log(site: Site) -> None:
    async with site.client() as client:
        assert await log_in(client) == 303
        (cookie,) = client.cookie_jar
        await site.daemon.stop()
        assert await log_in(client, account="he") == 502
        await site.daemon.start()
        async with client.ws_connect("/ws") as socket:
            await socket.send_str('["stdin","1"]')
            async with asyncio.timeout(20):
                while (await socket.receive()).type not in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}:
                    pass
        async with client.get("/", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/login?ended"
        told = site.log.read_text() + site.daemon.log.read_text()
        assert "CANARY" not in told and cookie.value not in told


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example", "https://shop.example"), ("https://shop.example:443/", "https://shop.example"),
        ("http://shop.example:8080", "http://shop.example:8080"), ("https://[::1]:9", "https://[::1]:9"),
        ("https://shop.example/x", None), ("shop.example", None), ("ftp://shop.example", None), ("https://a@b", None),
        ("https://x:99999", None), ("", None),
    ],
)  # fmt: skip
async def test_public_addresses(url: str, origin: str | None) -> None:
    assert public_origin(url) == origin


async def test_who_is_asked_and_from_where() -> None:
    guard = Guard(port=8377, public="https://shop.example")
    assert guard.is_secure and guard.is_host_ours("shop.example") and guard.is_host_ours("LOCALHOST:8377")
    assert not guard.is_host_ours("localhost") and not guard.is_host_ours(None)
    assert guard.is_origin_ours("https://shop.example") and not guard.is_origin_ours("http://shop.example")
    assert not guard.is_origin_ours("https://shop.example:8377") and not guard.is_origin_ours(None)
    assert not Guard(port=8377).is_secure
    assert is_loopback("127.0.0.2") and is_loopback("::1") and is_loopback("localhost")
    assert not is_loopback("0.0.0.0") and not is_loopback("192.168.1.2") and not is_loopback("shop.example")
