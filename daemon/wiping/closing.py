"""What follows a wipe in the rest of the daemon, and what a start finds half done.

The enrolment ends after the command is acknowledged, outside the phone's own task: ending it ends that task. Until then
`Erasing` keeps everybody from collecting; a start finishes what was not before anything is collected.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from adb_bridge.records import DeviceSerial

from ..api.wire import CommandState, Verb
from ..archive.archive import Archive
from ..archive.errors import RecordNotFoundError
from ..archive.records import ArchivedCommand
from ..archive.wipes import WipeStage, WipeStepDraft
from ..commanding.queue import CommandQueue
from ..commanding.states import Step
from .carrier import OK, ended
from .erasing import Erasing
from .story import WipeStory

_OVER: Final = frozenset({WipeStage.UNENROLLED, WipeStage.PUT_BACK, WipeStage.READY})


class WipeClosing:
    """One per daemon; `Endings` of the queue."""

    def __init__(self, *, archive: Archive, queue: CommandQueue, erasing: Erasing) -> None:
        self._archive = archive
        self._queue = queue
        self._erasing = erasing
        self._ending = asyncio.Lock()
        """A start and the end of the command that it says both come here."""
        self._enrolment_changed: Callable[[DeviceSerial], Awaitable[None]] | None = None

    def tell_changes_to(self, enrolment_changed: Callable[[DeviceSerial], Awaitable[None]]) -> None:
        """Who acts on an enrolment that was ended."""
        self._enrolment_changed = enrolment_changed

    async def load(self) -> None:
        """At the start, after the queue's and before anything is collected: finish what was verified or decided, and
        let phones rest that were told to erase themselves.
        """
        resting: list[DeviceSerial] = []
        for last in await self._archive.wipes.last_steps():
            if last.step.stage in _OVER:
                continue
            command = await self._archive.command(last.step.command_id)
            if command is None:
                continue
            if not command.state.is_terminal:
                story = WipeStory(steps=await self._archive.wipes.of(command.command_id))
                if story.stage is WipeStage.CERTIFIED:
                    command = await self._acknowledged(command, story)
                elif story.is_ordered:
                    resting.append(command.device)
            if command.state is CommandState.ACKNOWLEDGED:
                await self._unenrol(command)
        self._erasing.load(resting)

    async def ended(self, command: ArchivedCommand) -> None:
        """A phone that was erased is not enrolled any more; of one that was not, the collecting goes on."""
        if command.verb is not Verb.WIPE:
            return
        if command.state is CommandState.ACKNOWLEDGED:
            await self._unenrol(command)
            if self._enrolment_changed is not None:
                await self._enrolment_changed(command.device)
        self._erasing.end(command.device)

    async def _acknowledged(self, command: ArchivedCommand, story: WipeStory) -> ArchivedCommand:
        if command.state is CommandState.SENT:
            command = await self._queue.step(command, Step.UNSURE, "link_lost")
        if command.state is CommandState.UNKNOWN:
            command = await self._queue.step(command, Step.VERIFIED, ended(story).code)
        return command

    async def _unenrol(self, command: ArchivedCommand) -> None:
        """Once; a phone that was enrolled anew since stays so."""
        async with self._ending:
            await self._unenrol_alone(command)

    async def _unenrol_alone(self, command: ArchivedCommand) -> None:
        enrolment = await self._archive.enrolment(command.device)
        is_that_one = enrolment is not None and enrolment.enrolled_at <= command.updated_at
        if enrolment is not None and enrolment.ended_at is None and is_that_one:
            reason = f"wiped: {command.command_id}"
            with contextlib.suppress(RecordNotFoundError):  # somebody ended it just now
                await self._archive.end_enrolment(command.device, actor=command.requested_by, reason=reason)
        if WipeStory(steps=await self._archive.wipes.of(command.command_id)).stage is WipeStage.UNENROLLED:
            return
        await self._archive.wipes.note(
            WipeStepDraft(
                command_id=command.command_id,
                device=command.device,
                stage=WipeStage.UNENROLLED,
                code=OK,
                facts="{}",
            )
        )
