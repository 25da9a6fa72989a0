"""Consoles of other machines end to end: the programs from the invitation to the shop, and the whole daemon."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from crypto.pairing_code import read_code
from daemon.api.client import ApiClient
from daemon.api.consoles import InviteConsole
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.requests import AuditQuery
from daemon.api.shops import keep_shop
from daemon.api.wire import HealthCheck, Role
from daemon.config import AdbSection, Config
from daemon.config_lan import LanSection
from daemon.lan.joining import Joining
from tests.contract.cli_runner import Ran, shopwarden

from .daemon_support import OWNER, running
from .lan_kit import free_port, lan_shop


async def test_the_command_line_from_the_invitation_to_the_shop_elsewhere(tmp_path: Path) -> None:
    async with lan_shop(tmp_path) as host:

        async def ran(*arguments: str, stdin: bytes = b"", here: str = str(host.socket)) -> Ran:
            shops = str(tmp_path / "shops")
            return await shopwarden(tmp_path, *arguments, stdin=stdin, SHOPWARDEN_SOCKET=here, SHOPWARDEN_SHOPS=shops)

        inviting = asyncio.create_task(
            ran("consoles", "invite", "--role", "reviewer", "--name", "李雷", "--for", "2m", "--json")
        )
        async with asyncio.timeout(20):
            while (invitation := host.service.invited) is None:
                await asyncio.sleep(0.02)
        assert invitation.words is not None
        typed = f"{invitation.words.upper()}\n".encode()
        place = f"127.0.0.1:{host.port}"
        joined = await ran("connect-shop", place, "--words-fd", "0", "--name", "jin", "--json", stdin=typed)
        assert joined.code == 0, joined.err
        assert [(one["name"], one["store"], one["role"]) for one in joined.items] == [("jin", "金鑫手机店", "reviewer")]
        invited = await inviting
        assert (invited.code, [one["state"] for one in invited.items]) == (0, ["paired"])
        assert invitation.words in invited.err
        for secret in (
            invitation.words,
            invitation.words.upper(),
            str(invitation.characters),
        ):  # words alone are common
            assert secret not in f"{invited.out}{joined.out}{joined.err}"
        listed = await ran("--shop", "jin", "events", "--json", here="/nowhere")
        assert (listed.code, len(listed.items)) == (0, 5)
        local = await ran("--shop", "jin", "unlock")
        assert local.code == ExitCode.USAGE and "error:" in local.err and "hint:" in local.err


async def test_the_whole_daemon_opens_its_port_and_tells_of_it(tmp_path: Path) -> None:
    section = LanSection(listen=f"127.0.0.1:{free_port()}", advertise=False)
    config = Config(adb=AdbSection(discovery="off"), lan=section)
    async with running(tmp_path, config) as service:

        async def lan_check() -> HealthCheck:
            return next(one for one in (await service.health(OWNER)).checks if one.name == "lan")

        async with asyncio.timeout(10):
            while (await lan_check()).status != "ok":
                await asyncio.sleep(0.02)
        assert str(section.listen) in (await lan_check()).detail
        invitation = await service.desks.consoles.invite(OWNER, InviteConsole(name="li", role=Role.ADMIN))
        joining = Joining(*section.place())
        shop = keep_shop(
            "li", await joining.ask(read_code(invitation.words or "")), {"SHOPWARDEN_SHOPS": str(tmp_path)}
        )
        await joining.kept()
        async with ApiClient(shop, "zh") as client:
            assert (await client.hello()).role is Role.ADMIN
            with pytest.raises(ApiRefusedError) as refused:
                await client.call("POST", "/v1/keys/rotate", msgspec.Raw)
            assert refused.value.code == "permission.local_only"
        denied = [one.action for one in await service.audit(OWNER, AuditQuery())]
        assert "denied.keys.manage" in denied
