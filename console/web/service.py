"""One console behind one browser tab: a process of its own, whose packets go to the socket of the tab."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

OURS: Final = "SHOPWARDEN_"
SESSION_VARIABLE: Final = "SHOPWARDEN_SESSION"
"""Carries the session's token to the console, which takes it out of its environment at the start."""
LANGUAGE_VARIABLE: Final = "SHOPWARDEN_LANG"
STOP_S: Final = 3.0
"""How long a console may take to leave by itself."""
_READY: Final = b"__GANGLION__\n"
_PRELUDE_LINES: Final = 10
_LARGEST_PACKET_BYTES: Final = 16 * 1024 * 1024


class _Meta(msgspec.Struct):
    type: str


class ConsoleService(AppService):
    """Starts the console with the rights of a session and ends it for certain.

    Of what a console may ask of a browser only the end is passed on: no page is opened, no file delivered.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        session: str,
        language: str,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            "", write_bytes=write_bytes, write_str=write_str, close=close, download_manager=DownloadManager()
        )
        self._arguments = tuple(command)
        self._session = session
        self._language = language

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        """Nothing of how we were started, but the session and its language."""
        inherited: dict[str, str] = super()._build_environment(width, height)
        return {name: value for name, value in inherited.items() if not name.startswith(OURS)} | {
            SESSION_VARIABLE: self._session,
            LANGUAGE_VARIABLE: self._language,
        }

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        """Without a shell, and with no way to write to our output."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Pass packets on until the console ends; then the tab's socket is closed."""
        process = self._process
        assert process is not None and process.stdout is not None
        try:
            if await _is_ready(process.stdout):
                await self._pass_on(process.stdout)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # either end is gone
        finally:
            with suppress(ConnectionError):
                await self.remote_close()

    async def stop(self) -> None:
        """Ask the console to leave; one that does not is ended. Returns within `STOP_S` and a little."""
        process, task = self._process, self._task
        if process is None or task is None:
            return
        self._task = None
        try:
            async with asyncio.timeout(STOP_S):
                if process.returncode is None:
                    await self.send_meta({"type": "quit"})
                    await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            await process.wait()
        task.cancel()
        await asyncio.wait({task})

    async def on_meta(self, data: bytes) -> None:
        """The console's end; all else is dropped."""
        try:
            kind = msgspec.json.decode(data, type=_Meta).type
        except msgspec.DecodeError:
            return
        if kind == "exit":
            await self.remote_close()

    async def _pass_on(self, stdout: asyncio.StreamReader) -> None:
        while True:
            kind = await stdout.readexactly(1)
            size = int.from_bytes(await stdout.readexactly(4), "big")
            if size > _LARGEST_PACKET_BYTES:
                return
            payload = await stdout.readexactly(size)
            match kind:
                case b"D":
                    await self.on_data(payload)
                case b"M":
                    await self.on_meta(payload)
                case _:
                    pass


async def _is_ready(stdout: asyncio.StreamReader) -> bool:
    """Whether a Textual app reports within the first lines."""
    for _ in range(_PRELUDE_LINES):
        line = await stdout.readline()
        if line == _READY or not line:
            return bool(line)
    return False
