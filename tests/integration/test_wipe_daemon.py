"""A wipe through the whole daemon, the real adb server and simulated phones: what is said of it is what is so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adb_bridge.simphone.command_faults import CommandFault, FaultMode, FaultSpan
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.power import CredentialResult
from adb_bridge.simphone.spec import History, Latencies, Wipe
from daemon.api.batches import Approval, Decision
from daemon.api.pins import PinState, PinToKeep
from daemon.api.requests import AuditQuery
from daemon.api.wiping import WipeVerdict
from daemon.api.wire import Command, CommandRequest, CommandState, EventQuery, Verb, WipeParameters
from daemon.pins.desk import SHOWN_AN_HOUR
from daemon.service import ServiceError
from daemon.service_impl import DaemonService
from daemon.wiping import office
from daemon.wiping.carrier import WipeWaits

from .daemon_support import ADMIN, AUDITOR, EMPLOYEE, OWNER, REVIEWER, enrolled, phone, quick_config, running, until

QUICK = Latencies(boot_s=0.3, wipe_s=0.05)
PIN = "2580"
ENABLE = "cmd testharness enable*"
CLEAR = "locksettings clear*"
SET = "locksettings set-pin*"


async def asked(service: DaemonService, serial: str, *, without_last_read: bool = False) -> Command:
    """Asked for by one person, agreed to by another."""
    request = CommandRequest(
        device=serial,
        verb=Verb.WIPE,
        reason="left in a taxi",
        parameters=WipeParameters(typed_name=serial, without_last_read=without_last_read),
    )
    command = await service.command(ADMIN, request)
    approval = Approval(typed_name=serial, reason="agreed")
    return await service.desks.commands.approve(OWNER, command.command_id, approval)


async def ended(service: DaemonService, command: Command, *, timeout_s: float = 30) -> Command:
    async def is_over() -> bool:
        return (await service.command_by_id(OWNER, command.command_id)).state.is_terminal

    await until(is_over, timeout_s=timeout_s)
    return await service.command_by_id(OWNER, command.command_id)


async def keep_pin(service: DaemonService, serial: str, pin: str = PIN) -> None:
    await service.desks.pins.keep(OWNER, serial, PinToKeep(pin=pin, reason="set on the bench", is_on_phone=True))


@contextlib.asynccontextmanager
async def many(names: tuple[str, ...], **spec: object) -> AsyncIterator[list[SimPhone]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                phone(name, latencies=QUICK, pin=PIN, history=History(sms=3, calls=2, contacts=2), **spec)
            )
            for name in names
        ]


async def test_an_erased_phone_is_locked_anew_unenrolled_and_certified(tmp_path: Path) -> None:
    async with many(("SIMWIPE1",)) as (one,), running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMWIPE1")
        await keep_pin(service, "SIMWIPE1")
        before = await service.events(OWNER, EventQuery(limit=100))
        outlook = await service.desks.wipes.outlook(ADMIN, "SIMWIPE1")
        assert (outlook.verdict, outlook.holds_pin, outlook.has_screen_lock) == (WipeVerdict.POSSIBLE, True, True)
        command = await asked(service, "SIMWIPE1")
        done = await ended(service, command)
        assert (done.state, done.result) == (CommandState.ACKNOWLEDGED, "emptied"), done
        assert one.handset.store.sms() == ()
        await until(lambda: is_unenrolled(service, "SIMWIPE1"))
        wipe = await service.desks.wipes.one(OWNER, command.command_id)
        assert [line.stage for line in wipe.stages] == [
            "ready", "clearing", "cleared", "sending", "sent", "returned", "locked", "certified", "unenrolled",
        ]  # fmt: skip
        paper = wipe.certificate
        assert paper is not None
        assert (paper.requested_by, paper.approved_by, paper.reason) == ("admin", "owner", "left in a taxi")
        assert paper.was_read_before and paper.is_locked_anew
        assert paper.evidence.started_anew and paper.evidence.new_install_id
        assert paper.evidence.marks_gone == paper.evidence.marks_planted == 2
        assert (paper.evidence.messages_before, paper.evidence.messages_after) == (True, False)

        await until(lambda: is_unenrolled(service, "SIMWIPE1"))
        shown = await service.desks.pins.show(OWNER, "SIMWIPE1", "fetch it")
        assert shown.pin != PIN and one.handset.power.check(shown.pin) is CredentialResult.OK
        after = await service.events(OWNER, EventQuery(limit=100))
        assert {one.event_id for one in after} == {one.event_id for one in before}  # nothing counts as deleted
        assert all(event.absent_since is None for event in after)
        assert (await service.verify(OWNER, None)).ok
        await only_so_many_are_shown(service, "SIMWIPE1")


async def is_unenrolled(service: DaemonService, serial: str) -> bool:
    return (await service.device(OWNER, serial)).employee is None


async def only_so_many_are_shown(service: DaemonService, serial: str) -> None:
    """One was shown already."""
    for _ in range(SHOWN_AN_HOUR - 1):
        await service.desks.pins.show(OWNER, serial, "again")
    with pytest.raises(ServiceError, match="pin.too_many"):
        await service.desks.pins.show(OWNER, serial, "once too often")
    for caller in (REVIEWER, AUDITOR, EMPLOYEE):
        with pytest.raises(ServiceError, match="permission.denied"):
            await service.desks.pins.show(caller, serial, "curious")
    shown = [one for one in await service.audit(AUDITOR, AuditQuery(limit=200)) if one.action == "pin.show"]
    assert [one.outcome for one in shown].count("ok") == SHOWN_AN_HOUR
    assert shown[0].outcome == "refused" and shown[0].target == serial
    (line, *_) = await service.desks.pins.all(AUDITOR, serial)
    assert line.state is PinState.CURRENT and line.verified_at is not None
    assert (await service.desks.pins.forget(ADMIN, serial, "sold")).forgotten == 2
    with pytest.raises(ServiceError, match="pin.not_found"):
        await service.desks.pins.show(ADMIN, serial, "gone")


async def another_phone_is_left_alone(service: DaemonService, serial: str, command_id: str) -> None:
    """It has the serial number of the one that is away, and is empty and open, too."""
    async with phone(serial, pin=None, model="Pixel 3a") as twin:
        await service.connect(OWNER, twin.address)

        async def is_looked_at() -> bool:
            return any("content query" in call for call in twin.faults.commands.calls)

        await until(is_looked_at)
        await asyncio.sleep(0.3)
        assert (await service.command_by_id(OWNER, command_id)).state is UNKNOWN
        touched = [call for call in twin.faults.commands.calls if call.startswith(("locksettings", "cmd testharness"))]
        assert touched == [] and not twin.handset.power.has_credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What goes wrong, and how the wipe ends."""

    name: str
    state: CommandState
    result: str
    wipe: Wipe = Wipe.EMPTIED
    faults: tuple[CommandFault, ...] = ()
    pin_held: str | None = PIN
    is_silent: bool = False
    """Nothing of it can be read."""

    @property
    def serial(self) -> str:
        return f"SIM{self.name.upper()}"


def fault(match: str, mode: FaultMode, span: FaultSpan = FaultSpan.ONCE) -> tuple[CommandFault, ...]:
    return (CommandFault(match=match, mode=mode, span=span),)


DONE, FAILED, UNKNOWN = CommandState.ACKNOWLEDGED, CommandState.FAILED, CommandState.UNKNOWN
CASES = (
    Case(name="reboots", wipe=Wipe.KEPT, state=FAILED, result="not_erased"),
    Case(name="lies", faults=fault(ENABLE, FaultMode.SILENT), state=FAILED, result="not_erased"),
    Case(name="refuses", faults=fault(ENABLE, FaultMode.EXIT), state=FAILED, result="no_data_block"),
    Case(name="wrong", pin_held="4711", state=FAILED, result="wrong_pin"),
    Case(name="unknown", pin_held=None, state=FAILED, result="pin_unknown"),
    Case(name="unread", is_silent=True, state=FAILED, result="last_read_missing"),
    Case(name="cut1", faults=fault(CLEAR, FaultMode.DROP), state=DONE, result="emptied"),
    Case(name="cut2", faults=fault(CLEAR, FaultMode.EFFECT_THEN_DROP), state=DONE, result="emptied"),
    Case(name="cut3", faults=fault(ENABLE, FaultMode.EFFECT_THEN_DROP), state=DONE, result="emptied"),
    Case(
        name="open",
        faults=fault(SET, FaultMode.EXIT, FaultSpan.FROM_THEN_ON),
        state=DONE,
        result="emptied_open",
    ),
    Case(
        name="left",
        wipe=Wipe.KEPT,
        faults=fault(SET, FaultMode.EXIT, FaultSpan.FROM_THEN_ON),
        state=FAILED,
        result="left_open",
    ),
    Case(name="away", wipe=Wipe.NEVER_BACK, state=UNKNOWN, result="link_lost"),
    Case(name="keys", wipe=Wipe.KEYS_LOST, state=UNKNOWN, result="link_lost"),
)


async def test_no_wipe_is_said_to_be_done_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "WAITS", WipeWaits(last_read_s=10, at_once_s=0.5, back_s=1, still_running_s=1))
    async with contextlib.AsyncExitStack() as stack:
        phones = [
            await stack.enter_async_context(
                phone(case.serial, latencies=QUICK, pin=PIN, wipe=case.wipe, history=History(sms=2))
            )
            for case in CASES
        ]
        service = await stack.enter_async_context(running(tmp_path, quick_config(*phones)))
        await asyncio.gather(*(prepared(service, case, one) for case, one in zip(CASES, phones, strict=True)))
        commands = [await asked(service, case.serial) for case in CASES]
        found = await asyncio.gather(*(settled(service, one, case) for one, case in zip(commands, CASES, strict=True)))
        told = {case.name: (one.state, one.result) for case, one in zip(CASES, found, strict=True)}
        assert told == {case.name: (case.state, case.result) for case in CASES}
        for case, one in zip(CASES, phones, strict=True):
            await is_as_said(service, case, one)
        ids = {case.name: one.command_id for case, one in zip(CASES, found, strict=True)}
        await another_phone_is_left_alone(service, "SIMAWAY", ids["away"])
        for name, is_done in (("away", True), ("keys", False)):
            decision = Decision(is_done=is_done, reason="looked at it")
            await service.desks.commands.decide(OWNER, ids[name], decision)
        await until(lambda: is_unenrolled(service, "SIMAWAY"))
        assert not await is_unenrolled(service, "SIMKEYS")


async def prepared(service: DaemonService, case: Case, one: SimPhone) -> None:
    await enrolled(service, case.serial, scope=("sms",))
    if case.pin_held is not None:
        await keep_pin(service, case.serial, case.pin_held)
    for planned in case.faults:
        one.faults.commands.add(planned)
    if case.is_silent:
        one.faults.refuse_permission(Right.SMS)


async def settled(service: DaemonService, command: Command, case: Case) -> Command:
    """At its end; where there is none, once it is known that the phone is away."""

    async def is_over() -> bool:
        now = await service.command_by_id(OWNER, command.command_id)
        return now.state.is_terminal if case.state is not UNKNOWN else now.state is UNKNOWN

    await until(is_over, timeout_s=40)
    return await service.command_by_id(OWNER, command.command_id)


async def is_as_said(service: DaemonService, case: Case, one: SimPhone) -> None:
    is_erased = one.store.sms() == ()
    if case.state is FAILED:
        assert not is_erased
        assert (await service.device(OWNER, case.serial)).employee is not None
        if case.result != "left_open":
            assert one.handset.power.check(PIN) is CredentialResult.OK, case.name
        else:
            assert not one.handset.power.has_credential
    if case.name == "reboots":
        one.store.add_sms(address="13800130001", body="在吗")

        async def is_collected() -> bool:
            return len(await service.events(OWNER, EventQuery(device=case.serial, limit=10))) == 3

        await until(is_collected)
    if case.state is DONE:
        assert is_erased
        await until(lambda: is_unenrolled(service, case.serial))
        assert one.handset.power.has_credential == (case.result == "emptied")
