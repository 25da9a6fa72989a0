"""The real console in a terminal of its own: the daemon dies and comes back, the console is ended from outside."""

import asyncio
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History, PhoneSpec

from .running_daemon import RunningDaemon, enrol_phones, new_state

LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOWED_CURSOR = b"\x1b[?25h"


class Console:
    """`shopwarden` on a pseudo-terminal of 40 x 120."""

    def __init__(self, socket: Path) -> None:
        self._terminal, slave = pty.openpty()
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.settings = termios.tcgetattr(self._terminal)
        environment = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES"}}
        self.process = subprocess.Popen(
            [Path(sys.executable).with_name("shopwarden"), "--socket", socket, "--lang", "en"],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env=environment | {"TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(slave)

    def read_until(self, wanted: bytes, timeout_s: float) -> bytes:
        deadline, seen = time.monotonic() + timeout_s, b""
        while wanted not in seen and (left := deadline - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                try:
                    seen += os.read(self._terminal, 65536)
                except OSError:
                    break
        return seen

    async def shows(self, wanted: str, timeout_s: float = 15) -> None:
        assert wanted.encode() in await asyncio.to_thread(self.read_until, wanted.encode(), timeout_s)

    def terminal_settings(self) -> list[object]:
        return list(termios.tcgetattr(self._terminal))

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)


async def test_console_follows_a_daemon_that_dies_and_gives_the_terminal_back(tmp_path: Path) -> None:
    phone = SimPhone(PhoneSpec(serial="CONSOLE1", history=History(sms=50), seed=1), SystemClock())
    daemon = RunningDaemon(new_state(tmp_path, [await phone.start()]))
    consoles = []
    try:
        await daemon.start()
        await enrol_phones(daemon, [phone])
        await daemon.wait_until_read(timeout_s=20)
        console = Console(daemon.socket)
        consoles.append(console)
        await console.shows("50 records")
        await daemon.kill()
        await console.shows("Daemon lost")
        phone.store.add_sms(address="13900139000", body="while nobody looked")
        await daemon.start()
        await console.shows("51 records")
        phone.store.add_sms(address="13900139000", body="加我微信 abc12345，私下转账给我")
        await console.shows("payment to a person")  # the alert
        for number in (signal.SIGTERM, signal.SIGHUP):
            console.process.send_signal(number)
            last = await asyncio.to_thread(console.read_until, b"never", 2.0)
            assert LEFT_ALTERNATE_SCREEN in last
            assert SHOWED_CURSOR in last
            assert b"\x1b[?1000l" in last, "the mouse still reports"
            assert await asyncio.to_thread(console.process.wait, 5) == 128 + number
            assert console.terminal_settings() == console.settings
            console = Console(daemon.socket)
            consoles.append(console)
            await console.shows("52 records")
        assert await daemon.stop() == 0
    finally:
        for console in consoles:
            console.close()
        await daemon.kill()
        await phone.stop()
