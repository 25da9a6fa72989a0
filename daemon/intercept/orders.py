"""What a phone is told for an action and for its undoing."""

from typing import Final

from adb_bridge.records import DeviceSerial

from ..api.wire import (
    CommandState,
    FreezeParameters,
    LostParameters,
    MessageParameters,
    Parameters,
    UnfreezeParameters,
    Verb,
)
from ..api.wire_commands import MAX_EXPIRY_S
from ..archive.archive import Archive
from ..archive.drafts import CommandFilter
from ..archive.intercepts import ArchivedIntercept, InterceptDraft, InterceptStep, StoredKind
from ..archive.records import ArchivedCommand
from ..commanding.orders import DAEMON, CommandOrder
from ..commanding.ports import Commands
from ..commanding.verbs import parameters_of
from ..logs import log_for
from ..service import ServiceError

WAITS_S: Final = 600
"""A phone that is not there within this has no action."""
_OTHERS: Final = frozenset({Verb.FREEZE, Verb.UNFREEZE, Verb.LOST, Verb.FOUND})
_NO_EFFECT: Final = frozenset({CommandState.FAILED, CommandState.EXPIRED, CommandState.CANCELLED})
_LOOKED_AT: Final = 200
OUR_REASON: Final = "intercept "


class InterceptOrders:
    """Asks the queue, each order once however often the daemon ends in between."""

    def __init__(self, archive: Archive, commands: Commands) -> None:
        self._archive = archive
        self._commands = commands
        self._log = log_for("intercept")

    async def do(self, one: ArchivedIntercept) -> str | None:
        """The command's id; None: not now."""
        verb, parameters = _doing(one.draft)
        waits_s = WAITS_S if one.draft.minutes is None else min(WAITS_S, one.draft.minutes * 60)
        return await self._submit(one, verb, parameters, "do", waits_s)

    async def undo(self, one: ArchivedIntercept) -> str | None:
        """The same; the next time it is a new command."""
        parameters = UnfreezeParameters(packages=(one.draft.app or "",))
        what = f"undo:{len(one.of(InterceptStep.UNDO_ASKED)) + 1}"
        return await self._submit(one, Verb.UNFREEZE, parameters, what, MAX_EXPIRY_S)

    async def withdraw(self, command: ArchivedCommand) -> bool:
        """Whether it was taken back before it was sent."""
        try:
            await self._commands.cancel(DAEMON, command.command_id)
        except ServiceError:
            return False
        return True

    async def is_kept(self, device: DeviceSerial, app: str) -> bool:
        """Whether somebody else wants the app suspended: the last word of people, of a leaving, of a lost phone."""
        for command in await self._archive.commands(CommandFilter(device=device, limit=_LOOKED_AT)):
            is_ours = command.requested_uid is None and command.reason.startswith(OUR_REASON)
            if command.verb not in _OTHERS or is_ours or command.state in _NO_EFFECT:
                continue
            asked = parameters_of(command.parameters)
            packages: tuple[str, ...] = ()
            if isinstance(asked, FreezeParameters | UnfreezeParameters | LostParameters):
                packages = asked.packages
            if not packages or app in packages:
                return command.verb in {Verb.FREEZE, Verb.LOST}
        return False

    async def _submit(
        self, one: ArchivedIntercept, verb: Verb, parameters: Parameters | None, what: str, waits_s: int
    ) -> str | None:
        draft = one.draft
        order = CommandOrder(
            device=draft.device,
            verb=verb,
            reason=f"{OUR_REASON}{draft.intercept_id}: rule {draft.rule_id}, alert {draft.alert_id}"[:500],
            parameters=parameters,
            expires_in_s=waits_s,
            idempotency_key=f"{draft.intercept_id}:{what}",
        )
        try:
            return (await self._commands.submit(DAEMON, order)).command_id
        except ServiceError as error:
            self._log.info("intercept.not_asked", intercept=draft.intercept_id, code=error.code)
            return None


def _doing(draft: InterceptDraft) -> tuple[Verb, Parameters | None]:
    match draft.kind:
        case StoredKind.SUSPEND_APP:
            return Verb.FREEZE, FreezeParameters(packages=(draft.app or "",))
        case StoredKind.LOCK:
            return Verb.LOCK, None
        case StoredKind.MESSAGE:
            return Verb.MESSAGE, MessageParameters(text=draft.words or "-")
