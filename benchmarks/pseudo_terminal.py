"""The console on a pseudo-terminal, driven by keys, with the times between a key and what it draws."""

import asyncio
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

COLUMNS: Final = 160
LINES: Final = 48
KEPT_BYTES: Final = 1 << 20
SETTLED_S: Final = 0.008
"""So long nothing comes after a frame."""
TIMEOUT_S: Final = 30.0


class PseudoTerminal:
    """`shopwarden ARGUMENTS` behind one. What it writes is read at once."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._terminal, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        environment = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("shopwarden"), *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env=environment | {"TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(slave)
        self._seen = b""
        self._count = 0
        self._last = time.perf_counter()
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._terminal, self._read)

    @property
    def pid(self) -> int:
        """Of the console."""
        return self._process.pid

    async def shows(self, wanted: str) -> None:
        """Wait until it was written; what was before does not count."""
        async with asyncio.timeout(TIMEOUT_S):
            while wanted.encode() not in self._seen:
                await self._more()
        self._seen = b""

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing was written for so long."""
        while (left := seconds - (time.perf_counter() - self._last)) > 0:
            await asyncio.sleep(left)

    async def press(self, keys: bytes, *, until: str | None = None) -> float:
        """Send keys; seconds until `until` was written, else until the first of what was, and then wait for the rest.

        Keys that change nothing on the screen count as TIMEOUT_S.
        """
        self._seen = b""
        count, started = self._count, time.perf_counter()
        os.write(self._terminal, keys)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                while (self._count == count) if until is None else (until.encode() not in self._seen):
                    await self._more()
        except TimeoutError:
            return TIMEOUT_S
        took = time.perf_counter() - started
        if until is None:
            await self.quiet(SETTLED_S)
        return took

    async def close(self) -> None:
        """End the console as a closed window does."""
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, 10)
        asyncio.get_running_loop().remove_reader(self._terminal)
        os.close(self._terminal)

    async def _more(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _read(self) -> None:
        try:
            came = os.read(self._terminal, 65536)
        except OSError:
            came = b""
        if not came:
            asyncio.get_running_loop().remove_reader(self._terminal)
        self._seen = (self._seen + came)[-KEPT_BYTES:]
        self._count += len(came)
        self._last = time.perf_counter()
        self._news.set()
