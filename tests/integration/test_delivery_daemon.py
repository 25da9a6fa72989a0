"""Alert delivery in a running daemon: from a phone to a webhook, and what people do about it on the command line."""

import dataclasses
from pathlib import Path

import pytest

from daemon.api.audit_client import find_audit
from daemon.api.client import ApiClient
from daemon.api.delivery import DeliveryReason, MuteRequest
from daemon.api.requests import AuditQuery
from daemon.archive.delivery_records import EVERY_CHANNEL
from daemon.delivery.sections import DeliverySection
from daemon.service import ServiceError
from tests.contract.cli_runner import Ran, shopwarden
from tests.delivery_kit import channel, listening

from .daemon_support import ADMIN, AUDITOR, EMPLOYEE, OWNER, REVIEWER, enrolled, phone, quick_config, running, until


async def test_from_a_phone_to_a_webhook_and_what_people_do_about_it(tmp_path: Path) -> None:
    state = tmp_path / "state"

    async def cli(*arguments: str, lang: str = "zh") -> Ran:
        return await shopwarden(state, "--lang", lang, "delivery", *arguments)

    with listening() as end:
        channels = {
            "front": channel(tmp_path, end.url("/hook"), group_min=0),
            "broken": channel(tmp_path, "http://127.0.0.1:1/hook"),
        }
        async with phone("SIM7001") as one:
            config = dataclasses.replace(quick_config(one), delivery=DeliverySection(channel=channels))
            async with running(tmp_path, config) as service, ApiClient(state / "api.sock", "en") as client:
                await enrolled(service, "SIM7001")
                one.store.add_sms(address="13800000017", body="我微信 wx_lily88，加我，返点给你，13912345678")

                async def is_told() -> bool:
                    status = await service.desks.delivery.status(OWNER)
                    return bool(end.heard) and any(channel.failures for channel in status.channels)

                await until(is_told)
                raised = {alert.alert_id for alert in end.documents()[0].alerts}
                assert raised and not [s for s in (b"lily88", b"139123", b"13800000017") if s in end.heard[0].body]

                status = await cli("status", "--json")
                assert status.code == 1
                assert {str(item["name"]): item["state"] for item in status.items} == {
                    "front": "ok",
                    "broken": "failing",
                }
                assert "无法连接" in (await cli()).out
                tested = await cli("test", "front", "--json")
                assert (tested.code, tested.items[0]["ok"]) == (0, True)
                assert end.documents()[-1].kind == "test"
                failed = await cli("test", "broken", lang="en")
                assert (failed.code, "not reachable" in failed.out) == (1, True)
                assert (await cli("test", "nowhere")).code == 6
                assert (await cli("mute", "front", "--for", "0m")).code == 2

                muted = await cli("mute", "front", "--for", "2h", "--reason", "盘点", "--json")
                assert (muted.code, muted.items[0]["state"]) == (0, "muted")
                me = str(muted.items[0]["muted_by"])
                assert (await cli("unmute", "front", "--json")).items[0]["state"] == "ok"
                assert {item["state"] for item in (await cli("stop", "--json")).items} == {"stopped"}
                heard = len(end.heard)
                assert "delivery start" in (await cli("test", "front")).err and len(end.heard) == heard
                assert EVERY_CHANNEL in await service._archive.deliveries.channels()

                told = {check.name: check for check in (await service.health(OWNER)).checks}["delivery"]
                assert (told.status, me in told.detail) == ("warn", True)
                assert (await cli("start")).code == 0
                told = {check.name: check for check in (await service.health(OWNER)).checks}["delivery"]
                assert "broken" in told.detail and told.advice

                Path(channels["front"].address_file or "").chmod(0o640)
                assert "chmod 600" in (await cli("status", "--json")).out
                Path(channels["front"].address_file or "").chmod(0o600)

                assert (await cli("dead")).code == 0
                assert (await cli("dead", "retry")).code == 2
                assert (await cli("dead", "drop", "dl_0")).code == 6

                desk = service.desks.delivery
                for reader in (ADMIN, REVIEWER, AUDITOR):
                    assert len((await desk.status(reader)).channels) == 2
                for stranger in (REVIEWER, AUDITOR, EMPLOYEE):
                    with pytest.raises(ServiceError, match=r"permission\.denied"):
                        await desk.mute(stranger, "front", MuteRequest(minutes=5))
                    with pytest.raises(ServiceError, match=r"permission\.denied"):
                        await desk.stop(stranger, DeliveryReason())
                with pytest.raises(ServiceError, match=r"permission\.denied"):
                    await desk.status(EMPLOYEE)

                entries = (await find_audit(client, AuditQuery(limit=100))).items
                noted = {entry.action: entry for entry in entries if entry.action.startswith("delivery.")}
                assert noted["delivery.mute"].target in {"front minutes=120", "front minutes=0"}
                assert {"delivery.stop", "delivery.start", "delivery.test", "delivery.drop"} <= set(noted)


async def test_without_channels_nothing_is_collected(tmp_path: Path) -> None:
    async with running(tmp_path, quick_config()) as service:
        assert (await service.desks.delivery.status(OWNER)).channels == ()
        told = {check.name: check for check in (await service.health(OWNER)).checks}["delivery"]
        assert (told.status, told.advice) == ("ok", None)
