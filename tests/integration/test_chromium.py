"""The console in a real browser, driven over its DevTools socket: login, keys, a masked alert, no strangers."""

import asyncio
import base64
import contextlib
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import aiohttp
import msgspec
import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec
from tests.console.terminal import Terminal

from .running_daemon import enrol_phones
from .test_web_login import PASSWORD, Site, web_site

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
WIDTH, HEIGHT = 1280, 720
BODY = "加我微信 abc12345，私下转账给我"


class Browser:
    """One tab: what it loaded, what its sockets brought, and what its terminal shows."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, object]]] = {}
        self.loaded: list[str] = []
        self.complaints: list[str] = []
        self.terminal = Terminal(300, 120)
        self._reading = asyncio.create_task(self._read())

    async def ask(self, method: str, **parameters: object) -> dict[str, object]:
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, object]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        return await asyncio.wait_for(answer, 20)

    async def value(self, expression: str) -> object:
        answer = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return cast(dict[str, object], answer.get("result", {})).get("value")

    async def go(self, url: str) -> None:
        await self.ask("Page.navigate", url=url)
        await self.until(lambda: self.value("document.readyState === 'complete'"))

    async def log_in(self, account: str, password: str) -> None:
        field = "document.getElementById('{}').value = {!r};"
        filled = field.format("account", account) + field.format("password", password)
        await self.value(f"window.isOld = true; {filled} document.forms[0].submit()")
        await self.until(lambda: self.value("!window.isOld && document.readyState === 'complete'"))

    async def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" else {}
            await self.ask("Input.dispatchKeyEvent", type=kind, key=key, **text)

    async def shows(self, wanted: str, timeout_s: float = 60) -> None:
        async def has_it() -> object:
            return wanted in self.screen()

        try:
            await self.until(has_it, timeout_s)
        except TimeoutError:
            raise AssertionError(f"{wanted!r} is not in:\n{self.screen()}\n{self.complaints}") from None

    def screen(self) -> str:
        return "\n".join(row for row in self.terminal.text.splitlines() if row)

    async def until(self, holds: Callable[[], object], timeout_s: float = 60) -> None:
        async with asyncio.timeout(timeout_s):
            while not await holds():  # type: ignore[misc]
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        async for message in self._socket:
            told = msgspec.json.decode(message.data)
            if "id" in told:
                self._waiting.pop(told["id"]).set_result(told.get("result", {}))
                continue
            parameters = told.get("params", {})
            match told["method"]:
                case "Network.requestWillBeSent":
                    self.loaded.append(parameters["request"]["url"])
                case "Network.webSocketCreated":
                    self.loaded.append(parameters["url"])
                case "Network.webSocketFrameReceived" if parameters["response"]["opcode"] == 2:
                    data = base64.b64decode(parameters["response"]["payloadData"])
                    self.terminal.feed(data)
                case "Log.entryAdded":
                    self.complaints.append(parameters["entry"]["text"])
                case "Runtime.exceptionThrown":
                    self.complaints.append(str(parameters["exceptionDetails"].get("text")))
                case _:
                    pass


@contextlib.asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    profile = folder / "profile"
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            [
                CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--remote-debugging-port=0", f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}",
                "about:blank",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        active = profile / "DevToolsActivePort"
        async with asyncio.timeout(80):
            while not (active.exists() and active.read_text().count("\n")):
                await asyncio.sleep(0.1)
        port = int(active.read_text().split()[0])
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            async with http.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Browser(socket)
                for domain in ("Page", "Network", "Runtime", "Log"):
                    await tab.ask(f"{domain}.enable")
                yield tab
                await tab.close()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def prepared(site: Site) -> SimPhone:
    phone = SimPhone(PhoneSpec(serial="WEB1", seed=1), SystemClock())
    async with contextlib.AsyncExitStack() as undo:
        address = await phone.start()
        undo.push_async_callback(phone.stop)
        from daemon.api.client import ApiClient

        async with ApiClient(site.daemon.socket, "en") as client:
            await client.connect(address)
        await enrol_phones(site.daemon, [phone])
        await site.daemon.wait_until_read(timeout_s=30)
        phone.store.add_sms(address="13900139000", body=BODY)
        undo.pop_all()
    return phone


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine (Debian: apt install chromium)")
async def test_a_reviewer_looks_at_the_shop_in_a_browser(tmp_path: Path) -> None:
    async with web_site(tmp_path) as site:
        phone = await prepared(site)
        try:
            async with browser(tmp_path) as tab:
                await tab.go(site.url)
                assert "/login" in str(await tab.value("location.href"))
                await tab.log_in("lin", "wrong password")
                assert await tab.value("document.querySelector('#trouble').textContent.trim().length > 0")
                assert not await tab.value("document.body.classList.contains('terminal')")
                await tab.log_in("lin", PASSWORD)
                await tab.shows("reviewer")
                assert not await tab.value("document.cookie")
                await tab.value("document.querySelector('.xterm-helper-textarea').focus()")
                await tab.press("2")
                await tab.shows("private WeChat")
                assert b"abc12345" not in tab.terminal.stream and b"13900139000" not in tab.terminal.stream
                assert await tab.value("window.open('http://stranger.example')") is None
                await tab.press("q")
                await tab.until(lambda: tab.value("document.body.classList.contains('-closed')"))
                await tab.value("document.querySelector('#ended a').click()")
                anew = "c => c.contains('-first-byte') && !c.contains('-closed')"  # the page that was left has both
                await tab.until(lambda: tab.value(f"({anew})(document.body.classList)"))
                await tab.value("document.querySelector('#leave button').click()")
                await tab.until(lambda: tab.value("location.pathname === '/login'"))
                own = {urlsplit(site.url).netloc}
                strangers = [url for url in tab.loaded if not url.startswith(("data:", "about:"))
                             and urlsplit(url).netloc not in own]  # fmt: skip
                assert strangers == []
                assert [told for told in tab.complaints if "Content Security Policy" in told] == []
        finally:
            await phone.stop()
