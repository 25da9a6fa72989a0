"""Joining with somebody in between, with somebody in the way, and with somebody who announces what is not theirs."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adb_bridge.shop_advert import ShopAdvert, ShopSighting, advertised, find_shops
from crypto.console_certs import DaemonIdentity, new_identity, read_request
from crypto.console_pairing import PairingExchange, PairingSide
from crypto.pairing_code import new_code, read_code
from daemon.api.consoles import InvitationState
from daemon.api.consoles_client import consoles
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Role
from daemon.cli.shops import confirmed
from daemon.errors import DaemonError
from daemon.lan.door import listening_socket
from daemon.lan.joining import Joining
from daemon.lan.pairing_port import PairingTimes
from daemon.lan.pairing_wire import Answer, Begin, NotUnderstoodError, Refused, Welcome, expected, receive, send
from daemon.lan.tls import pairing_context

from .lan_kit import free_port, lan_shop


def unknowing() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@asynccontextmanager
async def relay(identity: DaemonIdentity, to_port: int) -> AsyncIterator[int]:
    """Ends TLS with a key of its own and passes every byte on."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(4096):
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs = await asyncio.open_connection("127.0.0.1", to_port, ssl=unknowing())
        await asyncio.gather(pass_on(reader, theirs[1]), pass_on(theirs[0], writer), return_exceptions=True)

    port = free_port()
    listener = listening_socket("127.0.0.1", port + 1)
    server = await asyncio.start_server(serve, sock=listener, ssl=pairing_context(identity))
    try:
        yield port
    finally:
        server.close()


async def test_somebody_in_between_does_not_get_in_with_the_right_words_said_by_others(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        invitation = await host.invite()
        code = read_code(invitation.words or "")
        async with relay(new_identity(), host.port + 1) as port:
            joining = Joining("127.0.0.1", port)
            with pytest.raises(DaemonError) as refused:
                await joining.ask(code)
            await joining.close()
        assert refused.value.code == "lan.wrong_words"
        assert (await host.state_of(invitation)).wrong_tries == 1
        assert await consoles(host.local) == ()
        # straight to the shop the same words still do
        joining = Joining("127.0.0.1", host.port)
        assert (await joining.ask(code)).address.store == "金鑫手机店"
        await joining.close()


async def test_who_answers_without_the_words_is_not_believed() -> None:
    """Somebody poses as the shop, says yes to everything, and would hand out an authority of their own."""
    posing, port, now = new_identity(), free_port(), datetime.now(UTC)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun = expected(await receive(reader), Begin)
        public_key = read_request(begun.request)
        exchange = PairingExchange(
            PairingSide.DAEMON, new_code(), daemon_spki=posing.server_spki,
            console_spki=hashlib.sha256(public_key).digest(),
        )  # fmt: skip
        exchange.take(begun.exchange)
        await send(writer, Answer(exchange=exchange.message))
        await receive(reader)
        given = posing.certificate_for(public_key, name="cn_1", now=now)
        await send(
            writer,
            Welcome(
                confirmation=exchange.confirmation(), instance=posing.instance, authority=posing.authority_pem,
                certificate=given.pem, expires_at=given.not_after, name="x", role=Role.OWNER, store="s", port=port,
            ),
        )  # fmt: skip
        writer.close()

    listener = listening_socket("127.0.0.1", port + 1)
    async with await asyncio.start_server(serve, sock=listener, ssl=pairing_context(posing)):
        joining = Joining("127.0.0.1", port)
        with pytest.raises(DaemonError) as refused:
            await joining.ask(new_code())
        await joining.close()
    assert (refused.value.code, refused.value.exit_code) == ("lan.not_confirmed", ExitCode.INTEGRITY)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_one_machine_at_a_time_and_nobody_holds_the_port(tmp_path: Path) -> None:
    async with lan_shop(tmp_path, times=PairingTimes(whole_s=1.0, reply_s=0.01)) as host:
        invitation = await host.invite()
        slow_reader, slow = await asyncio.open_connection("127.0.0.1", host.port + 1, ssl=unknowing())
        slow.write(b"\0")
        await slow.drain()
        await asyncio.sleep(0.05)
        with pytest.raises(DaemonError) as refused:
            await Joining("127.0.0.1", host.port).ask(read_code(invitation.words or ""))
        assert refused.value.code == "lan.busy"
        async with asyncio.timeout(3):
            await slow_reader.read()  # ended by the daemon
        joining = Joining("127.0.0.1", host.port)
        await joining.ask(read_code(invitation.words or ""))
        await joining.kept()
        await joining.close()


async def test_what_is_not_understood_costs_no_try_and_a_replayed_first_message_gains_nothing(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        invitation = await host.invite()
        for said in (b"", b"\0\0\0\x04nope", b"\xff\xff\xff\xff", b"\0\0\0\x02{}", b"GET / HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", host.port + 1, ssl=unknowing())
            writer.write(said)
            writer.write_eof() if writer.can_write_eof() else writer.transport.abort()
            writer.close()
            del reader
        recorded: list[Begin] = []
        real_send = send

        async def recording(writer: asyncio.StreamWriter, message: object) -> None:
            if isinstance(message, Begin):
                recorded.append(message)
            await real_send(writer, message)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("daemon.lan.joining.write_message", recording)
            with pytest.raises(DaemonError):
                await Joining("127.0.0.1", host.port).ask(new_code())
        answers = []
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", host.port + 1, ssl=unknowing())
            await send(writer, recorded[0])
            answer = await receive(reader)
            assert isinstance(answer, Answer)
            answers.append(answer.exchange)
            await send(writer, recorded[0])  # instead of a confirmation
            with suppress(NotUnderstoodError):
                assert isinstance(await receive(reader), Refused)
            writer.close()
        assert answers[0] != answers[1]  # each exchange is drawn anew
        shown = await host.state_of(invitation)
        assert (shown.wrong_tries, shown.state) == (1, InvitationState.OPEN)


async def test_a_shop_is_found_again_only_where_its_own_key_answers(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host, lan_shop(_made(tmp_path / "other")) as other:
        shop = await host.join()
        said = {"instance": shop.address.instance, "pin_start": shop.address.pin[:16]}
        spoofed = ShopSighting(address="127.0.0.1", port=other.port, **said)
        nobody = ShopSighting(address="127.0.0.1", port=1, **said)
        real = ShopSighting(address="127.0.0.1", port=host.port, **said)
        foreign = ShopSighting(instance="0" * 16, pin_start="0" * 16, address="127.0.0.1", port=host.port)
        asked = other.service.calls.copy()
        assert await confirmed(shop, [foreign, nobody, spoofed], "en") is None
        found = await confirmed(shop, [spoofed, real], "en")
        assert found is not None and found.address.port == host.port
        assert other.service.calls == asked


async def test_what_is_announced_is_found_and_tells_nothing_of_the_shop() -> None:
    advert = ShopAdvert(instance="0123456789abcdef", pin_start="fedcba9876543210", port=8443)
    async with advertised(advert, ["127.0.0.1"]):
        found = await find_shops(0.7, ["127.0.0.1"])
    expected = ShopSighting(instance=advert.instance, pin_start=advert.pin_start, address="127.0.0.1", port=8443)
    assert expected in found
