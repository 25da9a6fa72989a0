"""`shopwarden` on a pseudo-terminal that is its controlling one, read by a terminal that remembers."""

import asyncio
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path

from tests.console.terminal import Terminal

QUIET_S = 0.15
"""Nothing is drawn for so long; an escape is by then no longer taken for the beginning of something."""


class TerminalConsole:
    """Started at once. Keys are written as a keyboard sends them."""

    def __init__(self, socket: Path, *arguments: str, language: str = "en", size: tuple[int, int] = (120, 36)) -> None:
        self.ours, slave = pty.openpty()
        width, height = size
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.settings = termios.tcgetattr(self.ours)
        self.terminal = Terminal(width, height)
        kept = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
        self.process = subprocess.Popen(
            [Path(sys.executable).with_name("shopwarden"), "--socket", socket, "--lang", language, *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env=kept | {"TERM": "xterm-256color", "XDG_CONFIG_HOME": str(socket.parent / "none")},
        )  # fmt: skip
        os.close(slave)

    def read(self, timeout_s: float) -> bool:
        """Take what is there; False when nothing came."""
        if not select.select([self.ours], [], [], timeout_s)[0]:
            return False
        try:
            data = os.read(self.ours, 65536)
        except OSError:
            return False
        self.terminal.feed(data)
        return bool(data)

    async def press(self, *keys: str) -> None:
        for one in keys:
            os.write(self.ours, one.encode())
            await asyncio.to_thread(self.read, 0.3)

    async def shows(self, wanted: str, *, timeout_s: float = 15) -> None:
        await self._until(wanted, timeout_s, is_there=True)

    async def hides(self, wanted: str, *, timeout_s: float = 15) -> None:
        await self._until(wanted, timeout_s, is_there=False)

    async def rests(self) -> None:
        """Until nothing more is drawn."""
        while await asyncio.to_thread(self.read, QUIET_S):
            pass

    async def ends(self, *, timeout_s: float = 20) -> int:
        """Its exit code, once it has ended. A program whose terminal nobody reads may wait for that for ever."""
        async with asyncio.timeout(timeout_s):
            while (code := self.process.poll()) is None:
                await asyncio.to_thread(self.read, 0.05)
        return code

    async def _until(self, wanted: str, timeout_s: float, *, is_there: bool) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while (wanted in self.terminal.text) is not is_there:
            if loop.time() > deadline or self.process.poll() is not None:
                raise AssertionError(f"{wanted!r}, {self.process.poll()}:\n{self.terminal.text}")
            await asyncio.to_thread(self.read, 0.05)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)


def shopwarden(socket: Path, *arguments: str) -> Sequence[str]:
    """The command line of the installed program."""
    return [str(Path(sys.executable).with_name("shopwarden")), "--socket", str(socket), *arguments]
