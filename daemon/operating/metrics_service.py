"""Figures for a monitor: read at each question, served on this machine only, or written to a file.

A page of the web on this machine must not read them by a name of its own for 127.0.0.1: only requests that name the
address itself, or `localhost`, are answered.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from ..supervise import Supervision
from .exposition import CONTENT_TYPE
from .section_sense import host_and_port
from .sections import MetricsSection

PATH: Final = "/metrics"
_TIMEOUT_S: Final = 10.0


class MetricsService:
    """Runs under `supervise`, for as long as the section wants anything."""

    def __init__(self, section: MetricsSection, page: Callable[[], Awaitable[bytes]]) -> None:
        self._section = section
        self._page = page
        self.port = 0
        """Of the listener; 0 while there is none."""

    @property
    def is_wanted(self) -> bool:
        """Off by default."""
        return self._section.listen is not None or self._section.textfile is not None

    async def run(self, supervision: Supervision) -> None:
        """Serve and write. Raises OSError."""
        runner = None if self._section.listen is None else await self._serve(self._section.listen)
        try:
            while True:
                if self._section.textfile is not None:
                    content = await self._page()
                    await asyncio.to_thread(_replace, Path(self._section.textfile), content)
                supervision.well()
                await asyncio.sleep(self._section.every_s)
        finally:
            self.port = 0
            if runner is not None:
                await runner.cleanup()

    async def _serve(self, address: str) -> web.AppRunner:
        host, port = host_and_port(address)
        names = {host, f"[{host}]", "localhost"}

        async def answer(request: web.Request) -> web.Response:
            asked = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
            if asked not in names:
                raise web.HTTPForbidden
            async with asyncio.timeout(_TIMEOUT_S):
                return web.Response(body=await self._page(), headers={"Content-Type": CONTENT_TYPE})

        app = web.Application(client_max_size=1024)
        app.router.add_get(PATH, answer)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        return runner


def _replace(path: Path, content: bytes) -> None:
    """Whole at every moment, and readable by the exporter."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.chmod(0o644)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
