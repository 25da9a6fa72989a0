"""A shop that consoles of other machines can join: real API, port, archive and TLS on loopback, a fake shop behind."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from crypto.pairing_code import read_code
from daemon.api.client import ApiClient
from daemon.api.consoles import ConsoleInvitation, InviteConsole
from daemon.api.consoles_client import console_invitation, invite_console
from daemon.api.exit_codes import ExitCode
from daemon.api.shops import RemoteShop, keep_shop
from daemon.api.wire import Role
from daemon.archive.archive import Archive
from daemon.audit import AuditTrail
from daemon.config_lan import LanSection
from daemon.desks import Desks
from daemon.http.server import ApiLimits, ApiServer
from daemon.lan.desk import ConsolesDesk
from daemon.lan.door import LanDoor
from daemon.lan.joining import Joining
from daemon.lan.pairing_port import PairingTimes
from daemon.logs import log_for
from daemon.service import Caller, ServiceError
from daemon.supervise import supervise
from tests.archive_kit import StepClock, open_archive, vault_keys
from tests.contract.fake_service import FakeService

QUICK = PairingTimes(whole_s=3.0, reply_s=0.01)


class _Desk(ConsolesDesk):
    invited: ConsoleInvitation | None = None
    """With its words, as its owner got it."""

    async def invite(self, caller: Caller, request: InviteConsole) -> ConsoleInvitation:
        self.invited = await super().invite(caller, request)
        return self.invited


class _Desks:
    def __init__(self, consoles: ConsolesDesk) -> None:
        self.consoles = consoles

    def __getattr__(self, name: str) -> object:
        raise ServiceError("request.no_such_route", http_status=404, exit_code=ExitCode.NOT_FOUND)


@dataclass
class LanShop(FakeService):
    """The fake shop with a desk for consoles."""

    consoles: _Desk | None = None

    @property
    def invited(self) -> ConsoleInvitation | None:
        return None if self.consoles is None else self.consoles.invited

    @property
    def desks(self) -> Desks:
        assert self.consoles is not None
        return cast(Desks, _Desks(self.consoles))


@dataclass
class LanHost:
    """`local` is the client of the owner at the box."""

    service: LanShop
    archive: Archive
    door: LanDoor
    server: ApiServer
    clock: StepClock
    port: int
    local: ApiClient
    folder: Path
    socket: Path
    joined: list[RemoteShop] = field(default_factory=list)

    @property
    def env(self) -> Mapping[str, str]:
        return {"SHOPWARDEN_SHOPS": str(self.folder / "shops")}

    async def invite(self, name: str = "office", role: Role = Role.REVIEWER, **more: object) -> ConsoleInvitation:
        return await invite_console(self.local, InviteConsole(name=name, role=role, **more))  # type: ignore[arg-type]

    async def state_of(self, invitation: ConsoleInvitation) -> ConsoleInvitation:
        return await console_invitation(self.local, invitation.invitation_id)

    async def join(self, name: str = "office", role: Role = Role.REVIEWER, **more: object) -> RemoteShop:
        """Invited, and in."""
        invitation = await self.invite(name, role, **more)
        joining = Joining("127.0.0.1", self.port)
        try:
            new = await joining.ask(read_code(invitation.words or ""))
            shop = keep_shop(name, new, self.env)
            await joining.kept()
        finally:
            await joining.close()
        async with asyncio.timeout(5):
            while (await self.state_of(invitation)).console_id is None:
                await asyncio.sleep(0.01)
        self.joined.append(shop)
        return shop


def free_port() -> int:
    """One with a free neighbour: joining takes the next."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            with contextlib.suppress(OSError):
                if port <= 65534:
                    other.bind(("127.0.0.1", port + 1))
                    return port


@contextlib.asynccontextmanager
async def lan_shop(
    folder: Path, *, section: LanSection | None = None, limits: ApiLimits | None = None, times: PairingTimes = QUICK
) -> AsyncIterator[LanHost]:
    """Its state stays in `folder`: a second call is a restart."""
    port = free_port()
    section = section or LanSection(listen=f"127.0.0.1:{port}", advertise=False)
    clock, keys = StepClock(datetime.now(UTC)), vault_keys(folder)
    archive = open_archive(folder, clock=clock)
    door = LanDoor(section, archive=archive, keys=keys, clock=clock, store="金鑫手机店", times=times)
    audit = AuditTrail(archive, keys)
    service = LanShop(consoles=_Desk(archive=archive, audit=audit, clock=clock, door=door, section=section))
    place = folder / "api.sock"

    def identify(uid: int, language: str) -> Caller | None:
        return Caller(uid=uid, name="owner", role=Role.OWNER, language=language)

    loop = asyncio.get_running_loop()
    server = ApiServer(service, identify, place, monotonic=loop.time, limits=limits, consoles=door.register)
    door.serve_with(server.protocol)
    await server.start()
    running = asyncio.create_task(
        supervise(door.run, clock=clock, log=log_for("test"), wake=asyncio.Event())
    ) if door.is_wanted else None  # fmt: skip
    try:
        async with ApiClient(place, "en") as local:
            if section.listen is not None:
                async with asyncio.timeout(5):
                    while not door.is_open:
                        await asyncio.sleep(0.005)
            yield LanHost(
                service=service, archive=archive, door=door, server=server, clock=clock,
                port=section.place()[1] if section.listen else port, local=local, folder=folder, socket=place,
            )  # fmt: skip
    finally:
        if running is not None:
            running.cancel()
            await asyncio.wait({running})
        await server.stop()
        await archive.close()
