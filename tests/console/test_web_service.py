"""A console behind a browser tab: what it is told, what comes back, and that it ends."""

import asyncio
import sys
import time

import pytest

from console.web import is_installed
from console.web.service import ConsoleService

CHILD = """
import json, os, sys, time
out = sys.stdout.buffer
def send(kind, data):
    out.write(kind + len(data).to_bytes(4, "big") + data); out.flush()
sys.stderr.write("CANARY-STDERR\\n"); sys.stderr.flush()
out.write(b"hello\\n__GANGLION__\\n")
send(b"D", json.dumps({name: value for name, value in os.environ.items() if name.startswith("SHOPWARDEN_")}).encode())
send(b"M", b'{"type":"open_url","url":"http://example.invalid","new_tab":true}')
send(b"M", b'not json')
send(b"P", b"file")
send(b"D", b"last")
if sys.argv[1] == "ends":
    sys.exit()
if sys.argv[1] == "quits":
    sys.stdin.buffer.read(1)
    sys.exit()
time.sleep(60)
"""


class Tab:
    """Stands for the browser's socket."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.said: list[str] = []
        self.is_closed = asyncio.Event()
        self.has_all = asyncio.Event()

    async def write_bytes(self, data: bytes) -> None:
        self.received.append(data)
        if data == b"last":
            self.has_all.set()

    async def write_str(self, data: str) -> None:
        self.said.append(data)

    async def close(self) -> None:
        self.is_closed.set()


def is_running(process: asyncio.subprocess.Process) -> bool:
    return process.returncode is None


def service_of(tab: Tab, how: str) -> ConsoleService:
    return ConsoleService(
        [sys.executable, "-c", CHILD, how], session="a token", language="zh",
        write_bytes=tab.write_bytes, write_str=tab.write_str, close=tab.close,
    )  # fmt: skip


async def test_only_the_session_and_its_language_reach_it_and_only_the_screen_comes_back(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert is_installed()
    monkeypatch.setenv("SHOPWARDEN_STATE", "/canary")
    tab = Tab()
    service = service_of(tab, "ends")
    await service.start(80, 24)
    await asyncio.wait_for(tab.is_closed.wait(), 20)
    assert tab.received == [b'{"SHOPWARDEN_SESSION": "a token", "SHOPWARDEN_LANG": "zh"}', b"last"]
    assert tab.said == []
    await service.stop()
    assert "CANARY" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("how", ["quits", "stays"])
async def test_it_ends_whether_it_listens_or_not(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.web.service.STOP_S", 1.0 if how == "stays" else 20.0)
    tab = Tab()
    service = service_of(tab, how)
    await service.start(80, 24)
    await asyncio.wait_for(tab.has_all.wait(), 20)
    process = service._process
    assert process is not None
    assert is_running(process)
    begun = time.monotonic()
    await service.stop()
    assert not is_running(process) and time.monotonic() - begun < 10
    assert tab.is_closed.is_set()
    await service.stop()
