"""Erasing a phone by test harness mode, through the real adb: done is said only of a phone that came back empty."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from adb_bridge.bridge import Bridge
from adb_bridge.records import AdbState, TransportSerial
from adb_bridge.session import Session
from adb_bridge.simphone.command_faults import CommandFault, FaultMode
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.spec import Latencies, PhoneSpec, Wipe
from adb_bridge.verbs.facts import probe_facts
from adb_bridge.verbs.result import Ending, VerbResult
from adb_bridge.verbs.trail import Patience
from adb_bridge.verbs.wipe import is_empty, plant_marks, planted, start_wipe, wipe_preconditions

from .bridge_support import CLOCK, connected, running_bridge, until_state

MARK = "0123456789abcdef"
QUICK = Latencies(boot_s=0.1, wipe_s=0.05)
ENABLE = "cmd testharness enable*"
PATIENCE = Patience(look_s=3.0, act_s=3.0, at_most_s=8.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A phone, what goes wrong, and what is known in the end."""

    name: str
    ending: Ending
    code: str
    sdk: int = 34
    pin: str | None = None
    wipe: Wipe = Wipe.EMPTIED
    fault: FaultMode | None = None
    profile: str | None = None

    @property
    def spec(self) -> PhoneSpec:
        if self.profile is not None:
            return spec_of(self.profile, serial=f"SIM{self.name}", pin=self.pin, latencies=QUICK, wipe=self.wipe)
        return PhoneSpec(serial=f"SIM{self.name}", sdk=self.sdk, pin=self.pin, latencies=QUICK, wipe=self.wipe)


CASES = (
    Case(name="A", sdk=29, ending=Ending.DONE, code="emptied"),
    Case(name="B", sdk=34, ending=Ending.DONE, code="emptied"),
    Case(name="C", sdk=36, ending=Ending.DONE, code="emptied"),
    Case(name="D", profile="hyperos", ending=Ending.DONE, code="emptied"),
    Case(name="E", profile="emui", ending=Ending.IMPOSSIBLE, code="no_test_harness"),
    Case(name="F", profile="coloros", ending=Ending.IMPOSSIBLE, code="no_data_block"),
    Case(name="G", profile="vivo", ending=Ending.DONE, code="emptied"),
    Case(name="H", profile="oneui", ending=Ending.DONE, code="emptied"),
    Case(name="I", profile="honor", ending=Ending.DONE, code="emptied"),
    Case(name="J", wipe=Wipe.KEPT, ending=Ending.REFUSED, code="not_erased"),
    Case(name="K", wipe=Wipe.NEVER_BACK, ending=Ending.UNSURE, code="link_lost"),
    Case(name="L", pin="2580", ending=Ending.REFUSED, code="screen_lock_left"),
    Case(name="M", sdk=28, ending=Ending.IMPOSSIBLE, code="no_test_harness"),
    Case(name="N", fault=FaultMode.SILENT, ending=Ending.REFUSED, code="still_running"),
    Case(name="O", fault=FaultMode.EXIT, ending=Ending.IMPOSSIBLE, code="no_data_block"),
    Case(name="P", fault=FaultMode.GARBAGE, ending=Ending.REFUSED, code="still_running"),
    Case(name="Q", fault=FaultMode.DROP, ending=Ending.REFUSED, code="still_running"),
    Case(name="R", fault=FaultMode.EFFECT_THEN_DROP, ending=Ending.DONE, code="emptied"),
    Case(name="S", fault=FaultMode.EFFECT_THEN_GARBAGE, ending=Ending.DONE, code="emptied"),
)


async def test_done_is_said_only_of_a_phone_that_came_back_empty(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, workers=32) as bridge:
        ended = await asyncio.gather(*(carried_out(bridge, case) for case in CASES))
    told = {case.name: (result.ending, result.code) for case, result in zip(CASES, ended, strict=True)}
    assert told == {case.name: (case.ending, case.code) for case in CASES}


async def carried_out(bridge: Bridge, case: Case) -> VerbResult:
    async with connected(bridge, case.spec) as (phone, session):
        phone.store.add_sms(address="1", body="x")
        if case.fault is not None:
            phone.faults.commands.add(CommandFault(match=ENABLE, mode=case.fault))
        ready = await wipe_preconditions(session, facts := await probe_facts(session), CLOCK)
        assert ready.must_clear == (case.pin is not None and ready.route is not None)
        if ready.route is None:
            return ready.result
        assert ready.result.ending is Ending.DONE
        before = await plant_marks(session, MARK)
        assert before is not None and planted(before) == 2
        assert before.has_messages in {True, None}
        sent = await start_wipe(session, ready.route, facts, CLOCK)
        if sent.ending is not Ending.UNSURE:
            assert phone.store.sms()
            return sent
        found = await is_empty(session, before, MARK, CLOCK, wait_s=1.0, patience=PATIENCE)
        while found.ending is Ending.UNSURE and case.wipe is not Wipe.NEVER_BACK:
            await asyncio.sleep(0.1)
            found = await is_empty(await back(bridge, phone), before, MARK, CLOCK, wait_s=1.0, patience=PATIENCE)
        if found.ending is Ending.DONE:
            assert not phone.store.sms()
        return found


async def back(bridge: Bridge, phone: SimPhone) -> Session:
    await bridge.connect(phone.address)
    await until_state(bridge, phone.address, AdbState.DEVICE)
    return bridge.session(TransportSerial(phone.address))
