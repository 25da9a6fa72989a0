"""Joining a shop from another machine: the other side of `pairing_port`. Nothing is kept before both have confirmed."""

import asyncio
import ssl
from datetime import UTC
from typing import Final

from crypto.console_certs import ConsoleKey
from crypto.console_pairing import PairingExchange, PairingSide
from crypto.pairing_code import PairingCode

from ..api.exit_codes import ExitCode
from ..api.shops import NewShop, ShopAddress
from ..api.spki import spki_hash
from ..errors import DaemonError
from .pairing_wire import VERSION, Answer, Begin, Confirm, Kept, NotUnderstoodError, Refused, Said, Welcome
from .pairing_wire import receive as read_message
from .pairing_wire import send as write_message

CONNECT_S: Final = 8.0
WHOLE_S: Final = 30.0
_EXIT_CODES: Final = {"lan.busy": ExitCode.TIMEOUT, "lan.version": ExitCode.USAGE, "lan.not_kept": ExitCode.VAULT}


class Joining:
    """One try at one address. Every failure is a DaemonError with the code of `consoles.toml`."""

    def __init__(self, host: str, port: int) -> None:
        """`port`: of the consoles; joining takes the next one."""
        self._host = host
        self._port = port
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, code: PairingCode) -> NewShop:
        """Both sides have confirmed; the shop waits for `kept`."""
        try:
            async with asyncio.timeout(WHOLE_S):
                return await self._ask(code)
        except TimeoutError:
            raise self._not_there() from None
        except NotUnderstoodError:
            raise DaemonError("lan.not_understood", ExitCode.UNREACHABLE) from None

    async def kept(self) -> None:
        """It is on the disk: from now on the shop knows this console."""
        if self._writer is None:
            return
        try:
            async with asyncio.timeout(CONNECT_S):
                await write_message(self._writer, Kept())
        except (TimeoutError, NotUnderstoodError):
            raise self._not_there() from None

    async def close(self) -> None:
        """Without `kept`, the shop forgets this console. Harmless twice."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    async def _ask(self, code: PairingCode) -> NewShop:
        reader, writer = await self._connected()
        self._writer = writer
        certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        try:
            daemon_spki = spki_hash(certificate or b"")
        except ValueError:
            raise NotUnderstoodError from None
        key = ConsoleKey()
        exchange = PairingExchange(PairingSide.CONSOLE, code, daemon_spki=daemon_spki, console_spki=key.spki)
        await write_message(writer, Begin(version=VERSION, exchange=exchange.message, request=key.request()))
        answer = _unless_refused(await read_message(reader))
        if not isinstance(answer, Answer):
            raise NotUnderstoodError
        try:
            exchange.take(answer.exchange)
        except ValueError:
            raise NotUnderstoodError from None
        await write_message(writer, Confirm(confirmation=exchange.confirmation()))
        welcome = _unless_refused(await read_message(reader))
        if not isinstance(welcome, Welcome):
            raise NotUnderstoodError
        if not exchange.is_confirmed_by(welcome.confirmation):
            raise DaemonError("lan.not_confirmed", ExitCode.INTEGRITY)
        return NewShop(
            address=ShopAddress(
                host=self._host,
                port=welcome.port,
                instance=welcome.instance,
                pin=daemon_spki.hex(),
                store=welcome.store,
                console=welcome.name,
                role=welcome.role.value,
                expires_at=welcome.expires_at.astimezone(UTC),
            ),
            key=bytes(key.pem()),
            certificate=welcome.certificate,
            authority=welcome.authority,
        )

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(CONNECT_S):
                return await asyncio.open_connection(
                    self._host, self._port + 1, ssl=_unknown_server(), ssl_handshake_timeout=CONNECT_S, limit=64 * 1024
                )
        except (OSError, TimeoutError):
            raise self._not_there() from None

    def _not_there(self) -> DaemonError:
        return DaemonError("lan.not_there", ExitCode.UNREACHABLE, address=f"{self._host}:{self._port + 1}")


def _unless_refused(said: Said) -> Said:
    if isinstance(said, Refused):
        exit_code = _EXIT_CODES.get(said.code, ExitCode.NOT_PERMITTED)
        known = {"lan.wrong_words", "lan.no_invitation", "lan.not_understood", *_EXIT_CODES}
        code = said.code if said.code in known else "lan.not_understood"
        raise DaemonError(code, exit_code, left=said.tries_left)
    return said


def _unknown_server() -> ssl.SSLContext:
    """The words say who it is, not an authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
