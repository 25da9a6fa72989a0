"""What follows a wipe in the rest of the daemon, and what a start finds half done."""

import contextlib
from collections.abc import Awaitable, Callable

from adb_bridge.records import DeviceSerial

from ..api.wire import CommandState, Verb
from ..archive.archive import Archive
from ..archive.errors import RecordNotFoundError
from ..archive.records import ArchivedCommand
from ..archive.wipes import WipeStage
from ..commanding.queue import CommandQueue
from ..commanding.states import Step
from .carrier import ended
from .erasing import Erasing
from .story import WipeStory


class WipeClosing:
    """One per daemon; `Endings` of the queue."""

    def __init__(
        self,
        *,
        archive: Archive,
        queue: CommandQueue,
        erasing: Erasing,
    ) -> None:
        self._archive = archive
        self._queue = queue
        self._erasing = erasing
        self._enrolment_changed: Callable[[DeviceSerial], Awaitable[None]] | None = None

    def tell_changes_to(self, enrolment_changed: Callable[[DeviceSerial], Awaitable[None]]) -> None:
        """Who acts on an enrolment that was ended."""
        self._enrolment_changed = enrolment_changed

    async def load(self) -> None:
        """At the start, after the queue's: which phones rest, and wipes that were certified and not said to be done."""
        resting: list[DeviceSerial] = []
        for command in self._queue.waiting.all():
            if command.verb is Verb.WIPE and command.state in {CommandState.SENT, CommandState.UNKNOWN}:
                story = WipeStory(steps=await self._archive.wipes.of(command.command_id))
                if story.is_ordered:
                    resting.append(command.device)
                if story.stage is WipeStage.CERTIFIED:
                    await self._acknowledge(command, story)
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

    async def _unenrol(self, command: ArchivedCommand) -> None:
        """Where a person said that it happened, nobody did that before."""
        with contextlib.suppress(RecordNotFoundError):
            reason = f"wiped: {command.command_id}"
            await self._archive.end_enrolment(command.device, actor=command.requested_by, reason=reason)

    async def _acknowledge(self, command: ArchivedCommand, story: WipeStory) -> None:
        if command.state is CommandState.SENT:
            command = await self._queue.step(command, Step.UNSURE, "link_lost")
        await self._queue.step(command, Step.VERIFIED, ended(story).code)
