"""What the phones of one who leaves are told, and what became of it."""

from datetime import datetime
from typing import Final

import msgspec

from adb_bridge.records import DeviceSerial

from ..api.texts import Texts
from ..api.wire import CommandState, FreezeParameters, MessageParameters, Parameters, UnfreezeParameters, Verb
from ..api.wire_commands import MAX_EXPIRY_S
from ..archive.archive import Archive
from ..archive.leaving_rows import ArchivedLeaving, LeavingStep, LeavingStepDraft
from ..archive.records import ArchivedCommand
from ..audit import DAEMON_ACTOR
from ..commanding.orders import DAEMON, CommandOrder
from ..commanding.ports import Commands
from ..logs import log_for
from ..service import ServiceError

ENDED_STEP: Final = {
    LeavingStep.FREEZE: LeavingStep.FREEZE_ENDED,
    LeavingStep.UNFREEZE: LeavingStep.UNFREEZE_ENDED,
}
_VERBS: Final = {LeavingStep.FREEZE: Verb.FREEZE, LeavingStep.UNFREEZE: Verb.UNFREEZE}
_PARAMETERS: Final[dict[LeavingStep, Parameters]] = {
    LeavingStep.FREEZE: FreezeParameters(),
    LeavingStep.UNFREEZE: UnfreezeParameters(),
}
_MESSAGE_WAITS_S: Final = 7 * 86_400


class CommandEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Kept as facts of the step that says how a command ended."""

    state: CommandState
    result: str | None


def end_of(leaving: ArchivedLeaving, step: LeavingStep, device: DeviceSerial, command_id: str) -> CommandEnd | None:
    """How a command of this step ended; None: not yet."""
    for one in leaving.of(ENDED_STEP[step], device):
        if one.did.code == command_id:
            return msgspec.json.decode(one.did.facts, type=CommandEnd)
    return None


class LeavingOrders:
    """Asks the queue, each order once however often the daemon ends in between."""

    def __init__(self, archive: Archive, commands: Commands, texts: Texts, store: str) -> None:
        """`texts`: in the shop's language."""
        self._archive = archive
        self._commands = commands
        self._texts = texts
        self._store = store
        self._log = log_for("leaving")

    async def tell(self, leaving: ArchivedLeaving, device: DeviceSerial, what: str, at: datetime) -> ArchivedLeaving:
        """Show the phone's holder what happens. `what`: `begins` or `undone`."""
        text = self._texts.get(
            f"phone.leaving.{what}", store=self._store, date=at.astimezone().strftime("%Y-%m-%d %H:%M")
        )
        order = CommandOrder(
            device=device,
            verb=Verb.MESSAGE,
            reason=f"leaving {leaving.leaving_id}",
            parameters=MessageParameters(text=text),
            expires_in_s=_MESSAGE_WAITS_S,
            idempotency_key=f"{leaving.leaving_id}:{what}:{device}"[:128],
        )
        return await self._asked(leaving, LeavingStep.TOLD, order)

    async def ask(self, leaving: ArchivedLeaving, step: LeavingStep, device: DeviceSerial) -> ArchivedLeaving:
        """Suspend the shop's apps, or let them run again. The next time it is a new command."""
        attempt = len(leaving.of(step, device)) + 1
        order = CommandOrder(
            device=device,
            verb=_VERBS[step],
            reason=f"leaving {leaving.leaving_id}",
            parameters=_PARAMETERS[step],
            expires_in_s=MAX_EXPIRY_S,
            idempotency_key=f"{leaving.leaving_id}:{step.name.lower()}:{attempt}:{device}"[:128],
        )
        return await self._asked(leaving, step, order)

    async def look(self, leaving: ArchivedLeaving, step: LeavingStep, device: DeviceSerial) -> ArchivedLeaving:
        """Note how the newest command of this step ended, once it has."""
        last = leaving.last(step, device)
        if last is None or end_of(leaving, step, device, last.did.code) is not None:
            return leaving
        command = await self._archive.command(last.did.code)
        if command is not None and not command.state.is_terminal:
            return leaving
        return await self._note_end(leaving, step, last.did.code, device, command)

    async def withdraw(self, leaving: ArchivedLeaving, device: DeviceSerial) -> ArchivedLeaving:
        """Take back a freeze that was not sent."""
        last = leaving.last(LeavingStep.FREEZE, device)
        if last is not None and end_of(leaving, LeavingStep.FREEZE, device, last.did.code) is None:
            try:
                await self._commands.cancel(DAEMON, last.did.code)
            except ServiceError:
                self._log.debug("leaving.not_withdrawn", leaving=leaving.leaving_id)
        return await self.look(leaving, LeavingStep.FREEZE, device)

    async def _asked(self, leaving: ArchivedLeaving, step: LeavingStep, order: CommandOrder) -> ArchivedLeaving:
        command: ArchivedCommand | None
        try:
            command = await self._commands.submit(DAEMON, order)
        except ServiceError as error:
            self._log.info("leaving.not_asked", leaving=leaving.leaving_id, code=error.code)
            command = await self._same(order) if error.code == "command.duplicate" else None
        if command is None:
            return leaving  # looked at again: the phone has too much to do, or a wipe waits
        did = LeavingStepDraft(step=step, actor=DAEMON_ACTOR, item=order.device, code=command.command_id)
        return await self._archive.leavings.note(leaving.leaving_id, did)

    async def _same(self, order: CommandOrder) -> ArchivedCommand | None:
        """What somebody else asked of the phone already, and waits."""
        for one in await self._commands.open_of((order.device,)):
            if one.verb is order.verb:
                return one
        return None

    async def _note_end(
        self,
        leaving: ArchivedLeaving,
        step: LeavingStep,
        command_id: str,
        device: DeviceSerial,
        command: ArchivedCommand | None,
    ) -> ArchivedLeaving:
        """A command that retention removed counts as one whose time was over: nobody knows how it ended."""
        end = CommandEnd(
            state=CommandState.EXPIRED if command is None else command.state,
            result=None if command is None else command.result,
        )
        did = LeavingStepDraft(
            step=ENDED_STEP[step],
            actor=DAEMON_ACTOR,
            item=device,
            code=command_id,
            facts=msgspec.json.encode(end).decode(),
        )
        return await self._archive.leavings.note(leaving.leaving_id, did)
