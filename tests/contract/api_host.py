"""The real API server over a fake shop, on a real Unix socket, for a test's duration."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from daemon.api.wire import Role
from daemon.http.server import ApiLimits, ApiServer
from daemon.service import Caller

from .fake_service import FakeService


@dataclass
class Host:
    """`role` may be changed in the middle of a test; None is a user without a role."""

    service: FakeService
    socket: Path
    server: ApiServer
    role: Role | None = Role.OWNER
    seen_uids: tuple[int, ...] = ()


@asynccontextmanager
async def hosted(
    directory: Path,
    *,
    service: FakeService | None = None,
    limits: ApiLimits | None = None,
    role: Role = Role.OWNER,
    server_class: type[ApiServer] = ApiServer,
) -> AsyncIterator[Host]:
    shop = service or FakeService()
    socket = directory / "api.sock"

    def identify(uid: int, language: str) -> Caller | None:
        host.seen_uids = (*host.seen_uids, uid)
        return None if host.role is None else Caller(uid=uid, name="tester", role=host.role, language=language)

    server = server_class(shop, identify, socket, monotonic=time.monotonic, limits=limits)
    host = Host(service=shop, socket=socket, server=server, role=role)
    await server.start()
    try:
        yield host
    finally:
        await server.stop()
