"""Commands to phones: sent once, read back, kept while the phone is away and while the daemon is."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adb_bridge.simphone.faults import Repeat, Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History
from daemon.api.batches import CommandQuery
from daemon.api.requests import AuditQuery
from daemon.api.wire import Command, CommandRequest, CommandState, Verb
from daemon.service import ServiceError
from daemon.service_impl import DaemonService

from .daemon_support import ADMIN, AUDITOR, OWNER, QUICK, enrolled, phone, quick_config, running, until


async def asked(
    service: DaemonService, serial: str, verb: Verb = Verb.LOCK, expires_in_s: int | None = None
) -> Command:
    request = CommandRequest(device=serial, verb=verb, reason="lost in a taxi", expires_in_s=expires_in_s)
    return await service.command(ADMIN, request)


async def ended(service: DaemonService, command: Command, *, timeout_s: float = 20) -> Command:
    async def is_over() -> bool:
        return (await service.command_by_id(OWNER, command.command_id)).state.is_terminal

    await until(is_over, timeout_s=timeout_s)
    return await service.command_by_id(OWNER, command.command_id)


async def audited(service: DaemonService, command: Command) -> list[str]:
    """Once the last step is in the trail, which is written after it."""
    now = await service.command_by_id(OWNER, command.command_id)
    steps: list[str] = []

    async def is_written() -> bool:
        entries = await service.audit(AUDITOR, AuditQuery(limit=200))
        steps[:] = [entry.outcome for entry in reversed(entries) if command.command_id in entry.target]
        return steps[-1:] == [now.state.value]

    await until(is_written)
    return steps


async def gone(service: DaemonService, one: SimPhone) -> None:
    one.faults.unplug()

    async def is_gone() -> bool:
        return (await service.device(OWNER, one.spec.serial)).state != "device"

    await until(is_gone)


async def test_lock_is_done_only_when_the_phone_says_so(tmp_path: Path) -> None:
    async with phone("SIMLOCK1") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMLOCK1")
        command = await asked(service, "SIMLOCK1")
        assert command.state is CommandState.QUEUED
        done = await ended(service, command)
        assert done.state is CommandState.ACKNOWLEDGED
        assert done.result == "locked"
        assert done.tries == 1
        assert one.handset.power.is_device_locked
        assert await audited(service, command) == ["queued", "sent", "acknowledged"]
        assert (await service.device(OWNER, "SIMLOCK1")).pending_commands == 0


async def test_a_phone_without_a_screen_lock_is_not_called_locked(tmp_path: Path) -> None:
    async with phone("SIMLOCK2", pin=None) as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMLOCK2")
        done = await ended(service, await asked(service, "SIMLOCK2"))
        assert done.state is CommandState.FAILED
        assert done.result == "no_screen_lock"
        assert done.result_text is not None


async def test_a_refusal_is_told_as_one(tmp_path: Path) -> None:
    async with phone("SIMLOCK3") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMLOCK3")
        one.faults.refuse_permission(Right.INPUT)
        done = await ended(service, await asked(service, "SIMLOCK3"))
        assert (done.state, done.result) == (CommandState.FAILED, "refused")


async def test_a_command_waits_for_its_phone_and_survives_a_restart(tmp_path: Path) -> None:
    async with phone("SIMWAIT1") as one:
        async with running(tmp_path, quick_config(one)) as service:
            await enrolled(service, "SIMWAIT1")
            await gone(service, one)
            command = await asked(service, "SIMWAIT1")
            await asyncio.sleep(1)
            assert (await service.command_by_id(OWNER, command.command_id)).state is CommandState.QUEUED
            with pytest.raises(ServiceError) as caught:
                await asked(service, "SIMWAIT1")
            assert caught.value.code == "command.duplicate"
        async with running(tmp_path, quick_config(one)) as service:
            assert (await service.device(OWNER, "SIMWAIT1")).pending_commands == 1
            one.faults.plug()
            assert (await ended(service, command, timeout_s=40)).result == "locked"


async def test_what_was_sent_when_the_link_broke_is_asked_about(tmp_path: Path) -> None:
    async with phone("SIMLOST1") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMLOST1")
        one.faults.drop("input keyevent 223")
        command = await asked(service, "SIMLOST1")
        done = await ended(service, command, timeout_s=40)
        assert done.state is CommandState.ACKNOWLEDGED
        steps = await audited(service, command)
        assert "unknown" in steps
        assert steps[-1] == "acknowledged"


async def test_a_hung_phone_does_not_hold_a_command_for_ever(tmp_path: Path) -> None:
    async with (
        phone("SIMHANG1") as one,
        running(tmp_path, quick_config(one, capture=replace(QUICK, command_timeout_s=1.5))) as service,
    ):
        await enrolled(service, "SIMHANG1")
        one.faults.hang("input keyevent 223", repeat=Repeat.ONCE)
        command = await asked(service, "SIMHANG1")
        assert (await ended(service, command, timeout_s=40)).result == "locked"
        assert "unknown" in await audited(service, command)


async def test_time_runs_out_and_cancelling_works_before_sending_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.operating.housekeeping._LOOK_S", 0.5)
    async with phone("SIMEXP1") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMEXP1")
        await gone(service, one)
        short = await asked(service, "SIMEXP1", expires_in_s=1)
        assert (await ended(service, short)).state is CommandState.EXPIRED
        command = await asked(service, "SIMEXP1")
        cancelled = await service.cancel_command(ADMIN, command.command_id)
        assert cancelled.state is CommandState.CANCELLED
        with pytest.raises(ServiceError) as caught:
            await service.cancel_command(ADMIN, command.command_id)
        assert caught.value.code == "command.not_cancellable"
        await asked(service, "SIMEXP1")
        await service.unenrol(OWNER, "SIMEXP1", "returned")
        states = {one.state for one in await service.commands(OWNER, CommandQuery(device="SIMEXP1"))}
        assert states == {CommandState.EXPIRED, CommandState.CANCELLED}, "an unenrolled phone is sent nothing"


async def test_refetch_reads_everything_again_and_finds_what_vanished(tmp_path: Path) -> None:
    async with phone("SIMFETCH1", history=History(sms=50)) as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMFETCH1")
        done = await ended(service, await asked(service, "SIMFETCH1", Verb.REFETCH))
        assert (done.state, done.result) == (CommandState.ACKNOWLEDGED, "refetched")
        assert (await service.device(OWNER, "SIMFETCH1")).events == 50


async def test_a_notice_can_be_asked_for(tmp_path: Path) -> None:
    async with phone("SIMNOTE2") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMNOTE2")
        done = await ended(service, await asked(service, "SIMNOTE2", Verb.NOTICE))
        assert (done.state, done.result) == (CommandState.ACKNOWLEDGED, "posted")


async def test_commands_need_a_reason_an_enrolment_and_a_sane_time(tmp_path: Path) -> None:
    async with phone("SIMBAD1") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMBAD1")
        cases = [
            (CommandRequest(device="SIMBAD1", verb=Verb.LOCK, reason="  "), "command.reason_missing"),
            (CommandRequest(device="NOPE", verb=Verb.LOCK, reason="x"), "device.not_found"),
            (CommandRequest(device="SIMBAD1", verb=Verb.LOCK, reason="x", expires_in_s=0), "request.invalid"),
            (CommandRequest(device="SIMBAD1", verb=Verb.LOCK, reason="x", expires_in_s=10**9), "request.invalid"),
        ]
        for request, code in cases:
            with pytest.raises(ServiceError) as caught:
                await service.command(ADMIN, request)
            assert caught.value.code == code
        await service.unenrol(OWNER, "SIMBAD1", "returned")
        with pytest.raises(ServiceError) as caught:
            await asked(service, "SIMBAD1")
        assert caught.value.code == "device.not_enrolled"
