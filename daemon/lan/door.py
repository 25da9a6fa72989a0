"""The port for consoles of other machines, open while it is configured; the one for joining, while one is invited."""

import asyncio
import contextlib
import ipaddress
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.discovery import own_addresses
from adb_bridge.shop_advert import ShopAdvert, advertised
from crypto.console_certs import DaemonIdentity, new_identity, unsealed_identity
from crypto.keys import Purpose
from crypto.record_seal import RecordSeal
from crypto.vault_keys import KeySource

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..api.wire import HealthCheck
from ..archive.archive import Archive
from ..archive.consoles import ArchivedConsole
from ..archive.drafts import AuditDraft
from ..archive.errors import ArchiveError, RecordNotFoundError, UnitRefusedError
from ..audit import DAEMON_ACTOR, NO_ROLE
from ..config_lan import LanSection
from ..health_check import Status, check
from ..logs import log_for
from ..people_names import CONSOLE_NAME
from ..service import ServiceError
from ..supervise import Supervision
from .acceptor import BACKLOG, AcceptLimits, Acceptor
from .invitations import Invitation
from .pairing_port import NewConsole, PairingPort, PairingTimes
from .register import ConsoleRegister
from .tls import console_context, pairing_context

_SAVE_EVERY_S: Final = 60.0
_LOOK_S: Final = 0.1
_LAST_WORDS_S: Final = 1.0
"""After an invitation has ended: what was said last has time to arrive."""
_PAIRING_LIMITS: Final = AcceptLimits(connections=16, of_one_address=4, handshakes=8)


class LanDoor:
    """One per daemon."""

    def __init__(
        self,
        section: LanSection,
        *,
        archive: Archive,
        keys: KeySource,
        clock: Clock,
        store: str,
        times: PairingTimes | None = None,
    ) -> None:
        self._section = section
        self._archive = archive
        self._keys = keys
        self._clock = clock
        self.register = ConsoleRegister(archive, clock, lets_owners=section.owner_consoles)
        self._store = store
        self._protocol: Callable[[], asyncio.BaseProtocol] = asyncio.Protocol
        self._times = times
        self._acceptor: Acceptor | None = None
        self._joining: asyncio.Task[None] | None = None
        self._log = log_for("lan")
        self.identity: DaemonIdentity | None = None
        """None until the port was opened once."""
        self.is_announced = False
        self.register.when_revoked(self._cut)

    def serve_with(self, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        """What talks to a console that TLS let in."""
        self._protocol = protocol

    @property
    def is_wanted(self) -> bool:
        """Whether the configuration names an address."""
        return self._section.listen is not None

    @property
    def is_open(self) -> bool:
        """Consoles can connect."""
        return self._acceptor is not None

    def is_connected(self, spki: bytes) -> bool:
        """Whether a console with this key has a connection now."""
        return self._acceptor is not None and self._acceptor.any_open(lambda one: self._spki(one) == spki)

    def checks(self, texts: Texts) -> list[HealthCheck]:
        """Of the doctor; nothing where no address is configured."""
        if not self.is_wanted:
            return []
        place = self._section.listen or ""
        if not self.is_open:
            detail, advice = texts.get("health.lan_closed", address=place), texts.get("health.advice.lan_closed")
            return [check("lan", Status.WARN, detail, advice)]
        paired = sum(one.revoked_at is None for one in self.register.all())
        key = "health.lan_ok" if self.is_announced or not self._section.advertise else "health.lan_unannounced"
        return [check("lan", Status.OK, texts.get(key, address=place, count=paired))]

    async def run(self, supervision: Supervision) -> None:
        """Until it is cancelled. Raises OSError when the address is not (yet) this machine's, or taken."""
        address, port = self._section.place()
        identity = self.identity = await self._identity()
        await self.register.load()
        listener = await asyncio.to_thread(listening_socket, address, port)
        self._acceptor = Acceptor(listener, console_context(identity), self._protocol)
        self._log.info("lan.up", port=port)
        supervision.well()
        saving = asyncio.create_task(self._save_now_and_then())
        try:
            async with self._announced(identity, address, port):
                await self._acceptor.run()
        finally:
            saving.cancel()
            self._acceptor.close()
            self._acceptor = None
            if self._joining is not None:
                self._joining.cancel()

    async def invite(self, invitation: Invitation) -> None:
        """Open the port for joining until it ends. ServiceError: `lan.off`, `lan.closed`, `lan.port_taken`."""
        if not self.is_wanted:
            raise _refused("lan.off", ExitCode.USAGE)
        identity = self.identity
        if identity is None or not self.is_open:
            raise _refused("lan.closed", ExitCode.UNREACHABLE)
        address, port = self._section.place()
        if self._joining is not None:
            self._joining.cancel()
            await asyncio.wait({self._joining})
        try:
            listener = await asyncio.to_thread(listening_socket, address, port + 1)
        except OSError:
            raise _refused("lan.port_taken", ExitCode.USAGE, port=port + 1) from None
        joining = PairingPort(
            invitation,
            identity,
            clock=self._clock,
            store=self._store,
            port=port,
            enter=self._enter,
            leave=self._leave,
            times=self._times,
        )
        acceptor = Acceptor(listener, pairing_context(identity), joining.protocol, _PAIRING_LIMITS)
        self._joining = asyncio.create_task(self._until_ended(invitation, acceptor))

    def address(self) -> str:
        """`host:port` that another machine is told; of every address of this machine, one of its network's."""
        address, port = self._section.place()
        if ipaddress.ip_address(address).is_unspecified:
            address = next((one for one in sorted(own_addresses()) if not one.startswith("127.")), address)
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

    async def _until_ended(self, invitation: Invitation, acceptor: Acceptor) -> None:
        accepting = asyncio.create_task(acceptor.run())
        ends_s = self._clock.monotonic() + invitation.request.valid_s
        try:
            while invitation.is_open and not accepting.done():
                await asyncio.sleep(_LOOK_S)
                if self._clock.monotonic() >= ends_s:
                    invitation.expire()
            if invitation.wrong_tries:
                await self._tell_guesses(invitation)
            await asyncio.sleep(_LAST_WORDS_S)
        finally:
            invitation.expire()
            accepting.cancel()
            await asyncio.wait({accepting})

    async def _tell_guesses(self, invitation: Invitation) -> None:
        """Wrong words may be a guess: that they were said is in the audit, once for each invitation."""
        draft = AuditDraft(
            actor=DAEMON_ACTOR,
            role=NO_ROLE,
            action="consoles.wrong_words",
            target=f"{CONSOLE_NAME}{invitation.request.name} tries={invitation.wrong_tries}",
            reason=None,
            outcome="refused",
        )
        try:
            await self._archive.audit(draft)
        except ArchiveError as error:
            self._log.warning("guesses_not_noted", code=error.code.value)

    async def _enter(self, invitation: Invitation, public_key: bytes) -> NewConsole | None:
        identity = self.identity
        if identity is None:
            return None
        console_id, now = f"cn_{secrets.token_hex(8)}", self._clock.now()
        certificate = identity.certificate_for(public_key, name=console_id, now=now)
        request = invitation.request
        console = ArchivedConsole(
            console_id=console_id,
            name=request.name,
            role=request.role.value,
            employee=request.employee,
            spki=self.register.know(public_key),
            paired_at=now,
            paired_by=invitation.invited_by,
            expires_at=certificate.not_after,
        )
        audit = AuditDraft(
            actor=invitation.invited_by,
            role=invitation.inviter_role,
            action="consoles.pair",
            target=f"{console_id} {CONSOLE_NAME}{request.name} {request.role.value}",
            reason=None,
            outcome="ok",
        )
        try:
            await self._archive.consoles.pair(console, audit)
        except UnitRefusedError:
            return None
        except ArchiveError as error:
            self._log.warning("console_not_kept", code=error.code.value)
            return None
        self.register.take(console)
        return NewConsole(console_id=console_id, certificate=certificate)

    async def _leave(self, console_id: str) -> None:
        audit = AuditDraft(
            actor=DAEMON_ACTOR,
            role=NO_ROLE,
            action="consoles.revoke",
            target=console_id,
            reason="pairing not finished",
            outcome="ok",
        )
        with contextlib.suppress(RecordNotFoundError):
            self.register.take(await self._archive.consoles.revoke(console_id, audit))

    async def _identity(self) -> DaemonIdentity:
        seal = RecordSeal(await asyncio.to_thread(self._keys.derive, Purpose.LAN))
        sealed = await self._archive.consoles.identity()
        if sealed is None:
            sealed = await self._archive.consoles.keep_identity(new_identity().sealed(seal))
        return unsealed_identity(sealed, seal)

    @contextlib.asynccontextmanager
    async def _announced(self, identity: DaemonIdentity, address: str, port: int) -> AsyncIterator[None]:
        """Without mDNS people type the address: no reason not to serve them."""
        advert = ShopAdvert(instance=identity.instance, pin_start=identity.server_spki[:8].hex(), port=port)
        async with contextlib.AsyncExitStack() as stack:
            if self._section.advertise and (addresses := _announceable(address)):
                try:
                    await stack.enter_async_context(advertised(advert, addresses))
                    self.is_announced = True
                except OSError as error:
                    self._log.warning("lan.not_announced", error_type=type(error).__name__)
            try:
                yield
            finally:
                self.is_announced = False

    async def _save_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_EVERY_S)
            await self.register.save_seen()

    def _cut(self, spki: bytes) -> None:
        if self._acceptor is not None:
            self._acceptor.cut(lambda one: self._spki(one) == spki)

    def _spki(self, transport: asyncio.Transport) -> bytes | None:
        tls = transport.get_extra_info("ssl_object")
        certificate = None if tls is None else tls.getpeercert(binary_form=True)
        return None if certificate is None else self.register.spki_of(certificate)


def listening_socket(address: str, port: int) -> socket.socket:
    """Bound to exactly that address. OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind((address, port))
        server.listen(BACKLOG)
    except OSError:
        server.close()
        raise
    return server


def _announceable(address: str) -> list[str]:
    if ":" in address:
        return []
    if not ipaddress.IPv4Address(address).is_unspecified:
        return [address]
    return sorted(one for one in own_addresses() if not one.startswith("127."))


def _refused(code: str, exit_code: ExitCode, **values: int) -> ServiceError:
    return ServiceError(code, http_status=409, exit_code=exit_code, **values)
