"""The real console on real terminals: what never reaches them, what is gone again, and what all of them agree on."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import termios
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec
from daemon.api.client import ApiClient

from .running_daemon import RunningDaemon, enrol_phones, new_state
from .terminal_support import TerminalConsole, shopwarden

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("terminal")]

CANARY = "canaryabc12345"
NUMBER = "13900139000"
BODY = f"加我微信 {CANARY}，私下转账给我"
HOSTILE = "HOSTILE \x1b]52;c;Q0FOQVJZ\x07 \x1b]8;;http://evil.example\x1b\\link \x1b[31;7;5m \x9b31m \u202egnp\u2066"
FORBIDDEN = (b"\x1b]52", b"\x1b]8;", b"\x1b[31;7;5m", b"\xc2\x9b", b"\xe2\x80\xae", b"\xe2\x81\xa6")
DIGITS = "1234567"
ESCAPE_S = 0.3
"""A key that comes sooner after an escape is one with alt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRunning:
    daemon: RunningDaemon
    phone: SimPhone


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ShopRunning]:
    phone = SimPhone(PhoneSpec(serial="TERM1", seed=1), SystemClock())
    daemon = RunningDaemon(new_state(tmp_path_factory.mktemp("terminal"), [await phone.start()]))
    try:
        await daemon.start()
        await enrol_phones(daemon, [phone])
        await daemon.wait_until_read(timeout_s=30)
        phone.store.add_sms(address=NUMBER, body=HOSTILE)
        phone.store.add_sms(address=NUMBER, body=BODY)
        async with ApiClient(daemon.socket, "en") as client, asyncio.timeout(20):
            while not await client.alerts():
                await asyncio.sleep(0.05)
        yield ShopRunning(daemon=daemon, phone=phone)
        await daemon.stop()
    finally:
        await daemon.kill()
        await phone.stop()


@pytest.fixture
def undo() -> AsyncIterator[ExitStack]:  # type: ignore[misc]
    with ExitStack() as stack:
        yield stack


def opened(
    undo: ExitStack, shop: ShopRunning, language: str = "en", size: tuple[int, int] = (120, 36)
) -> TerminalConsole:
    console = TerminalConsole(shop.daemon.socket, language=language, size=size)
    undo.callback(console.close)
    return console


def told(shop: ShopRunning, *arguments: str) -> list[dict[str, object]]:
    answer = subprocess.run(
        shopwarden(shop.daemon.socket, "--json", *arguments), capture_output=True, check=True, timeout=30
    )
    items: list[dict[str, object]] = json.loads(answer.stdout)["items"]
    return items


async def test_masked_content_and_what_steers_a_terminal_never_reach_it(shop: ShopRunning, undo: ExitStack) -> None:
    console = opened(undo, shop)
    await console.shows("TERM1")
    for digit in DIGITS:
        await console.press(digit)
        await console.rests()
        await console.press("\r")
        await console.rests()
        await console.press("\x1b")
        await console.rests()
    await console.press("3")
    await console.shows("HOSTILE")
    assert CANARY.encode() not in console.terminal.stream and NUMBER.encode() not in console.terminal.stream
    key = (shop.daemon.state.parent / "shop.key").read_bytes()
    assert key not in console.terminal.stream and key.hex().encode() not in console.terminal.stream
    assert not [sequence for sequence in FORBIDDEN if sequence in console.terminal.stream]

    await console.press("2")
    await console.shows("Invites to a private")
    await console.press("v")
    await console.shows("Why?")
    await console.press(*"checked for a case", "\r")
    await console.shows(CANARY)
    await console.press("\x1b")
    await console.hides(CANARY)
    await console.rests()
    console.terminal.stream = b""
    for digit in DIGITS:
        await console.press(digit)
        await console.rests()
    await console.press("?")
    await console.shows("Help:")
    await console.press("\x1b")
    await console.hides("Help:")
    assert CANARY.encode() not in console.terminal.stream and CANARY not in console.terminal.text
    assert not [sequence for sequence in FORBIDDEN if sequence in console.terminal.stream]
    await console.press("q")
    assert await console.ends() == 0
    assert termios.tcgetattr(console.ours) == console.settings


async def test_two_consoles_and_a_command_line_see_the_same(shop: ShopRunning, undo: ExitStack) -> None:
    english = opened(undo, shop)
    chinese = opened(undo, shop, "zh", (100, 30))
    await english.shows("TERM1")
    await chinese.shows("TERM1")
    for console in english, chinese:
        await console.press("2")
    await english.shows("open")
    await chinese.shows("待处理")
    ids = [str(alert["alert_id"]) for alert in told(shop, "alerts", "list", "--status", "open")]
    subprocess.run(
        shopwarden(shop.daemon.socket, "alerts", "ack", *ids),
        check=True,
        timeout=30,
        capture_output=True,
    )
    await asyncio.gather(english.shows("acked", timeout_s=10), chinese.shows("已确认", timeout_s=3))
    shop.phone.store.add_sms(address=NUMBER, body=BODY + "！")
    await asyncio.gather(english.shows("○ open"), chinese.shows("○ 待处理"))
    await english.rests()
    for _ in range(4):  # a key pressed while a busy machine still draws may be meant for what was there before
        await english.press("*", "a")
        await english.rests()
        if not told(shop, "alerts", "list", "--status", "open"):
            break
    await english.press("\r")
    await chinese.hides("○ 待处理", timeout_s=10)
    assert told(shop, "alerts", "list", "--status", "open") == []
    await shop.daemon.stop()
    await asyncio.gather(english.shows("Daemon lost"), chinese.shows("断开"))
    await shop.daemon.start()
    await asyncio.gather(english.hides("Daemon lost"), chinese.hides("断开"))


@pytest.mark.parametrize("how", ["closed", "hangup"])
async def test_a_lost_terminal_ends_the_console(how: str, shop: ShopRunning, undo: ExitStack) -> None:
    console = TerminalConsole(shop.daemon.socket)
    undo.callback(console.process.wait)
    undo.callback(console.process.kill)
    await console.shows("TERM1")
    if how == "closed":
        os.close(console.ours)
    else:
        undo.callback(os.close, console.ours)
        console.process.send_signal(signal.SIGHUP)
    assert await asyncio.to_thread(console.process.wait, 15) is not None


async def test_a_daemon_of_another_version_is_named(tmp_path: Path, undo: ExitStack) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({}, headers={"X-Shopwarden-Api": "99"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.UnixSite(runner, str(tmp_path / "api.sock")).start()
        console = TerminalConsole(tmp_path / "api.sock")
        undo.callback(console.close)
        await console.shows("version")
        await console.press("2", "q")
        assert await console.ends() == 0
    finally:
        await runner.cleanup()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux on this machine")
@pytest.mark.parametrize(("size", "language"), [((80, 24), "zh"), ((120, 36), "en")])
async def test_driven_by_keys_in_tmux(size: tuple[int, int], language: str, shop: ShopRunning, tmp_path: Path) -> None:
    width, height = size
    evidence, help_title = {"en": ("Evidence (masked)", "Help:"), "zh": ("依据（已脱敏）", "帮助：")}[language]

    environment = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES"}}

    def tmux(*arguments: str) -> str:
        command = ["tmux", "-f", "/dev/null", "-S", str(tmp_path / "tmux"), *arguments]
        return subprocess.run(command, check=True, capture_output=True, timeout=20, env=environment).stdout.decode()

    async def shows(wanted: str) -> str:
        seen = ""
        for _ in range(150):
            if wanted in (seen := await asyncio.to_thread(tmux, "capture-pane", "-p")):
                return seen
            await asyncio.sleep(0.1)
        raise AssertionError(f"{wanted!r} is not in:\n{seen}")

    line = shopwarden(shop.daemon.socket, "--lang", language)
    tmux("new-session", "-d", "-x", str(width), "-y", str(height), *line)
    try:
        seen = await shows("TERM1")
        assert len(seen.splitlines()) <= height
        tmux("send-keys", "2")
        await shows(evidence)
        tmux("send-keys", "F1")
        await shows(help_title)
        assert CANARY not in tmux("capture-pane", "-p")
        tmux("send-keys", "Escape")
        await asyncio.sleep(ESCAPE_S)
        tmux("send-keys", "3")
        await shows("HOSTILE")
        tmux("send-keys", "q")
        async with asyncio.timeout(20):
            while (await asyncio.to_thread(subprocess.run, ["tmux", "-S", str(tmp_path / "tmux"), "has-session"],
                                           capture_output=True)).returncode == 0:  # fmt: skip
                await asyncio.sleep(0.1)
    finally:
        subprocess.run(["tmux", "-S", str(tmp_path / "tmux"), "kill-server"], capture_output=True, check=False)
