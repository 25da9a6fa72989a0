"""An employee leaves, through the whole daemon, the real adb server and simulated phones."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.records import DeviceSerial
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History
from daemon.api.batches import CommandQuery
from daemon.api.exit_codes import ExitCode
from daemon.api.leaving import (
    ConfirmLeavingItem,
    LeaveRequest,
    Leaving,
    LeavingQuery,
    LeavingState,
    StepState,
    UndoLeaving,
)
from daemon.api.wire import EnrolRequest, EventQuery, Role, Verb
from daemon.archive.wipes import WipeStage, WipeStepDraft
from daemon.config import Config
from daemon.config_commands import CommandsSection
from daemon.config_sections import AdbSection
from daemon.service import Caller, ServiceError
from daemon.service_impl import DaemonService
from tests.contract.cli_runner import shopwarden

from .daemon_support import ADMIN, AUDITOR, OWNER, QUICK, REVIEWER, phone, running, seen, until

APP = "com.tencent.mm"
LI = Caller(uid=2009, name="li", role=Role.EMPLOYEE, language="zh", employee="Li")


def config(*phones: SimPhone) -> Config:
    return Config(
        adb=AdbSection(connect=tuple(one.address for one in phones), discovery="off"),
        capture=QUICK,
        commands=CommandsSection(freeze_apps=(APP,)),
    )


@contextlib.asynccontextmanager
async def phones(*names: str, **spec: object) -> AsyncIterator[list[SimPhone]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(phone(name, history=History(sms=3, calls=1, contacts=1), **spec))
            for name in names
        ]


async def enrol(service: DaemonService, serial: str, employee: str) -> None:
    await seen(service, serial)
    await service.enrol(
        OWNER, EnrolRequest(serial=serial, employee=employee, notice_version="v1", acknowledged_by=employee)
    )

    async def is_read() -> bool:
        return (await service.device(OWNER, serial)).backfill_done

    await until(is_read)


async def bodies(service: DaemonService, text: str) -> int:
    return len(await service.reveal(OWNER, EventQuery(text=text, limit=10), "test"))


def leave(**said: object) -> LeaveRequest:
    return LeaveRequest(**{"employee": "Li", "recipients": ("Wu",), "reason": "resigned"} | said)  # type: ignore[arg-type]


async def stands(service: DaemonService, leaving: Leaving, *, timeout_s: float = 20, **wanted: object) -> Leaving:
    """Once its first phone has these values."""

    async def is_so() -> bool:
        found = await service.desks.leaving.one(OWNER, leaving.leaving_id)
        return all(getattr(found.phones[0], name) == value for name, value in wanted.items())

    await until(is_so, timeout_s=timeout_s)
    return await service.desks.leaving.one(OWNER, leaving.leaving_id)


async def refused(call: object) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await call  # type: ignore[misc]
    return caught.value


async def test_somebody_leaves_and_that_is_undone(tmp_path: Path) -> None:
    async with phones("SIMLEAVE1", "SIMLEAVE2") as (one, two), running(tmp_path, config(one, two)) as service:
        desk = service.desks.leaving
        await enrol(service, "SIMLEAVE1", "Li")
        await enrol(service, "SIMLEAVE2", "Wu")
        one.store.add_sms(address="13800138099", body="加我微信 abc12345 私下转账给我")
        await until(lambda: is_there(service, "13800138099"))
        before = await service.events(OWNER, EventQuery(device="SIMLEAVE1", limit=50))
        assert {event.owner for event in before} == {"Li"}

        for request, code in (
            (leave(employee="Nobody"), "employee.not_found"),
            (leave(recipients=("Nobody",)), "leaving.recipient_unknown"),
            (leave(recipients=("Wu", "Li")), "leaving.recipient_same"),
            (leave(reason="  "), "reveal.reason_missing"),
            (leave(return_at=datetime(2020, 1, 1, tzinfo=UTC)), "leaving.bad_date"),
            (leave(freeze_at=datetime.now(UTC) + timedelta(days=2)), "leaving.bad_order"),
        ):
            assert (await refused(desk.leave(OWNER, request))).code == code
            assert (await refused(desk.check(OWNER, request))).code == code
        for caller in (REVIEWER, AUDITOR, LI):
            assert (await refused(desk.leave(caller, leave()))).exit_code is ExitCode.NOT_PERMITTED
        plan = await desk.check(ADMIN, leave())
        assert (plan.state, [phone.device for phone in plan.phones]) == (LeavingState.PLANNED, ["SIMLEAVE1"])
        assert await desk.page(OWNER, LeavingQuery()) == () and not one.handset.packages.suspended

        begun = await desk.leave(ADMIN, leave())
        assert begun.hand_overs == tuple(
            hand_over for hand_over in begun.hand_overs if hand_over.owner == "Wu"
        ) and sum(hand.conversations for hand in begun.hand_overs) == sum(h.conversations for h in plan.hand_overs)
        left = await stands(service, begun, freeze=StepState.DONE, capture=StepState.DONE, told=StepState.DONE)
        assert APP in one.handset.packages.suspended and APP not in two.handset.packages.suspended
        assert left.state is LeavingState.PENDING  # the list is people's
        assert (await refused(desk.leave(OWNER, leave()))).code == "leaving.already"
        gone = await refused(desk.leave(OWNER, leave(employee="Wu", recipients=("Li",))))
        assert gone.code == "leaving.recipient_leaving"

        one.store.add_sms(address="13800138077", body="after the return date")
        await asyncio.sleep(1.5)
        after = await service.events(OWNER, EventQuery(device="SIMLEAVE1", limit=50))
        assert {event.event_id for event in after} == {event.event_id for event in before}
        assert {event.owner for event in after if event.conversation} == {"Wu"}
        assert (await desk.employee(REVIEWER, "Wu")).conversations == sum(h.conversations for h in left.hand_overs)
        assert (await desk.employee(REVIEWER, "Li")).hand_overs == (await desk.employee(REVIEWER, "wu")).hand_overs

        report = await desk.report(REVIEWER, begun.leaving_id)
        assert "13800138099" not in str(report) and len(report.conversations) == sum(
            hand.conversations for hand in left.hand_overs
        )
        item = (await desk.confirm(ADMIN, begun.leaving_id, "sim", ConfirmLeavingItem(note="got it"))).items
        assert [one.confirmed_by for one in item if one.item == "sim"] == ["admin"]
        missing = await refused(desk.confirm(ADMIN, begun.leaving_id, "cat", ConfirmLeavingItem()))
        assert missing.exit_code is ExitCode.NOT_FOUND

        undone = await desk.undo(ADMIN, begun.leaving_id, UndoLeaving(reason="stays after all"))
        assert undone.state in {LeavingState.UNDOING, LeavingState.UNDONE}

        async def is_undone() -> bool:
            return (await desk.one(OWNER, begun.leaving_id)).state is LeavingState.UNDONE

        await until(is_undone)
        assert not one.handset.packages.suspended
        await until(lambda: is_there(service, "13800138077"))  # collected again
        again = await service.events(OWNER, EventQuery(device="SIMLEAVE1", limit=50))
        assert {event.owner for event in again} == {"Li"}
        assert (await refused(desk.undo(ADMIN, begun.leaving_id, UndoLeaving(reason="x")))).code == "leaving.undone"
        assert (await service.verify(OWNER, None)).ok


async def test_a_phone_that_is_away_follows_later_also_through_another_start(tmp_path: Path) -> None:
    async with phones("SIMAWAY1", "SIMAWAY2") as (one, two):
        async with running(tmp_path, config(one, two)) as service:
            await enrol(service, "SIMAWAY1", "Li")
            await enrol(service, "SIMAWAY2", "Wu")
            one.doors.unplug()

            async def is_away() -> bool:
                return (await service.device(OWNER, "SIMAWAY1")).state != "device"

            await until(is_away)
            ran = await shopwarden(
                tmp_path / "state", "employees", "leave", "Li", "--to", "Wu", "--reason", "left", "--json"
            )
            assert ran.code == 0, ran.err
            leaving_id = str(ran.items[0]["leaving_id"])
            found = await service.desks.leaving.one(OWNER, leaving_id)
            assert found.phones[0].freeze in {StepState.PENDING, StepState.NOT_YET}
            assert found.state is LeavingState.PENDING
        async with running(tmp_path, config(one, two)) as service:
            desk = service.desks.leaving
            await stands(service, found, freeze=StepState.PENDING)
            one.store.add_sms(address="13800138088", body="sent while it was away")
            one.doors.plug()
            left = await stands(service, found, timeout_s=40, freeze=StepState.DONE, capture=StepState.DONE)
            assert APP in one.handset.packages.suspended
            assert len({phone.freeze_command for phone in left.phones}) == 1
            assert len([one for one in await service.commands(OWNER, CommandQuery()) if one.verb is Verb.FREEZE]) == 1
            assert not await is_there(service, "13800138088")

            said = WipeStepDraft(
                command_id="cm_1", device=DeviceSerial("SIMAWAY1"), stage=WipeStage.SENT, code="ok", facts="{}"
            )
            await service._archive.wipes.note(said)
            wiped = await refused(desk.undo(OWNER, leaving_id, UndoLeaving(reason="stays")))
            assert (wiped.code, wiped.http_status) == ("leaving.wiped", 409)
            assert (await desk.one(OWNER, leaving_id)).phones[0].is_wiped

            folder = tmp_path / "out"
            folder.mkdir()
            for name, sign in (("a.md", "# "), ("b.html", "<!doctype"), ("c.json", "{")):
                out = await shopwarden(
                    tmp_path / "state", "employees", "leaving", "report", leaving_id, "--out", str(folder / name)
                )
                assert out.code == 0, out.err
                file = folder / name
                assert file.stat().st_mode & 0o777 == 0o600 and file.read_text().startswith(sign)
                assert "Wu" in file.read_text()
            shown = await shopwarden(tmp_path / "state", "--lang", "zh", "employees", "leaving", "show", leaving_id)
            assert shown.code == 0 and "离职继承" in shown.out
            nobody = await shopwarden(
                tmp_path / "state", "employees", "leave", "Nobody", "--to", "Wu", "--reason", "x", "--check"
            )
            assert nobody.code == ExitCode.NOT_FOUND


async def is_there(service: DaemonService, number: str) -> bool:
    return bool(await service.events(OWNER, EventQuery(peer=number, limit=1)))
