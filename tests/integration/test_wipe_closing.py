"""What a start makes of wipes that were verified, decided or ordered when the daemon was killed."""

from pathlib import Path

import pytest

from adb_bridge.records import DeviceSerial
from daemon.api.wire import CommandState, Verb, WipeParameters
from daemon.archive.archive import Archive
from daemon.archive.wipes import WipeStage, WipeStepDraft
from daemon.bus import Bus
from daemon.commanding.orders import CommandOrder, Requester
from daemon.commanding.queue import CommandQueue
from daemon.commanding.states import Step
from daemon.wiping.closing import WipeClosing
from daemon.wiping.erasing import Erasing
from tests.archive_kit import PHONE, StepClock, archive_in

ADMIN, BOSS = Requester(name="admin", role="admin", uid=1), Requester(name="boss", role="owner", uid=2)
UP_TO_SENT = (WipeStage.READY, WipeStage.CLEARING, WipeStage.CLEARED, WipeStage.SENDING, WipeStage.SENT)
VERIFIED = (*UP_TO_SENT, WipeStage.RETURNED, WipeStage.LOCKED, WipeStage.CERTIFIED)


async def left(archive: Archive, clock: StepClock, stages: tuple[WipeStage, ...], *steps: Step) -> str:
    """A wipe as a killed daemon leaves it."""
    queue = CommandQueue(archive, clock, Bus())
    await queue.load()
    order = CommandOrder(device=PHONE, verb=Verb.WIPE, reason="lost", parameters=WipeParameters(typed_name=PHONE))
    command = await queue.approve(BOSS, await queue.submit(ADMIN, order), None)
    for step in (Step.DISPATCH, *steps):
        command = await queue.step(command, step, "link_lost")
    for stage in stages:
        draft = WipeStepDraft(command_id=command.command_id, device=PHONE, stage=stage, code="ok", facts="{}")
        await archive.wipes.note(draft)
    return command.command_id


async def started(archive: Archive, clock: StepClock) -> Erasing:
    erasing, queue = Erasing(), CommandQueue(archive, clock, Bus())
    closing = WipeClosing(archive=archive, queue=queue, erasing=erasing)
    queue.tell_endings_to(closing)
    await queue.load()
    await closing.load()
    return erasing


@pytest.mark.parametrize("steps", [(), (Step.UNSURE,), (Step.UNSURE, Step.VERIFIED)])
async def test_what_was_certified_is_acknowledged_and_unenrolled(tmp_path: Path, steps: tuple[Step, ...]) -> None:
    clock = StepClock()
    async with archive_in(tmp_path, clock=clock) as archive:
        command_id = await left(archive, clock, VERIFIED, *steps)
        assert not (await started(archive, clock)).has(PHONE)
        command = await archive.command(command_id)
        assert command is not None and command.state is CommandState.ACKNOWLEDGED
        assert await is_unenrolled(archive, PHONE)
        await started(archive, clock)
        stages = [one.step.stage for one in await archive.wipes.of(command_id)]
        assert stages == [*VERIFIED, WipeStage.UNENROLLED]
        assert (await archive.verify()).ok


async def test_what_was_ordered_rests_until_the_phone_is_back(tmp_path: Path) -> None:
    clock = StepClock()
    async with archive_in(tmp_path, clock=clock) as archive:
        command_id = await left(archive, clock, UP_TO_SENT)
        assert (await started(archive, clock)).has(PHONE)
        command = await archive.command(command_id)
        assert command is not None and command.state is CommandState.SENT
        assert not await is_unenrolled(archive, PHONE)


@pytest.mark.parametrize(("decided", "is_ended"), [(Step.DECIDE_DONE, True), (Step.DECIDE_NOT_DONE, False)])
async def test_what_a_person_decided_is_followed(tmp_path: Path, decided: Step, is_ended: bool) -> None:  # noqa: FBT001
    clock = StepClock()
    async with archive_in(tmp_path, clock=clock) as archive:
        await left(archive, clock, UP_TO_SENT, Step.UNSURE, decided)
        assert not (await started(archive, clock)).has(PHONE)
        assert await is_unenrolled(archive, PHONE) == is_ended


async def is_unenrolled(archive: Archive, device: DeviceSerial) -> bool:
    enrolment = await archive.enrolment(device)
    return enrolment is not None and enrolment.ended_at is not None
