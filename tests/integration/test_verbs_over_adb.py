"""Verbs through the real adb server: one server, one phone for each test; the breadth is in `test_verbs_table.py`."""

import asyncio
from dataclasses import replace
from pathlib import Path

from adb_bridge.secret import Secret
from adb_bridge.session import Session
from adb_bridge.simphone.command_faults import CommandFault, FaultMode
from adb_bridge.simphone.profiles.specs import spec_of
from adb_bridge.simphone.spec import Latencies
from adb_bridge.verbs.carry import carry_out, read_back
from adb_bridge.verbs.facts import PhoneFacts, probe_facts
from adb_bridge.verbs.orders import Freeze, KeepAlive, Lock, Message, Order, Reboot, SetPin, Unfreeze
from adb_bridge.verbs.result import Ending, VerbResult
from adb_bridge.verbs.trail import Patience
from tests.integration.bridge_support import CLOCK, connected, running_bridge

PATIENCE = Patience(look_s=3.0, act_s=0.4, settle_s=0.2, pause_s=0.05)
WECHAT = "com.tencent.mm"


async def test_verbs_one_after_the_other(tmp_path: Path) -> None:
    spec = spec_of("hyperos", serial="V1", latencies=Latencies(boot_s=0.1), clones=(WECHAT,))
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        facts = await probe_facts(session)
        assert len(phone.journal) == 1
        assert facts.users == (0, 999)
        assert facts.takes_key_events is False

        async def do(order: Order) -> VerbResult:
            return await carry_out(order, session, facts, CLOCK, patience=PATIENCE)

        text = "请联系店长\n$(reboot) `id` \"it's\" 'x'"
        assert (await do(Message(title="a", text=text, tag="m"))).ending is Ending.DONE
        assert (await do(Freeze(packages=(WECHAT,)))).ending is Ending.DONE
        assert all(phone.handset.packages.state(WECHAT, user).suspended_by for user in (0, 999))
        assert (await do(Unfreeze(packages=(WECHAT,)))).ending is Ending.DONE
        assert (await do(KeepAlive())).code == "setting_refused"
        assert (await do(Lock())).code == "refused"
        assert (await do(SetPin(new=Secret("4711"), old=Secret("2580")))).ending is Ending.DONE
        assert phone.handset.power.check("4711") == "ok"
        phone.faults.commands.add(CommandFault(match="locksettings set-pin*", mode=FaultMode.EFFECT_THEN_HANG))
        assert (await do(SetPin(new=Secret("4712"), old=Secret("4711")))).ending is Ending.DONE
        phone.faults.commands.add(CommandFault(match="pm suspend*", mode=FaultMode.EFFECT_THEN_DROP))
        dropped = await do(Freeze(packages=(WECHAT,)))
        assert (dropped.ending, dropped.code) == (Ending.UNSURE, "link_lost")


async def test_a_restart_is_done_when_the_phone_is_back(tmp_path: Path) -> None:
    spec = spec_of("aosp-15", serial="V1", latencies=Latencies(boot_s=0.1))
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (_, session):
        facts = await probe_facts(session)
        order = Reboot(boot_id_before=facts.boot_id)
        assert (await read_back(order, session, facts, CLOCK, patience=PATIENCE)).code == "not_in_effect"
        sent = await carry_out(order, session, facts, CLOCK, patience=PATIENCE)
        assert (sent.ending, sent.code) == (Ending.UNSURE, "rebooting")
        back = await _when_back(order, session, facts)
        assert (back.ending, back.code) == (Ending.DONE, "rebooted")
        busy = replace(facts, in_call=True)
        waiting = await carry_out(order, session, busy, CLOCK, patience=PATIENCE)
        assert (waiting.ending, waiting.code) == (Ending.NOT_NOW, "in_call")


async def _when_back(order: Order, session: Session, facts: PhoneFacts) -> VerbResult:
    """As the daemon does: ask again until the phone answers."""
    found = VerbResult(ending=Ending.UNSURE, code="rebooting")
    async with asyncio.timeout(30):
        while found.ending is Ending.UNSURE:
            await asyncio.sleep(0.1)
            found = await read_back(order, session, facts, CLOCK, patience=PATIENCE)
    return found
