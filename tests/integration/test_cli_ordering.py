"""`shopwarden` telling phones something: the real command line against a real daemon with simulated phones."""

import asyncio
from pathlib import Path

from daemon.api.exit_codes import ExitCode
from tests.contract.cli_runner import Ran, shopwarden

from .daemon_support import enrolled, phone, quick_config, running


def states(ran: Ran) -> dict[str, object]:
    return {str(item["device"]): item.get("state", item.get("why_not")) for item in ran.items}


async def test_telling_phones_something_from_the_command_line(tmp_path: Path) -> None:
    async with (
        phone("SIMCLI1") as one,
        phone("SIMCLI2", pin=None) as two,
        running(tmp_path, quick_config(one, two)) as service,
    ):
        for serial in ("SIMCLI1", "SIMCLI2"):
            await enrolled(service, serial)
        state = tmp_path / "state"
        why = ("--reason", "打烊", "--json")
        both = await shopwarden(state, "lock", "--all", "--wait", "30", *why)
        assert states(both) == {"SIMCLI1": "acknowledged", "SIMCLI2": "failed"}
        assert both.code == ExitCode.PARTIAL, "one of two is not success"
        batch_id = str(both.items[0]["batch_id"])
        one_phone = await shopwarden(state, "lock", "SIMCLI1", "--wait", "30", *why)
        assert (one_phone.code, states(one_phone)) == (ExitCode.OK, {"SIMCLI1": "acknowledged"})
        some = await shopwarden(state, "message", "SIMCLI1", "NOBODY", "--text", "请到前台", *why)
        assert some.code == ExitCode.PARTIAL
        assert states(some)["NOBODY"] == "device.not_found"
        named = await shopwarden(state, "lock", "SIMCLI2", "--key", "night-0001", *why)
        again = await shopwarden(state, "lock", "SIMCLI2", "--key", "night-0001", *why)
        assert named.items[0]["command_id"] == again.items[0]["command_id"]
        locked = str(one_phone.items[0]["command_id"])
        shown, plain, listed, batches, batch, verbs, wrong, both_ways, vault, no_reason = await asyncio.gather(
            shopwarden(state, "commands", "show", locked, "--json"),
            shopwarden(state, "--lang", "zh", "commands", "show", locked),
            shopwarden(state, "commands", "--status", "failed", "--batch", batch_id, "--json"),
            shopwarden(state, "batches", "--json"),
            shopwarden(state, "batches", "show", batch_id),
            shopwarden(state, "devices", "verbs", "SIMCLI2", "--lang", "zh"),
            shopwarden(state, "lock", *why),
            shopwarden(state, "ring", "SIMCLI1", "--all", *why),
            shopwarden(state, "unlock", "--json"),
            shopwarden(state, "unlock", "SIMCLI1", "--yes"),
        )
        transitions = shown.items[0]["transitions"]
        assert isinstance(transitions, list)
        assert [step["state_to"] for step in transitions] == ["sent", "acknowledged"]
        assert "locked" in transitions[1]["result"] and transitions[1]["steps"]
        assert "已锁定" in plain.out and "打烊" in plain.out
        assert [item["device"] for item in listed.items] == ["SIMCLI2"]
        assert batch_id in {item["batch_id"] for item in batches.items}
        assert (batch.code, "SIMCLI2" in batch.out) == (ExitCode.OK, True)
        assert "不可以" in verbs.out
        assert (wrong.code, wrong.out, both_ways.code) == (ExitCode.USAGE, "", ExitCode.USAGE)
        assert vault.items[0]["is_sealed"] is False, "without a phone, `unlock` is the vault's"
        assert no_reason.code == ExitCode.USAGE
        no_pin = await shopwarden(state, "unlock", "SIMCLI1", "--wait", "30", *why)
        assert (no_pin.code, no_pin.items[0]["result"]) == (ExitCode.PARTIAL, "no_pin_held")
