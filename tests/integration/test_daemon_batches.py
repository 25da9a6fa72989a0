"""One command for several phones, the agreement of a second person, keys, decisions: the whole daemon, real adb."""

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from daemon.api.batches import (
    Approval,
    Batch,
    BatchOutcome,
    BatchQuery,
    BatchRequest,
    CommandQuery,
    Decision,
    Possibility,
)
from daemon.api.wire import (
    Command,
    CommandRequest,
    CommandState,
    MessageParameters,
    RingParameters,
    Role,
    Verb,
    WipeParameters,
)
from daemon.config_commands import CommandsSection
from daemon.service import Caller, ServiceError
from daemon.service_impl import DaemonService

from .daemon_support import ADMIN, OWNER, REVIEWER, enrolled, phone, quick_config, running, until

SECOND = Caller(uid=2009, name="second", role=Role.OWNER, language="en")
ALL = BatchRequest(verb=Verb.LOCK, reason="closing time", all=True)


async def ended(service: DaemonService, batch: Batch) -> Batch:
    async def is_over() -> bool:
        return (await service.desks.commands.batch(OWNER, batch.batch_id)).outcome is not BatchOutcome.WAITING

    await until(is_over, timeout_s=30)
    return await service.desks.commands.batch(OWNER, batch.batch_id)


async def refused(work: object) -> str:
    with pytest.raises(ServiceError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_several_phones_are_told_at_once_and_each_is_told_of(tmp_path: Path) -> None:
    async with phone("SIMBAT1") as one, phone("SIMBAT2", pin=None) as two, phone("SIMBAT3") as away:
        settings = CommandsSection(groups={"front": ("SIMBAT1", "NOBODY")})
        config = replace(quick_config(one, two, away), commands=settings)
        async with running(tmp_path, config) as service:
            desk = service.desks.commands
            for serial in ("SIMBAT1", "SIMBAT2"):
                await enrolled(service, serial)
            listed = BatchRequest(verb=Verb.LOCK, reason="x", devices=("SIMBAT1", "SIMBAT2", "SIMBAT3"))
            preview = await desk.preview(ADMIN, listed)
            assert [(target.device, target.why_not) for target in preview.targets] == [
                ("SIMBAT1", None), ("SIMBAT2", None), ("SIMBAT3", "device.not_enrolled"),
            ]  # fmt: skip
            assert await service.commands(OWNER, CommandQuery()) == (), "looking sends nothing"
            confirmed = msgspec.structs.replace(listed, confirm_token=preview.confirm_token)
            await enrolled(service, "SIMBAT3")  # after it was shown: the list is as it was
            assert await refused(desk.submit_many(OWNER, confirmed)) == "command.not_confirmed"
            batch = await desk.submit_many(ADMIN, confirmed)
            assert await refused(desk.submit_many(ADMIN, confirmed)) == "command.not_confirmed"
            assert batch.counts == {"queued": 2, "left_out": 1}
            done = await ended(service, batch)
            assert done.outcome is BatchOutcome.PARTLY
            assert done.counts == {"acknowledged": 1, "failed": 1, "left_out": 1}
            commands = {target.device: target.command for target in done.targets}
            assert commands["SIMBAT1"] is not None and commands["SIMBAT1"].result == "locked"
            assert commands["SIMBAT2"] is not None and commands["SIMBAT2"].result == "no_screen_lock"
            assert commands["SIMBAT3"] is None
            assert [one.batch_id for one in await desk.batches(REVIEWER, BatchQuery())] == [batch.batch_id]
            found = await service.commands(OWNER, CommandQuery(batch=batch.batch_id))
            assert {one.device for one in found} == {"SIMBAT1", "SIMBAT2"}
            # the same key, the same batch; another request under it is none
            keyed = msgspec.structs.replace(ALL, verb=Verb.REFETCH, idempotency_key="night-0001")
            first, again = await asyncio.gather(desk.submit_many(ADMIN, keyed), desk.submit_many(ADMIN, keyed))
            assert first.batch_id == again.batch_id
            assert len(first.targets) == 3
            other = msgspec.structs.replace(keyed, reason="another")
            assert await refused(desk.submit_many(ADMIN, other)) == "command.key_reused"
            grouped = BatchRequest(verb=Verb.RING, reason="x", group="front", parameters=RingParameters(duration_s=1))
            rung = await desk.submit_many(ADMIN, grouped)
            assert {target.device: target.why_not for target in rung.targets} == {
                "SIMBAT1": None, "NOBODY": "device.not_found",
            }  # fmt: skip
            assert await refused(desk.submit_many(ADMIN, msgspec.structs.replace(ALL, verb=Verb.WIPE))) in {
                "command.one_at_a_time", "permission.denied",
            }  # fmt: skip
            bad = msgspec.structs.replace(ALL, devices=("SIMBAT1",))
            assert await refused(desk.submit_many(ADMIN, bad)) == "request.invalid"
            verbs = {one.verb: one for one in (await desk.verbs(ADMIN, "SIMBAT2")).verbs}
            assert set(verbs) == set(Verb)
            assert verbs[Verb.LOCK].verdict is Possibility.IMPOSSIBLE
            assert verbs[Verb.LOCK].by_hand and verbs[Verb.LOCK].because_text


async def test_a_wipe_waits_for_another_person_and_keys_and_decisions_survive_a_restart(tmp_path: Path) -> None:
    async with phone("SIMTWO1") as one:
        config = quick_config(one)
        message = CommandRequest(
            device="SIMTWO1", verb=Verb.MESSAGE, reason="hello", idempotency_key="hello-0001",
            parameters=MessageParameters(text="请到前台"),
        )  # fmt: skip
        async with running(tmp_path, config) as service:
            desk = service.desks.commands
            await enrolled(service, "SIMTWO1")
            one.faults.unplug()

            async def is_gone() -> bool:
                return (await service.device(OWNER, "SIMTWO1")).state != "device"

            await until(is_gone)
            sent = await service.command(ADMIN, message)
            wipe = CommandRequest(device="SIMTWO1", verb=Verb.WIPE, reason="sold")
            assert await refused(service.command(OWNER, wipe)) == "command.wrong_name"
            named = msgspec.structs.replace(wipe, parameters=WipeParameters(typed_name="SIMTWO1"))
            asked = await service.command(OWNER, named)
            assert asked.awaiting_approval
            assert await refused(service.unenrol(OWNER, "SIMTWO1", "returned")) == "device.wipe_pending"
            yes = Approval(typed_name="simtwo1")
            assert await refused(desk.approve(OWNER, asked.command_id, yes)) == "command.own_request"
            assert await refused(desk.approve(REVIEWER, asked.command_id, yes)) == "permission.denied"
            assert await refused(desk.approve(SECOND, asked.command_id, Approval())) == "command.wrong_name"
            assert await refused(desk.reject(SECOND, asked.command_id, " ")) == "command.reason_missing"
            approved = await desk.approve(SECOND, asked.command_id, yes)
            assert (approved.state, approved.awaiting_approval) == (CommandState.QUEUED, False)
            assert (await service.command_by_id(OWNER, sent.command_id)).result == "wiped"
            assert await refused(desk.approve(SECOND, asked.command_id, yes)) == "command.not_awaiting"
            await service.cancel_command(OWNER, asked.command_id)
        async with running(tmp_path, config) as service:
            desk = service.desks.commands
            same = await service.command(ADMIN, message)
            assert same.command_id == sent.command_id
            assert [step.result for step in (await service.command_by_id(OWNER, same.command_id)).transitions] == [
                "wiped"
            ]
            undecided = await _undecided(service)
            found = await desk.decide(ADMIN, undecided.command_id, Decision(is_done=False, reason="it did not ring"))
            assert (found.state, found.result) == (CommandState.FAILED, "decided_not_done")
            again = Decision(is_done=True, reason="x")
            assert await refused(desk.decide(ADMIN, found.command_id, again)) == "command.nothing_to_decide"


async def _undecided(service: DaemonService) -> Command:
    """Sent, and then the link was lost: by the queue's own steps, as a phone cannot be made to do it to order."""
    from daemon.commanding.orders import DAEMON, CommandOrder
    from daemon.commanding.states import NEEDS_DECISION, Step

    queue = service._parts.queue
    command = await queue.submit(DAEMON, CommandOrder(device="SIMTWO1", verb=Verb.CALL, reason="x"))  # type: ignore[arg-type]
    for step, result in ((Step.DISPATCH, None), (Step.UNSURE, "link_lost"), (Step.UNDECIDED, NEEDS_DECISION)):
        command = await queue.step(command, step, result)
    return await service.command_by_id(OWNER, command.command_id)
