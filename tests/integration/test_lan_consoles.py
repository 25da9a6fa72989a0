"""Consoles of other machines over real TLS on loopback: joining, working, being refused and being ended."""

import asyncio
import contextlib
import json
import os
import re
import socket
import ssl
import stat
from datetime import timedelta
from pathlib import Path

import aiohttp
import msgspec
import pytest

from crypto.console_certs import ConsoleKey, new_identity, read_request
from crypto.pairing_code import new_code, read_code
from daemon.api.client import ApiClient
from daemon.api.consoles import InvitationState
from daemon.api.consoles_client import cancel_console_invitation, consoles, revoke_console
from daemon.api.errors import ApiClientError, ApiRefusedError, ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.shop_tls import PinnedContext, ShopResolver, name_of
from daemon.api.shops import RemoteShop, change_shop, forget_shop, keep_shop, list_shops, load_shop
from daemon.api.wire import EventQuery, Role
from daemon.config_lan import LanSection
from daemon.errors import DaemonError
from daemon.http.routes import ROUTES
from daemon.http.server import ApiLimits
from daemon.lan.joining import Joining
from daemon.roles import LOCAL_ONLY, may
from tests.archive_kit import enrolment

from .lan_kit import LanHost, free_port, lan_shop


async def hello_of(shop: RemoteShop) -> tuple[str, Role]:
    async with ApiClient(shop, "en") as client:
        hello = await client.hello()
        return hello.store, hello.role


async def refusal_of(shop: RemoteShop) -> str:
    with pytest.raises(ApiClientError) as refused:
        await hello_of(shop)
    assert refused.value.message and refused.value.hint
    return refused.value.code


async def actions(host: LanHost) -> list[tuple[str, str, str]]:
    return [(one.actor, one.action, one.target) for one in await host.archive.audit_entries(limit=100)][::-1]


async def test_a_console_joins_works_with_its_role_and_is_ended_at_once(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        shop = await host.join("li-lei", Role.REVIEWER)
        assert (shop.address.store, shop.address.console, shop.address.role) == ("金鑫手机店", "li-lei", "reviewer")
        for file in shop.folder.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(shop.folder.stat().st_mode) == 0o700
        async with ApiClient(load_shop("li-lei", host.env), "en") as client:
            assert (await client.hello()).role is Role.REVIEWER
            assert len(await client.events(EventQuery())) == 5
            async with client.attachment("ev_file", 1, "complaint") as download:
                assert b"".join([piece async for piece in download.chunks]) == b"one"
            with pytest.raises(ApiRefusedError) as refused:
                await client.audit()
            assert refused.value.code == "permission.denied"
            called = {caller.name for name, caller in host.service.calls if name == "events"}
            assert called == {"console:li-lei"}

            stream = client.stream()
            assert (await anext(stream)).hello is not None
            (paired,) = await consoles(host.local)
            assert (paired.name, paired.is_connected, paired.revoked_at) == ("li-lei", True, None)
            revoked = await revoke_console(host.local, "li-lei")
            assert revoked.revoked_by == "owner"
            async with asyncio.timeout(1):
                with pytest.raises(ApiUnreachableError) as cut:
                    async for _ in stream:
                        pass
            assert cut.value.code == "daemon.link_lost"
            with pytest.raises(ApiRefusedError) as refused:
                await client.hello()
            assert (refused.value.code, refused.value.exit_code) == ("lan.revoked", ExitCode.NOT_PERMITTED)
        with pytest.raises(ApiRefusedError):
            await revoke_console(host.local, "li-lei")
        said = [action for _, action, _ in await actions(host)]
        assert said == ["consoles.invite", "consoles.pair", "consoles.revoke"]
        assert (await host.archive.verify()).ok
    async with lan_shop(tmp_path) as host:  # after a restart
        moved = change_shop(shop, msgspec.structs.replace(shop.address, port=host.port))
        assert await refusal_of(moved) == "lan.revoked"
        again = await host.join("li-lei", Role.AUDITOR)
        assert await hello_of(again) == ("测试店", Role.AUDITOR)


async def test_a_restart_keeps_the_identity_and_an_owner_comes_in_only_where_that_is_permitted(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        for role, code in ((Role.OWNER, "lan.owner_not_wanted"), (Role.EMPLOYEE, "lan.employee_missing")):
            with pytest.raises(ApiRefusedError) as refused:
                await host.invite(role=role)
            assert refused.value.code == code
        await host.archive.add_enrolment(enrolment())
        with pytest.raises(ApiRefusedError) as refused:
            await host.invite("wang", Role.EMPLOYEE, employee="林小宇")
        assert (refused.value.code, refused.value.exit_code) == ("employee.not_found", ExitCode.NOT_FOUND)
        await host.join("wang", Role.EMPLOYEE, employee="林小雨")
        async with ApiClient(host.joined[0], "zh") as client:
            await client.hello()
        assert [caller.employee for name, caller in host.service.calls if name == "hello"] == ["林小雨"]
        (seen,) = await consoles(host.local)
        assert seen.last_seen_at is not None and seen.last_seen_at >= seen.paired_at
        with pytest.raises(ApiRefusedError) as refused:
            await host.invite("wang")
        assert refused.value.code == "lan.name_taken"
        port = host.port
    allowed = LanSection(listen=f"127.0.0.1:{port}", advertise=False, owner_consoles=True)
    async with lan_shop(tmp_path, section=allowed) as host:
        assert (await hello_of(load_shop("wang", host.env)))[1] is Role.EMPLOYEE
        shop = await host.join("boss", Role.OWNER)
        async with ApiClient(shop, "en") as client:
            assert (await client.hello()).role is Role.OWNER
            with pytest.raises(ApiRefusedError) as refused:  # what opens doors is done at the box
                await revoke_console(client, "wang")
            assert refused.value.code == "permission.local_only"
            with pytest.raises(ApiRefusedError) as refused:
                await client.call("POST", "/v1/web/sessions", msgspec.Raw)
            assert refused.value.code == "permission.local_only"
    narrowed = LanSection(listen=f"127.0.0.1:{port}", advertise=False)
    async with lan_shop(tmp_path, section=narrowed) as host:
        assert await refusal_of(shop) == "lan.owner_here_only"


async def test_three_wrong_tries_end_an_invitation_and_so_does_its_time(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        invitation = await host.invite()
        left = []
        for _ in range(4):
            joining = Joining("127.0.0.1", host.port)
            with pytest.raises(DaemonError) as refused:
                await joining.ask(new_code())
            await joining.close()
            left.append((refused.value.code, refused.value.values.get("left")))
        assert left[:3] == [("lan.wrong_words", 2), ("lan.wrong_words", 1), ("lan.wrong_words", 0)]
        assert left[3][0] in ("lan.no_invitation", "lan.not_there")
        assert (await host.state_of(invitation)).state is InvitationState.USED_UP
        joining = Joining("127.0.0.1", host.port)
        with pytest.raises(DaemonError):  # also with the right words
            await joining.ask(read_code(invitation.words or ""))
        async with asyncio.timeout(5):
            while ("daemon", "consoles.wrong_words", "console:office tries=3") not in await actions(host):
                await asyncio.sleep(0.02)

        invitation = await host.invite(valid_s=60)
        host.clock.advance(61)
        async with asyncio.timeout(5):
            while (await host.state_of(invitation)).state is InvitationState.OPEN:
                await asyncio.sleep(0.02)
        assert (await host.state_of(invitation)).state is InvitationState.EXPIRED

        invitation = await host.invite()
        await cancel_console_invitation(host.local, invitation.invitation_id)
        with pytest.raises(DaemonError) as refused:
            await Joining("127.0.0.1", host.port).ask(read_code(invitation.characters or ""))
        assert refused.value.code in ("lan.no_invitation", "lan.not_there")
        assert await consoles(host.local) == ()


async def test_who_does_not_keep_what_they_were_given_is_not_let_in(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        invitation = await host.invite()
        joining = Joining("127.0.0.1", host.port)
        new = await joining.ask(read_code(invitation.characters or ""))
        await joining.close()
        shop = keep_shop("office", new, host.env)

        async def is_revoked() -> bool:
            return [one.revoked_by for one in await consoles(host.local)] == ["daemon"]

        async with asyncio.timeout(5):
            while not await is_revoked():
                await asyncio.sleep(0.02)
        assert await refusal_of(shop) == "lan.revoked"
        assert (await host.state_of(invitation)).state is InvitationState.OPEN  # the same words do for another try


def certificate_of(pem: str, key: ConsoleKey, folder: Path) -> ssl.SSLContext:
    folder.mkdir()
    (folder / "c.pem").write_text(pem)
    (folder / "c.key").write_bytes(key.pem())
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(folder / "c.pem", folder / "c.key")
    return context


async def is_answered(host: LanHost, context: ssl.SSLContext) -> bool:
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        try:
            async with session.get(f"https://127.0.0.1:{host.port}/v1/hello") as response:
                return response.status < 600
        except aiohttp.ClientError:
            return False


async def test_tls_lets_nobody_else_in(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        shop = await host.join()
        own, key = host.door.identity, ConsoleKey()
        assert own is not None
        public = read_request(key.request())
        now = host.clock.now()
        nobody = ssl.create_default_context()
        nobody.check_hostname, nobody.verify_mode = False, ssl.CERT_NONE
        strangers = new_identity().certificate_for(public, name="cn_1", now=now)
        expired = own.certificate_for(public, name="cn_1", now=now - timedelta(days=91))
        unknown = own.certificate_for(public, name="cn_1", now=now)
        before = host.service.calls.copy()
        assert not await is_answered(host, nobody)
        assert not await is_answered(host, certificate_of(strangers.pem, key, tmp_path / "strangers"))
        assert not await is_answered(host, certificate_of(expired.pem, key, tmp_path / "expired"))
        old = PinnedContext.of(shop)
        old.minimum_version = ssl.TLSVersion.TLSv1_2
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        assert not await is_answered(host, old)
        assert await is_answered(host, certificate_of(unknown.pem, key, tmp_path / "unknown"))  # with a 403
        assert host.service.calls == before
        context = certificate_of(unknown.pem, key, tmp_path / "again")
        url, headers = f"https://127.0.0.1:{host.port}/v1/hello", {"X-Shopwarden-Session": "x"}
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session,
            session.get(url, headers=headers) as response,
        ):
            assert response.status == 403
            assert json.loads(await response.read())["code"] == "lan.not_paired"
        assert (await hello_of(shop))[1] is Role.REVIEWER


async def test_a_client_speaks_to_the_pinned_key_only_and_says_what_is_wrong(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host, lan_shop(_made(tmp_path / "other")) as other:
        shop, elsewhere = await host.join(), await other.join()
        replace = msgspec.structs.replace
        sent = other.service.calls.copy()
        lured = RemoteShop(name="office", folder=shop.folder, address=replace(shop.address, port=other.port))
        assert await refusal_of(lured) == "shop.other_key"
        # the right authority and another key: a console of the shop cannot pose as the shop either
        unpinned = RemoteShop(name="office", folder=shop.folder, address=replace(shop.address, pin="0" * 64))
        assert await refusal_of(unpinned) == "shop.other_key"
        named = RemoteShop(name="office", folder=shop.folder, address=replace(shop.address, instance="0" * 16))
        assert await refusal_of(named) == "shop.other_key"
        assert other.service.calls == sent
        gone = RemoteShop(name="office", folder=shop.folder, address=replace(shop.address, port=1))
        with pytest.raises(ApiUnreachableError) as unreachable:
            await hello_of(gone)
        assert unreachable.value.exit_code is ExitCode.UNREACHABLE
        # the certificate of another shop's console
        shop.certificate.write_bytes(elsewhere.certificate.read_bytes())
        shop.key.write_bytes(elsewhere.key.read_bytes())
        assert await refusal_of(shop) == "shop.not_let_in"
        shop.key.write_bytes(b"nothing")
        assert await refusal_of(shop) == "shop.damaged"
        late = replace(elsewhere.address, expires_at=host.clock.now() - timedelta(seconds=1))
        assert await refusal_of(change_shop(elsewhere, late)) == "lan.expired"
        for name, code in (("nowhere", "shop.unknown"), ("../x", "shop.name")):
            with pytest.raises(Exception, match=code):
                load_shop(name, host.env)
        forget_shop("office", host.env)
        assert list_shops(host.env) == ()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_a_certificate_is_renewed_before_it_ends_and_what_is_open_goes_on(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        shop = await host.join()
        due = msgspec.structs.replace(shop.address, expires_at=host.clock.now() + timedelta(days=29))
        host.clock.advance(3600)
        first = shop.certificate.read_text()
        async with ApiClient(change_shop(shop, due), "en") as client:
            await client.hello()
            await client.events(EventQuery(limit=1))
        kept = load_shop("office", host.env)
        assert kept.certificate.read_text() != first
        assert kept.address.expires_at - host.clock.now() > timedelta(days=89)
        assert await hello_of(kept) == ("测试店", Role.REVIEWER)
        assert [action for _, action, _ in await actions(host)].count("consoles.renew") == 1
        with pytest.raises(ApiRefusedError):  # nothing to renew at the box
            await host.local.call("POST", "/v1/consoles/renewal", msgspec.Raw)
        host.clock.advance(91 * 24 * 3600)
        assert await refusal_of(kept) == "lan.expired"  # by the shop's clock


async def test_half_open_and_slow_connections_stop_neither_the_box_nor_a_console(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        shop = await host.join()
        handles = len(os.listdir("/proc/self/fd"))
        opened: list[asyncio.StreamWriter] = []
        slow = b"\x16\x03\x01\x02\x00\x01"
        for number in range(1000):
            _, writer = await asyncio.open_connection("127.0.0.1", host.port)
            opened.append(writer)
            if number % 3 == 0:
                writer.write(slow[: 1 + number % len(slow)])
            if number % 250 == 0:
                async with asyncio.timeout(1):
                    assert (await host.local.hello()).role is Role.OWNER
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            assert await hello_of(shop) == ("测试店", Role.REVIEWER)
            assert (await host.local.hello()).role is Role.OWNER
        for writer in opened:
            writer.transport.abort()
        async with asyncio.timeout(8):
            while len(os.listdir("/proc/self/fd")) > handles + 3:
                await asyncio.sleep(0.05)


async def test_a_console_that_sends_half_a_request_is_hung_up_on(tmp_path: Path) -> None:
    async with lan_shop(tmp_path, limits=ApiLimits(idle_timeout_s=0.3)) as host:
        shop = await host.join()
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", host.port, ssl=PinnedContext.of(shop), server_hostname=name_of(shop)
        )
        async with asyncio.timeout(3):
            for piece in b"GET /v1/hello HTTP/1.1":
                writer.write(bytes([piece]))
                await asyncio.sleep(0.05)
                if reader.at_eof():
                    break
            assert await reader.read() == b""
        writer.close()


async def test_a_shop_that_swallows_everything_counts_as_unreachable(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:
        shop = await host.join()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("daemon.api.transport.CONNECT_TIMEOUT_S", 0.2)
            with socket.socket() as full:  # nobody accepts, and its queue is full
                full.bind(("127.0.0.1", 0))
                full.listen(0)
                address = full.getsockname()
                waiting = [socket.socket() for _ in range(4)]
                for one in waiting:
                    one.setblocking(False)
                    one.connect_ex(address)
                swallowed = msgspec.structs.replace(shop.address, port=address[1])
                assert await refusal_of(change_shop(shop, swallowed)) == "daemon.not_running"
                for one in waiting:
                    one.close()


async def test_each_console_has_its_own_share(tmp_path: Path) -> None:
    async with lan_shop(tmp_path, limits=ApiLimits(console_burst=5, console_calls_per_minute=1)) as host:
        busy, quiet = await host.join("busy"), await host.join("quiet")
        async with ApiClient(busy, "en") as client:
            with pytest.raises(ApiRefusedError) as refused:
                for _ in range(6):
                    await client.hello()
            assert refused.value.code == "request.too_many"
        assert (await hello_of(quiet))[1] is Role.REVIEWER
        for _ in range(10):
            await host.local.hello()


@pytest.mark.parametrize("role", list(Role))
async def test_over_the_lan_each_role_gets_what_the_table_says_and_never_what_is_done_at_the_box(
    tmp_path: Path, role: Role
) -> None:
    section = LanSection(listen=f"127.0.0.1:{free_port()}", advertise=False, owner_consoles=True)
    async with lan_shop(tmp_path, section=section, limits=ApiLimits(console_burst=2000)) as host:
        await host.archive.add_enrolment(enrolment())
        shop = await host.join("one", role, employee="林小雨" if role is Role.EMPLOYEE else None)
        connector = aiohttp.TCPConnector(ssl=PinnedContext.of(shop), resolver=ShopResolver(shop))
        base = f"https://{name_of(shop)}:{host.port}"
        async with aiohttp.ClientSession(connector=connector) as session:
            for route in ROUTES:
                path = re.sub(r"\{\w+\}", "x1", route.path)
                async with session.request(route.method, base + path, data=b"{}") as response:
                    is_permitted = may(role, route.permission) and route.permission not in LOCAL_ONLY
                    assert (response.status != 403) is is_permitted, (role, route.method, route.path)


async def test_off_means_off(tmp_path: Path) -> None:
    async with lan_shop(tmp_path, section=LanSection()) as host:
        with pytest.raises(ApiRefusedError) as refused:
            await host.invite()
        assert refused.value.code == "lan.off"
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", host.port)
        assert await host.archive.consoles.identity() is None
        with contextlib.suppress(OSError):
            await asyncio.open_connection("127.0.0.1", host.port + 1)
            pytest.fail("joining is open")
