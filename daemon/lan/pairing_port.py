"""The daemon's side of joining: one console at a time, answers at fixed times; only wrong words count as a try."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adb_bridge.clock import Clock
from crypto.console_certs import ConsoleCertificate, DaemonIdentity, read_request
from crypto.console_pairing import PairingExchange, PairingSide

from ..api.consoles import InvitationState
from ..logs import log_for
from .invitations import Invitation
from .pairing_wire import VERSION, Answer, Begin, Confirm, Kept, NotUnderstoodError, Refused, Said, Welcome, expected
from .pairing_wire import receive as read_message
from .pairing_wire import send as write_message


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingTimes:
    """Bounds of one joining."""

    whole_s: float = 20.0
    reply_s: float = 0.3
    """After each message: the key exchange takes a time of its own for each secret, which nobody is to measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsole:
    """A console that has confirmed."""

    console_id: str
    certificate: ConsoleCertificate


class PairingPort:
    """One invitation's. `enter` keeps the console (None: it could not be kept), `leave` undoes that."""

    def __init__(
        self,
        invitation: Invitation,
        identity: DaemonIdentity,
        *,
        clock: Clock,
        store: str,
        port: int,
        enter: Callable[[Invitation, bytes], Awaitable[NewConsole | None]],
        leave: Callable[[str], Awaitable[None]],
        times: PairingTimes | None = None,
    ) -> None:
        self._invitation = invitation
        self._identity = identity
        self._clock = clock
        self._store = store
        self._port = port
        self._enter = enter
        self._leave = leave
        self._times = times or PairingTimes()
        self._is_busy = False
        self._log = log_for("lan")

    def protocol(self) -> asyncio.BaseProtocol:
        """For one connection."""
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=64 * 1024), self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = _Talk(reader, writer, self._clock, self._times.reply_s)
        try:
            async with asyncio.timeout(self._times.whole_s):
                if self._is_busy:
                    await talk.say(Refused(code="lan.busy"))
                    return
                self._is_busy = True
                try:
                    await self._join(talk)
                finally:
                    self._is_busy = False
        except NotUnderstoodError:
            with contextlib.suppress(NotUnderstoodError, TimeoutError):
                async with asyncio.timeout(self._times.reply_s + 1):
                    await talk.say(Refused(code="lan.not_understood"))
        except TimeoutError:
            self._log.info("pairing_too_slow")
        finally:
            writer.close()

    async def _join(self, talk: "_Talk") -> None:
        begun = expected(await talk.hear(), Begin)
        if not self._invitation.is_open:
            return await talk.say(Refused(code="lan.no_invitation"))
        if begun.version != VERSION:
            return await talk.say(Refused(code="lan.version"))
        try:
            public_key = read_request(begun.request)
            exchange = PairingExchange(
                PairingSide.DAEMON,
                self._invitation.code,
                daemon_spki=self._identity.server_spki,
                console_spki=hashlib.sha256(public_key).digest(),
            )
            exchange.take(begun.exchange)
        except ValueError:
            raise NotUnderstoodError from None
        await talk.say(Answer(exchange=exchange.message))
        confirmed = expected(await talk.hear(), Confirm)
        if self._has_ended():
            return await talk.say(Refused(code="lan.no_invitation"))
        if not exchange.is_confirmed_by(confirmed.confirmation):
            left = self._invitation.tried_wrongly()
            self._log.warning("pairing_wrong_words", tries=self._invitation.wrong_tries)
            return await talk.say(Refused(code="lan.wrong_words", tries_left=left))
        await self._let_in(talk, public_key, exchange.confirmation())
        return None

    def _has_ended(self) -> bool:
        return self._invitation.state is not InvitationState.OPEN

    async def _let_in(self, talk: "_Talk", public_key: bytes, confirmation: bytes) -> None:
        invitation = self._invitation
        console = await self._enter(invitation, public_key)
        if console is None:
            invitation.end(InvitationState.FAILED)
            return await talk.say(Refused(code="lan.not_kept"))
        is_kept = False
        try:
            await talk.say(
                Welcome(
                    confirmation=confirmation,
                    instance=self._identity.instance,
                    authority=self._identity.authority_pem,
                    certificate=console.certificate.pem,
                    expires_at=console.certificate.not_after,
                    name=invitation.request.name,
                    role=invitation.request.role,
                    store=self._store[:200],
                    port=self._port,
                )
            )
            is_kept = isinstance(await talk.hear(), Kept)
        finally:
            if not is_kept:  # the other machine does not have it: nobody is let in by a half
                await asyncio.shield(self._leave(console.console_id))
        invitation.console_id = console.console_id
        invitation.end(InvitationState.PAIRED)
        return None


class _Talk:
    """Reads at once, answers at a fixed time after what was read last."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: Clock, reply_s: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._reply_s = reply_s
        self._heard_s = clock.monotonic()

    async def hear(self) -> Said:
        said = await read_message(self._reader)
        self._heard_s = self._clock.monotonic()
        return said

    async def say(self, message: Answer | Welcome | Refused) -> None:
        await asyncio.sleep(max(0.0, self._heard_s + self._reply_s - self._clock.monotonic()))
        await write_message(self._writer, message)
